"""Which allowed origins are dangerous, or of no use, together with the rest of a policy."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import filterfalse
from typing import Final, Protocol

from cors_wsgi._origins.allowed import AllowedOrigins
from cors_wsgi._origins.matcher import make_matcher
from cors_wsgi._origins.origin import FIELD, OPAQUE_ORIGINS, Origin, is_insecure
from cors_wsgi._origins.parser import parse
from cors_wsgi._problems import Problem


class _Fields(Protocol):
    """What is read here of a policy's checked fields, whose own module imports this one."""

    @property
    def origins(self) -> AllowedOrigins: ...
    @property
    def allow_credentials(self) -> bool: ...
    @property
    def dangerously_allow_insecure_origins(self) -> bool: ...
    @property
    def dangerously_allow_null_origin(self) -> bool: ...
    @property
    def dangerously_allow_public_suffix_subdomains(self) -> bool: ...


# The fields that allow what is dangerous all the same. Nothing allows the other dangers.
_FLAGS: Final = {
    "origin-null": "dangerously_allow_null_origin",
    "origin-insecure-credentials": "dangerously_allow_insecure_origins",
    "origin-public-suffix": "dangerously_allow_public_suffix_subdomains",
}
# Whatever else is dangerous, is so with credentials.
_WITHOUT_CREDENTIALS: Final = frozenset({"origin-null"})

_REGEX_HINT: Final = (
    r"Match your own names alone, as re.compile(r'\Ahttps://pr-\d+\.app\.example\Z') does"
)
_LETS_IN: Final = {
    "origin-null": "lets in {!r}, an origin that any site can take on with a sandboxed frame.",
    "origin-wildcard-credentials": "lets every site in, {!r} for one.",
    "origin-extension-credentials": "lets in any extension or app, {!r} for one.",
    "origin-insecure-credentials": (
        "lets in {!r}, which is plain http: anyone on the network can impersonate it."
    ),
    "origin-public-suffix": "lets in {!r}, which anybody can have.",
}


def problems(fields: _Fields) -> Iterator[Problem]:
    """Find the origins that the policy's other fields forbid."""
    for problem in _dangers(fields):
        is_danger = problem.code in _WITHOUT_CREDENTIALS or fields.allow_credentials
        if is_danger and not _is_allowed(fields, problem.code):
            yield problem


def warnings(fields: _Fields) -> Iterator[Problem]:
    """Find what regular expressions let in, entries that others cover, and unused flags."""
    dangers = list(_dangers(fields))
    if not fields.allow_credentials:
        yield from (danger for danger in dangers if not _is_allowed(fields, danger.code))
    yield from _covered(fields.origins)
    used = {danger.code for danger in dangers}
    if "origin-wildcard-credentials" in used:  # a regular expression that `null` matches too
        used.add("origin-null")
    for code, flag in _FLAGS.items():
        if getattr(fields, flag) and code not in used:
            hint = "Remove it."
            if code == "origin-null":
                hint = "Remove it, or list 'null' in allow_origins."
            yield Problem("danger-unused", flag, True, "allows nothing that is listed.", hint)  # noqa: FBT003 - the field's value
    if fields.origins.regexes or (fields.allow_credentials and fields.origins.patterns):
        from cors_wsgi._origins.suffixes import outdated  # noqa: PLC0415 - 2 ms, for few policies

        yield from outdated(datetime.now(UTC).date())


def _is_allowed(fields: _Fields, code: str) -> bool:
    return code in _FLAGS and bool(getattr(fields, _FLAGS[code]))


def _dangers(fields: _Fields) -> Iterator[Problem]:
    """Find what is dangerous, whether or not a flag allows it."""
    origins = fields.origins
    for opaque in sorted(OPAQUE_ORIGINS & origins.exact):
        yield _opaque(opaque)
    if fields.allow_credentials:
        yield from _with_credentials(origins)
    for regex in origins.regexes:
        from cors_wsgi._origins.regexes import examine  # noqa: PLC0415 - 10 ms, for few policies

        for code, stranger in examine(regex).strangers.items():
            message = _LETS_IN[code].format(stranger)
            hint = f"{_REGEX_HINT}{_unless(code)}."
            yield Problem(code, FIELD, regex.pattern, message, hint)


def _unless(code: str) -> str:
    return f" (or set {_FLAGS[code]}=True)" if code in _FLAGS else ""


def _opaque(origin: str) -> Problem:
    code = "origin-null"
    return Problem(
        code,
        FIELD,
        origin,
        "is an origin that any site can take on, with a sandboxed frame."
        if origin == "null"
        else "is the origin of every local file, which browsers send as 'null'.",
        f"Leave it out{_unless(code)}.",
    )


def _with_credentials(origins: AllowedOrigins) -> Iterator[Problem]:
    if origins.any:
        yield Problem(
            "origin-wildcard-credentials",
            FIELD,
            "*",
            "would give every site the data of your logged-in users; browsers refuse it.",
            "Name the origins, as in 'https://app.example', or do without credentials.",
        )
    insecure = sorted(filter(is_insecure, origins.exact))
    insecure += [str(p) for p in origins.patterns if p.scheme == "http" and not p.is_loopback]
    yield from map(_insecure, insecure)
    for pattern in origins.patterns:
        if pattern.any_id:
            yield _any_id(pattern)
        elif not pattern.is_loopback and (suffix := _anybodys_suffix(pattern)):
            yield _public_suffix(pattern, suffix)


def _insecure(entry: str) -> Problem:
    code = "origin-insecure-credentials"
    return Problem(
        code,
        FIELD,
        entry,
        "is plain http: anyone on the network can impersonate it and use your users' sessions.",
        f"Write {_over_https(entry)!r}{_unless(code)}.",
    )


def _over_https(entry: str) -> str:
    # It is parsed, since the port of an origin over https is not written if it is 443.
    return str(parse(entry.replace("http", "https", 1))[0])


def _any_id(pattern: Origin) -> Problem:
    return Problem(
        "origin-extension-credentials",
        FIELD,
        str(pattern),
        "stands for every extension or app, and would give each the data of your logged-in users.",
        "List the ids, or let the extension send a token without credentials: "
        "allow_credentials=False, allow_headers=['Authorization'].",
    )


def _anybodys_suffix(pattern: Origin) -> str | None:
    """Return the public suffix below which a pattern lets anybody in, or None."""
    from cors_wsgi._origins.suffixes import (  # noqa: PLC0415 - 2 ms, for few policies
        is_public_suffix,
        suffix_within,
    )

    if pattern.subdomains:
        return suffix_within(pattern.base)
    is_open = pattern.has_wildcard_in_label and is_public_suffix(pattern.base)
    return pattern.base if is_open else None


def _public_suffix(pattern: Origin, suffix: str) -> Problem:
    code = "origin-public-suffix"
    own = pattern.host.replace("*", "1") if "*" in pattern.host else f"my-app.{suffix}"
    return Problem(
        code,
        FIELD,
        str(pattern),
        f"stands for names that anybody can have: {suffix!r} is a public suffix.",
        f"Name your own, such as {str(Origin(pattern.scheme, own, pattern.port))!r}"
        f"{_unless(code)}.",
    )


def _covered(origins: AllowedOrigins) -> Iterator[Problem]:
    """Find entries that only repeat what others allow."""
    if not origins.patterns and not origins.regexes:
        return
    # An expression that backtracks is not tried on what is listed: that may take hours.
    origins = replace(origins, regexes=tuple(filterfalse(_backtracks, origins.regexes)))
    matches = _match_all(origins)
    for text in sorted(filter(matches, origins.exact)):
        yield _is_covered(text, _covering(origins, text))
    patterns = set(origins.patterns)
    for pattern in origins.patterns:
        for wider in filter(patterns.__contains__, _wider(pattern)):
            yield _is_covered(str(pattern), str(wider))
            break


def _backtracks(regex: re.Pattern[str]) -> bool:
    from cors_wsgi._origins.regexes import examine  # noqa: PLC0415 - 10 ms, for few policies

    return examine(regex).backtracks


def _match_all(origins: AllowedOrigins) -> Callable[[str], bool]:
    return make_matcher(origins, allow_credentials=False, allow_null=True, allow_insecure=True)


def _covering(origins: AllowedOrigins, text: str) -> str:
    """Return the pattern or regular expression that allows an origin."""
    for pattern in origins.patterns:
        if _match_all(AllowedOrigins(patterns=(pattern,)))(text):
            return str(pattern)
    return next(regex.pattern for regex in origins.regexes if regex.fullmatch(text))


def _is_covered(entry: str, by: str) -> Problem:
    message = f"is covered by {by!r}."
    return Problem("entry-covered", FIELD, entry, message, "Remove one of the two.")


def _wider(pattern: Origin) -> Iterator[Origin]:
    """Yield the patterns that would allow whatever `pattern` stands for, but itself."""
    if pattern.port != "*":
        yield pattern.replace(port="*")
    suffix = pattern.host
    while suffix := suffix.partition(".")[2]:
        for port in {pattern.port, "*"}:
            yield Origin(pattern.scheme, suffix, port, subdomains=True)
