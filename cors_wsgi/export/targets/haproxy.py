"""HAProxy: variables decide while the request is read, and headers follow after the response.

`http-after-response` also reaches the answers that HAProxy makes itself. Rules on responses
cannot look at the request, so all that they need is in variables.
"""

from collections.abc import Iterator

from cors_wsgi.export.edge import AMBIGUOUS, TOKEN, TOKENS, Edge, EdgePolicy, Rule
from cors_wsgi.export.expression import chunks, literal
from cors_wsgi.export.files import File, comment, lines

# A line has at most 2,048 characters and 64 words.
_LONGEST = 1200
_MOST_INLINE = 20

_PREFLIGHT = "{ var(txn.cors_preflight) -m found }"
_GOVERNED = "{ var(txn.cors_policy) -m found }"


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the lines for the frontend, and the lists of origins that do not fit into them."""
    head = [f"# {line}" for line in comment(edge, title)]
    text = lines(
        head,
        _choose_policy(edge),
        _choose_origin(edge),
        _answer_preflights(edge),
        *(_headers(rule.name, policy) for rule, policy in edge.governed),
    )
    files = {"cors.cfg": File(text, "its lines come first in the frontend")}
    for rule, policy in edge.governed:
        if len(policy.exact) > _MOST_INLINE:
            where = "beside the configuration, where HAProxy is started"
            files[_list_name(edge, rule)] = File("\n".join([*head, *policy.exact]) + "\n", where)
    return files


def quoted(text: str) -> str:
    """Write a word in single quotes, within which nothing is special but the quote itself."""
    return "'" + text.replace("'", "'\\''") + "'"


def value(text: str) -> str:
    """Write a header's value, in which `%` begins a variable."""
    return quoted(text.replace("%", "%%"))


def _list_name(edge: Edge, rule: Rule) -> str:
    """Name a list, by the policy too: the lists of several frontends are in one folder."""
    return f"cors-origins-{edge.digest}-{rule.name}.lst"


def _path(rule: Rule) -> str:
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_"
    prefix = rule.prefix.encode() if rule.prefix != "/" else b""
    escaped = "".join(chr(b) if chr(b) in plain else rf"\x{b:02x}" for b in prefix)
    expression = rf"^{escaped}(?:/|\z)"
    return f"{{ var(txn.cors_path) -m reg {quoted(expression)} }}"


def _set(variable: str, source: str, *conditions: str) -> str:
    condition = f" if {' '.join(conditions)}" if conditions else ""
    return f"http-request set-var(txn.cors_{variable}) {source}{condition}"


def _choose_policy(edge: Edge) -> Iterator[str]:
    """Set the number of the policy that governs the path: the last line that matches decides."""
    yield "# The policy that governs the path, decoded once."
    yield _set("path", "path,url_dec")
    for rule in reversed(edge.rules):
        if rule.policy:
            yield _set("policy", f"str({rule.name})", _path(rule))
        else:
            yield f"http-request unset-var(txn.cors_policy) if {_path(rule)}"
    if edge.by_path:
        yield "# Paths that the application may read otherwise: nobody is allowed."
        yield _set("policy", "str(refused)", f"{{ path -m reg {quoted(AMBIGUOUS)} }}")


def _choose_origin(edge: Edge) -> Iterator[str]:
    """Set the number of the policy that allows the origin."""
    yield "# req.fhdr does not split at commas, as req.hdr would."
    yield _set("origin", "req.fhdr(Origin)", "{ req.fhdr_cnt(Origin) eq 1 }")
    for rule, policy in edge.governed:
        governs = f"{{ var(txn.cors_policy) -m str {rule.name} }}"
        for condition in _allowed(policy, _list_name(edge, rule)):
            yield _set("allowed", f"str({rule.name})", governs, *condition)


def _allowed(policy: EdgePolicy, list_name: str) -> Iterator[list[str]]:
    if policy.any_origin:
        yield []
    elif len(policy.exact) > _MOST_INLINE:
        yield [f"{{ var(txn.cors_origin) -m str -f {list_name} }}"]
    elif policy.exact:
        for chunk in _few(policy.exact):
            yield [f"{{ var(txn.cors_origin) -m str {' '.join(chunk)} }}"]
    for expression in chunks(policy.wider, _LONGEST):
        yield [f"{{ var(txn.cors_origin) -m reg {quoted(f'^{expression}$')} }}"]


def _answer_preflights(edge: Edge) -> Iterator[str]:
    yield _set(
        "preflight",
        "bool(true)",
        _GOVERNED,
        "{ method OPTIONS }",
        "{ req.fhdr(Origin) -m found }",
        "{ req.fhdr(Access-Control-Request-Method) -m found }",
    )
    for rule, policy in edge.governed:
        permits = f"{{ var(txn.cors_allowed) -m str {rule.name} }}"
        if policy.any_method:
            method = "{ req.fhdr(Access-Control-Request-Method) -m"
            usual = "|".join(map(literal, policy.methods))
            yield _set(
                "method",
                "req.fhdr(Access-Control-Request-Method)",
                _PREFLIGHT,
                permits,
                f"{method} reg {quoted(f'^{TOKEN}$')} }}",
                f"!{method} reg {quoted(f'^(?:{usual})$')} }}",
            )
        if policy.any_header:
            yield _set(
                "headers",
                "req.fhdr(Access-Control-Request-Headers)",
                _PREFLIGHT,
                permits,
                f"{{ req.fhdr(Access-Control-Request-Headers) -m reg {quoted(f'^{TOKENS}$')} }}",
            )
    for rule, policy in edge.governed:
        if policy.policy.preflight_status != 204:
            governs = f"{{ var(txn.cors_policy) -m str {rule.name} }}"
            yield f"http-request return status 200 if {_PREFLIGHT} {governs}"
    yield f"http-request return status 204 if {_PREFLIGHT}"
    yield f"http-after-response del-header Access-Control- -m beg if {_GOVERNED}"


def _headers(name: str, policy: EdgePolicy) -> Iterator[str]:
    """Set the headers of one policy."""
    governs = f"if {{ var(txn.cors_policy) -m str {name} }}"
    allowed = f"if {{ var(txn.cors_allowed) -m str {name} }}"
    permits = f"{allowed} {_PREFLIGHT}"

    def header(header: str, written: str, condition: str, rule: str = "set-header") -> str:
        return f"http-after-response {rule} {header} {written} {condition}"

    if policy.vary:
        yield header("Vary", "Origin", governs, "add-header")
    for vary in policy.preflight_vary[len(policy.vary) :]:
        yield header("Vary", vary, permits, "add-header")
    origin = "*" if policy.any_origin else "%[var(txn.cors_origin)]"
    yield header("Access-Control-Allow-Origin", origin, allowed)
    for constant, text in policy.actual_headers:
        yield header(constant, value(text), allowed)
    for allow, listed, asked, variable in (
        ("Methods", policy.methods, policy.any_method, "method"),
        ("Headers", policy.headers, policy.any_header, "headers"),
    ):
        name = f"Access-Control-Allow-{allow}"
        if listed:
            yield header(name, value(", ".join(listed)), permits)
        if asked:
            listed_too = value(", ".join(listed) + ", ")[:-1] if listed else "'"
            found = f"{permits} {{ var(txn.cors_{variable}) -m found }}"
            yield header(name, f"{listed_too}%[var(txn.cors_{variable})]'", found)
    yield header("Access-Control-Max-Age", policy.max_age, permits)


def _few(origins: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Split origins so that each part fits on a line."""
    for start in range(0, len(origins), 4):
        yield origins[start : start + 4]
