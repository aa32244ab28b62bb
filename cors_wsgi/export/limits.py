"""Compares a policy with what a target can say."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from cors_wsgi.export.capability import Capabilities
from cors_wsgi.export.edge import Edge, EdgePolicy
from cors_wsgi.export.findings import Finding, error, warning

_Check = Callable[[EdgePolicy, Capabilities, str], Iterator[Finding]]

_ANOTHER_TARGET = "Use a target that runs a program, such as nginx, Envoy or the Lambda decorator"


def limits(edge: Edge, target: Capabilities) -> list[Finding]:
    """Return what a target cannot say of a policy, or says differently.

    Errors come first; each finding names the path that it is about.
    """
    found = [
        finding
        for rule, policy in edge.governed
        for check in _CHECKS
        for finding in check(policy, target, rule.prefix)
    ]
    found += [*_paths(edge, target), *_always(target)]
    return [
        *(finding for finding in found if finding.level == "error"),
        *_once(finding for finding in found if finding.level == "warning"),
    ]


def _once(warnings: Iterable[Finding]) -> Iterator[Finding]:
    """Merge warnings that only differ in the path."""
    by_message: dict[tuple[str, str], list[Finding]] = {}
    for finding in warnings:
        by_message.setdefault((finding.code, finding.message), []).append(finding)
    for first, *others in by_message.values():
        yield replace(first, path=None) if others else first


def _star_by_accident(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    """Find what Envoy takes for `*`: whatever matches that text (envoyproxy/gateway#9965)."""
    if not target.reflects_star:
        return
    for expression in policy.regexes:
        if re.fullmatch(expression, "*"):
            message = f"{target.title} takes an expression that matches '*' for every origin."
            hint = "Write an expression that begins with 'https://'."
            yield error("pattern-wider", message, hint, path)


def _origins(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    if policy.any_origin or target.wildcards == "expression":
        return
    for pattern in policy.patterns:
        if (code := _pattern_code(pattern.port, pattern.host, target)) is not None:
            hint = f"List the origins, or take out the pattern. {_ANOTHER_TARGET}."
            yield error(code, f"{target.title} has no pattern such as '{pattern}'.", hint, path)
    if policy.policy.origins.regexes:
        hint = f"List the origins. {_ANOTHER_TARGET}."
        yield error(
            "regex-dialect", f"{target.title} has no regular expressions of origins.", hint, path
        )
    for origin in (*policy.exact, *map(str, policy.patterns)):
        if target.origin_form and not re.fullmatch(target.origin_form, origin):
            hint = f"Take it out for this target. {_ANOTHER_TARGET}."
            message = f"{target.title} does not take the origin '{origin}'."
            yield error("origin-unsupported", message, hint, path)


def _pattern_code(port: str, host: str, target: Capabilities) -> str | None:
    if port == "*":
        return "pattern-any-port"
    if target.wildcards == "wider":
        return "pattern-wider"
    if "*" in host:
        return "pattern-label"
    return None if target.wildcards == "subdomains" else "pattern-subdomains"


def _how_many(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    count = len(policy.policy.origins)
    if target.most_origins and count > target.most_origins:
        message = f"{target.title} takes {target.most_origins} origins, and the policy has {count}."
        yield error("origins-too-many", message, f"{_ANOTHER_TARGET}.", path)
    elif target.many_origins and count > target.many_origins:
        message = f"{target.title} tries {count} origins one by one, for each preflight."
        hint = "Use a pattern, or a target that looks them up, such as HAProxy."
        yield warning("many-origins", message, hint, path)


def _lengths(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    lists = (policy.methods, policy.headers, policy.policy.expose_headers)
    for kind, texts, hint in (
        ("expression", policy.regexes, "Write several shorter expressions, or name the origins."),
        ("list of names", map(", ".join, lists), "Shorten the list for this target."),
    ):
        for text in texts:
            if target.longest and len(text) > target.longest:
                message = (
                    f"{target.title} takes at most {target.longest:,} characters of one {kind},"
                    f" and this is {len(text):,}."
                )
                yield error("too-long", message, hint, path)
    most = target.most_names
    for names in lists:
        if most and len(names) > most:
            message = f"{target.title} takes {most} names in a list, and this has {len(names)}."
            yield error("too-long", message, "Shorten the list for this target.", path)


def _methods(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    if policy.any_method:
        return
    for method in policy.policy.allow_methods:
        known = target.methods is None or method in target.methods
        if not known or not re.fullmatch(target.method_form, method):
            hint = "Take it out for this target, or use another one."
            if target.methods:
                hint = f"Take it out for this target, which takes {_listed(target.methods)}."
            yield error(
                "method-unknown", f"{target.title} does not take the method {method}.", hint, path
            )


def _header_names(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    for name in (*policy.headers, *policy.policy.expose_headers):
        if name != "*" and not re.fullmatch(target.name_form, name):
            hint = "Take it out for this target, or use another one."
            yield error(
                "header-unsupported", f"{target.title} does not take the header {name}.", hint, path
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _wildcard_lists(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    credentials = policy.policy.allow_credentials
    for kind, wanted, able in (
        ("method", policy.any_method, target.any_method),
        ("header", policy.any_header, target.any_header),
    ):
        if not wanted:
            continue
        hint = f"Name the {kind}s. nginx, Apache, Caddy, HAProxy and Lambda can allow all."
        if kind == "method" and not able:
            yield error("method-unknown", f"{target.title} cannot allow all methods.", hint, path)
        elif credentials and not target.reflects:
            message = f"{target.title} cannot allow all {kind}s together with credentials."
            yield error("star-with-credentials", message, hint, path)
        elif not able:
            message = (
                f"for {target.title}, '*' does not include Authorization, as it does in the policy."
            )
            yield error("star-authorization", message, hint, path)


def _max_age(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    low, high = target.max_age
    if not low <= policy.policy.max_age <= high:
        message = (
            f"{target.title} takes a max-age from {low} to {high}, not {policy.policy.max_age}."
        )
        nearest = min(max(policy.policy.max_age, low), high)
        yield error("max-age-range", message, f"Write max_age={nearest}.", path)


def _credentials(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    if target.credentials == "as policy" or policy.any_origin or policy.policy.allow_credentials:
        return
    message = f"{target.title} allows credentials for named origins, and the policy does not."
    hint = "Write allow_credentials=True if that may be, or allow_origins='*'."
    yield error("credentials-always", message, hint, path)


def _caching(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    if policy.any_origin and target.reflects_star:
        message = f"{target.title} answers with the origin that asked where the policy says '*'."
        yield warning("star-reflected", message, "Nothing to do: it means the same.", path)
    if policy.any_origin and not target.reflects_star:
        return
    if target.vary != "all":
        where = (
            f"{target.title} sends no 'Vary: Origin' with preflights"
            if target.vary == "not on preflights"
            else f"whether {target.title} sends 'Vary: Origin' is not documented"
        )
        hint = "If a shared cache is in front of it, make the origin part of the cache's key."
        yield warning("no-vary", f"{where}.", hint, path)


def _status(policy: EdgePolicy, target: Capabilities, path: str) -> Iterator[Finding]:
    if policy.policy.preflight_status not in target.statuses:
        status = min(target.statuses)
        wanted = policy.policy.preflight_status
        message = f"{target.title} answers preflights with {status}, not {wanted}."
        yield warning("preflight-status", message, "Nothing to do: browsers take both.", path)


_CHECKS: tuple[_Check, ...] = (
    _origins,
    _star_by_accident,
    _how_many,
    _lengths,
    _methods,
    _header_names,
    _wildcard_lists,
    _max_age,
    _credentials,
    _caching,
    _status,
)


def _paths(edge: Edge, target: Capabilities) -> Iterator[Finding]:
    hint = f"{_ANOTHER_TARGET}, or export a policy for everything."
    if not edge.governed:
        message = "the policy switches CORS off everywhere, so there is nothing to write."
        yield error("path-exempt", message, "Write a policy for a path.")
        return
    yield from _path_forms(edge, target)
    if target.most_paths and len(edge.rules) > target.most_paths:
        message = f"{target.title} takes {target.most_paths} paths, and this is {len(edge.rules)}."
        yield error("paths-too-many", message, f"{_ANOTHER_TARGET}.")
    if not target.exempts:
        for rule in edge.rules:
            if rule.policy is None and (target.paths == "none" or _inside(rule.prefix, edge)):
                yield error(
                    "path-exempt", f"{target.title} cannot exempt a path.", hint, rule.prefix
                )
    if target.paths == "none":
        prefixes = [rule.prefix for rule, _ in edge.governed]
        if len(prefixes) > 1:
            message = f"{target.title} has one policy for everything, and this is one by path."
            yield error("scope-wider", message, hint)
        elif prefixes != ["/"]:
            message = f"{target.title} governs everything, not only {prefixes[0]!a}."
            yield warning("scope-wider", message, "Attach it to that path only, where you can.")
    elif target.raw_paths and edge.by_path:
        message = (
            f"{target.title} compares paths as they arrive, and may read an encoded or doubled"
            " slash, or a dot segment, otherwise than the application."
        )
        yield warning("raw-path", message, "Let it reject or normalise such paths.")


def _path_forms(edge: Edge, target: Capabilities) -> Iterator[Finding]:
    for rule in edge.rules:
        if "%" in rule.prefix:
            message = "a path with a percent sign comes as '%25', which is refused to everybody."
            yield error("path-unsupported", message, "Serve it under another path.", rule.prefix)
        elif rule.policy and not re.fullmatch(target.path_form, rule.prefix):
            message = f"{target.title} does not take this path."
            yield error("path-unsupported", message, f"{_ANOTHER_TARGET}.", rule.prefix)


def _inside(prefix: str, edge: Edge) -> bool:
    """Tell whether a path is below one that has a policy."""
    return any(f"{prefix}/".startswith(f"{rule.prefix.rstrip('/')}/") for rule, _ in edge.governed)


def _always(target: Capabilities) -> Iterator[Finding]:
    if "nginx-416" in target.quirks:
        message = (
            f"{target.title} sends its own 416 (Range Not Satisfiable) for a static file with each"
            " header twice, and browsers refuse that one answer."
        )
        yield warning("nginx-416", message, "Nothing to do unless scripts ask for ranges of files.")
    if target.own_answers:
        message = f"{target.title} makes {target.own_answers}."
        yield warning("own-answers", message, "Expect such answers to look like CORS errors.")
