"""Which allowed origins are dangerous, or of no use, together with the rest of a policy."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from cors_wsgi._origins.origin import FIELD, Origin
from cors_wsgi._problems import Problem

if TYPE_CHECKING:
    from typing import Any

    from publicsuffixlist import PublicSuffixList

    from cors_wsgi._origins.allowed import AllowedOrigins


def problems(policy: "Any") -> Iterator[Problem]:
    """Find the origins that the policy's other fields forbid."""
    origins, parsed = policy.origins, policy.origins.parsed()
    if origins.any and policy.allow_credentials:
        yield Problem(
            "origin-wildcard-credentials",
            FIELD,
            "*",
            "would hand every site the data of whoever is logged in; browsers refuse it.",
            "Name the origins, or do without credentials.",
        )
    if origins.null and not policy.dangerously_allow_null_origin:
        yield Problem(
            "origin-null",
            FIELD,
            "null",
            "is an origin that any site can take on, with a sandboxed frame.",
            "Leave it out (or set dangerously_allow_null_origin=True).",
        )
    if policy.allow_credentials and not policy.dangerously_allow_insecure_origins:
        yield from map(_insecure, _insecure_entries(origins, parsed))
    if policy.allow_credentials and not policy.dangerously_allow_public_suffix_subdomains:
        yield from map(_public_suffix, _public_suffix_patterns(origins))


def warnings(policy: "Any") -> Iterator[Problem]:
    """Find entries that others cover, and dangers allowed for nothing."""
    origins, parsed = policy.origins, policy.origins.parsed()
    yield from _covered(origins, parsed)
    used = {
        "dangerously_allow_null_origin": origins.null,
        "dangerously_allow_insecure_origins": policy.allow_credentials
        and any(_insecure_entries(origins, parsed)),
        "dangerously_allow_public_suffix_subdomains": policy.allow_credentials
        and any(_public_suffix_patterns(origins)),
    }
    for name, is_used in used.items():
        if getattr(policy, name) and not is_used:
            hint = "Remove it."
            if name == "dangerously_allow_null_origin":
                hint = "Remove it, or list 'null' in allow_origins."
            yield Problem("danger-unused", name, True, "allows nothing that is listed.", hint)  # noqa: FBT003 - the field's value


def _insecure_entries(origins: "AllowedOrigins", parsed: Sequence[Origin]) -> Iterator[str]:
    for origin in parsed:
        if origin.scheme == "http" and not origin.is_loopback:
            yield str(origin)
    for regex in origins.regexes:
        if re.search(r"http(?:s\?|\(s\)\?|\(\?:s\)\?)?:", regex.pattern.replace("\\", "")):
            yield regex.pattern


def _insecure(entry: str) -> Problem:
    return Problem(
        "origin-insecure-credentials",
        FIELD,
        entry,
        "is plain http: whoever is on the network can speak in its name, with credentials.",
        "Use https (or set dangerously_allow_insecure_origins=True).",
    )


def _public_suffix_patterns(origins: "AllowedOrigins") -> Iterator[Origin]:
    for pattern in origins.patterns:
        if (
            pattern.subdomains
            and pattern.host != "localhost"
            and public_suffix_list().is_public(pattern.host)
        ):
            yield pattern


def _public_suffix(origin: Origin) -> Problem:
    return Problem(
        "origin-public-suffix",
        FIELD,
        str(origin),
        f"stands for names that anybody can have: {origin.host!r} is a public suffix.",
        "Name your own (or set dangerously_allow_public_suffix_subdomains=True).",
    )


@cache
def public_suffix_list() -> "PublicSuffixList":
    """Load the list of https://publicsuffix.org, which takes some tens of milliseconds."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - few policies need it

    return PublicSuffixList()


def _covered(origins: "AllowedOrigins", parsed: Sequence[Origin]) -> Iterator[Problem]:
    patterns = set(origins.patterns)
    for origin in parsed if patterns or origins.regexes else ():
        covering = next(filter(patterns.__contains__, _wider(origin)), None)
        if covering:
            yield _is_covered(str(origin), str(covering))
        for regex in origins.regexes:
            if regex.fullmatch(str(origin)):
                yield _is_covered(str(origin), regex.pattern)


def _is_covered(entry: str, by: str) -> Problem:
    return Problem(
        "entry-covered", FIELD, entry, f"is covered by {by!r}.", "Remove one of the two."
    )


def _wider(origin: Origin) -> Iterator[Origin]:
    """All patterns that would allow whatever `origin` stands for, but itself."""
    if origin.port != "*":
        yield origin.replace(port="*")
    suffix = origin.host
    while suffix := suffix.partition(".")[2]:
        for port in {origin.port, "*"}:
            yield Origin(origin.scheme, suffix, port, subdomains=True)
