"""The fast matcher: is this origin allowed?

Exact origins are looked up in a dictionary. Patterns are looked up by the part of the
origin that they name, one look-up for each label that the deepest pattern has, so
neither the number of patterns nor the length of the origin shows in the time.
`tests/test_origin_set.py` holds it equal to a plain comparison with every entry.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from cors_wsgi._origins import DEFAULT_PORTS, Origin

if TYPE_CHECKING:
    from cors_wsgi._audit import AllowedOrigins

# Past this many characters no origin is looked at: a scheme of 32, "://", a host of
# 253 and a port of 6 are 294. Nothing longer can be named in a policy.
MAX_ORIGIN_LENGTH: Final = 294

_labels = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*+[a-z0-9_-]{1,63}").fullmatch
_visible = re.compile(r"[!-~]++").fullmatch
_LONGEST_HOST: Final = 253


def origin_matcher(origins: "AllowedOrigins") -> Callable[[str], bool]:
    """Build the function that tells whether an origin is allowed.

    Args:
        origins: what the policy lists.

    Returns:
        A function of the `Origin` header's value, of any length and content.
    """
    if origins.any:
        return lambda _origin: True
    exact = dict.fromkeys(str(origin) for origin in origins.parsed if not origin.is_pattern)
    if origins.null:
        exact["null"] = None
    tests: list[Callable[[str], bool]] = []
    if patterns := [origin for origin in origins.parsed if origin.is_pattern]:
        tests.append(_pattern_matcher(patterns))
    tests.extend(map(_regex_matcher, origins.regexes))

    def is_allowed(origin: str) -> bool:
        # The length first: even a look-up reads all of it.
        if len(origin) > MAX_ORIGIN_LENGTH:
            return False
        if origin in exact:
            return True
        for test in tests:  # noqa: SIM110 - `any` costs as much as all the rest
            if test(origin):
                return True
        return False

    return is_allowed


def _regex_matcher(regex: re.Pattern[str]) -> Callable[[str], bool]:
    # What a regex lets pass is sent back in a header, so no control character may be in it.
    return lambda origin: bool(regex.fullmatch(origin) and _visible(origin))


def _pattern_matcher(patterns: Iterable[Origin]) -> Callable[[str], bool]:
    """Match origins against `scheme://*.suffix`, `scheme://host:*` and both together."""
    # What each pattern names: the whole host, or what follows the last label that the
    # wildcard stands for, with its dot, and its port unless that is any.
    hosts = {(p.scheme, p.host) for p in patterns if not p.subdomains}
    suffixes = {(p.scheme, f".{p.host}") for p in patterns if p.subdomains and p.port == "*"}
    suffixes_with_port = {
        (p.scheme, f".{p.host}{p.port and ':'}{p.port}")
        for p in patterns
        if p.subdomains and p.port != "*"
    }
    deepest = max(p.host.count(".") for p in patterns) + 1

    def matches(origin: str) -> bool:
        scheme, _, authority = origin.partition("://")
        host, port = _split_port(authority)
        if port is not None and not _is_canonical_port(scheme, port):
            return False
        if (scheme, host) in hosts:
            return True
        dot = len(host)
        for _ in range(deepest):
            dot = host.rfind(".", 0, dot)
            if dot <= 0:
                return False
            if (scheme, host[dot:]) in suffixes or (scheme, authority[dot:]) in suffixes_with_port:
                return len(host) <= _LONGEST_HOST and _labels(host, 0, dot) is not None
        return False

    return matches


def _split_port(authority: str) -> tuple[str, str | None]:
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        return authority, None
    return host, port


def _is_canonical_port(scheme: str, port: str) -> bool:
    return (
        port.isascii()
        and port.isdigit()
        and port[0] != "0"
        and len(port) <= 5
        and int(port) <= 65535
        and port != DEFAULT_PORTS.get(scheme)
    )
