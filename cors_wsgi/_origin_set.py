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


def exact_origins(origins: "AllowedOrigins") -> frozenset[str]:
    """Return the origins that are allowed as they stand.

    A set, whose table holds the hashes: to refuse one of 100,000 misses the processor's
    caches once, with a dictionary three times.

    Args:
        origins: what the policy lists.
    """
    exact = frozenset(str(origin) for origin in origins.parsed if not origin.is_pattern)
    return exact | {"null"} if origins.null else exact


def other_origins_matcher(origins: "AllowedOrigins") -> Callable[[str], bool] | None:
    """Build the function that tells whether a pattern or regex allows an origin.

    Args:
        origins: what the policy lists.

    Returns:
        A function of the `Origin` header's value, of any content and of at most
        `MAX_ORIGIN_LENGTH`; `None` if there are neither patterns nor regexes.
    """
    tests: list[Callable[[str], bool]] = []
    if patterns := [origin for origin in origins.parsed if origin.is_pattern]:
        tests.append(_pattern_matcher(patterns))
    tests.extend(map(_regex_matcher, origins.regexes))
    if len(tests) <= 1:
        return tests[0] if tests else None
    return lambda origin: any(test(origin) for test in tests)


def _regex_matcher(regex: re.Pattern[str]) -> Callable[[str], bool]:
    # What a regex lets pass is sent back in a header, so no control character may be in it.
    return lambda origin: bool(regex.fullmatch(origin) and _visible(origin))


def _pattern_matcher(patterns: Iterable[Origin]) -> Callable[[str], bool]:
    """Match origins against `scheme://*.suffix`, `scheme://host:*` and both together."""
    schemes: dict[str, _Patterns] = {}
    for pattern in patterns:
        schemes.setdefault(pattern.scheme, _Patterns()).add(pattern)

    def matches(origin: str) -> bool:
        scheme, _, authority = origin.partition("://")
        return scheme in schemes and schemes[scheme].match(scheme, authority)

    return matches


class _Patterns:
    """The patterns of one scheme, by what each of them names.

    That is the whole host, or what follows the last label that the wildcard stands for,
    with its dot, and its port unless that is any.
    """

    __slots__ = ("_deepest", "_hosts", "_suffixes", "_suffixes_with_port")

    def __init__(self) -> None:
        self._hosts: set[str] = set()
        self._suffixes: set[str] = set()
        self._suffixes_with_port: set[str] = set()
        self._deepest = 0

    def add(self, pattern: Origin) -> None:
        if not pattern.subdomains:
            self._hosts.add(pattern.host)
        elif pattern.port == "*":
            self._suffixes.add(f".{pattern.host}")
        else:
            port = pattern.port and f":{pattern.port}"
            self._suffixes_with_port.add(f".{pattern.host}{port}")
        self._deepest = max(self._deepest, pattern.host.count(".") + 1)

    def match(self, scheme: str, authority: str) -> bool:
        host, colon, port = authority.rpartition(":")
        if not colon or port[-1:] == "]":  # what the brackets of an IPv6 address hold
            host = authority
        elif not _is_canonical_port(scheme, port):
            return False
        if host in self._hosts:
            return True
        dot = len(host)
        for _ in range(self._deepest):
            dot = host.rfind(".", 0, dot)
            if dot <= 0:
                return False
            if authority[dot:] in self._suffixes_with_port or host[dot:] in self._suffixes:
                return len(host) <= _LONGEST_HOST and _labels(host, 0, dot) is not None
        return False


def _is_canonical_port(scheme: str, port: str) -> bool:
    return (
        port.isascii()
        and port.isdigit()
        and port[0] != "0"
        and len(port) <= 5
        and int(port) <= 65535
        and port != DEFAULT_PORTS.get(scheme)
    )
