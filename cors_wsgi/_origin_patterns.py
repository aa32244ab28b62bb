"""The fast matcher of patterns and regexes: do they allow this origin?

Patterns are looked up by the part of the origin that they name, one look-up for each
label that the deepest pattern has, so neither the number of patterns nor the length of
the origin shows in the time.
`tests/test_allowed_origins.py` holds it equal to a plain comparison with every entry.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cors_wsgi._origins import DEFAULT_PORTS, Origin, is_host, is_port

if TYPE_CHECKING:
    from cors_wsgi._allowed_origins import AllowedOrigins


def make_matcher(origins: "AllowedOrigins") -> Callable[[str], bool]:
    """Build the function that tells whether a pattern or regex allows an origin.

    Args:
        origins: what the policy lists, patterns or regexes among it.

    Returns:
        A function of the `Origin` header's value, of any content and of at most
        `MAX_ORIGIN_LENGTH`.
    """
    tests: list[Callable[[str], bool]] = []
    if origins.patterns:
        tests.append(_pattern_matcher(origins.patterns))
    tests.extend(map(_regex_matcher, origins.regexes))
    if len(tests) == 1:
        return tests[0]
    return lambda origin: any(test(origin) for test in tests)


def _regex_matcher(regex: re.Pattern[str]) -> Callable[[str], bool]:
    # What a regex lets pass is sent back in a header, so no control character may be in it.
    return lambda origin: regex.fullmatch(origin) is not None and _is_visible(origin)


def _is_visible(text: str) -> bool:
    return text.isascii() and text.isprintable() and text != "" and " " not in text


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

    Attributes:
        hosts: whole hosts, on any port.
        suffixes: what follows the last label that a wildcard stands for, with its dot:
            of patterns that allow the default port.
        suffixes_any_port: the same, of patterns that allow every port.
        suffixes_with_port: the same, with the port, of the others.
        levels: whether there is a suffix of one label, of two, and so on.
    """

    __slots__ = ("hosts", "levels", "suffixes", "suffixes_any_port", "suffixes_with_port")

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.suffixes: set[str] = set()
        self.suffixes_any_port: set[str] = set()
        self.suffixes_with_port: set[str] = set()
        self.levels: list[bool] = []

    def add(self, pattern: Origin) -> None:
        if not pattern.subdomains:
            self.hosts.add(pattern.host)
            return
        suffix = f".{pattern.host}"
        if pattern.port in ("", "*"):
            self.suffixes.add(suffix)
            if pattern.port:
                self.suffixes_any_port.add(suffix)
        else:
            self.suffixes_with_port.add(f"{suffix}:{pattern.port}")
        labels = suffix.count(".")
        self.levels += [False] * (labels - len(self.levels))
        self.levels[labels - 1] = True

    def match(self, scheme: str, authority: str) -> bool:
        host, colon, port = authority.rpartition(":")
        if not colon or port[-1:] == "]":  # it is the last of an IPv6 address
            host, suffixes, has_port = authority, self.suffixes, False
        elif is_port(port) and port != DEFAULT_PORTS.get(scheme):
            suffixes, has_port = self.suffixes_any_port, True
        else:
            return False
        if host in self.hosts:
            return True
        dot = len(host)
        for is_named in self.levels:
            dot = host.rfind(".", 0, dot)
            if dot <= 0:
                return False
            if is_named and (
                host[dot:] in suffixes or (has_port and authority[dot:] in self.suffixes_with_port)
            ):
                return is_host(host)
        return False
