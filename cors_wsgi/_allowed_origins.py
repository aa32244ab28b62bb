"""The entries of an allow-list of origins, and the fast matcher: is this origin allowed?

Exact origins are looked up in a set. Patterns are looked up by the part of the origin
that they name, one look-up for each label that the deepest pattern has, so neither the
number of patterns nor the length of the origin shows in the time.
`tests/test_allowed_origins.py` holds it equal to a plain comparison with every entry.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final, TypeAlias

from cors_wsgi._origins import DEFAULT_PORTS, LONGEST_HOST, Origin, is_port, match_host, parse

OriginEntry: TypeAlias = str | re.Pattern[str]

# Past this many characters no origin is looked at: a scheme of 32, "://", a host of
# 253 and a port of 6 are 294. Nothing longer can be named in a policy.
MAX_ORIGIN_LENGTH: Final = 294


class AllowedOrigins:
    """The entries of `allow_origins`, sorted by kind.

    There may be hundreds of thousands of exact ones, so they are kept once, and not in
    the order in which they were written. It compares by identity, so that what is
    derived from it can be remembered for it.

    Attributes:
        exact: those that name one origin, `null` among them. A set, whose table holds the
            hashes: to refuse one of 100,000 misses the processor's caches once, with a
            dictionary three times.
        others: the rest, as written.
        patterns: those of the rest that stand for several origins.
        regexes: those that are compiled patterns.
        any: whether every origin is allowed.
        null: whether the opaque origin, `null`, is allowed by name.
    """

    __slots__ = ("__weakref__", "any", "exact", "null", "others", "patterns", "regexes")

    def __init__(self, entries: Collection[OriginEntry], parsed: Iterable[Origin]) -> None:
        texts = (entry for entry in entries if isinstance(entry, str))
        self.exact = frozenset(text for text in texts if "*" not in text)
        self.others = tuple(entry for entry in entries if entry not in self.exact)
        self.patterns = [origin for origin in parsed if origin.is_pattern]
        self.regexes = [entry for entry in self.others if isinstance(entry, re.Pattern)]
        self.any = "*" in self.others
        self.null = "null" in self.exact

    def __len__(self) -> int:
        return len(self.exact) + len(self.others)

    @property
    def entries(self) -> tuple[OriginEntry, ...]:
        """All of them: the exact ones, sorted, and then the others."""
        return *sorted(self.exact), *self.others

    def parsed(self) -> list[Origin]:
        """Read all origins and patterns, once more."""
        read = (parse(entry)[0] for entry in self.entries if isinstance(entry, str))
        return [origin for origin in read if origin is not None]


def other_origins_matcher(origins: AllowedOrigins) -> Callable[[str], bool] | None:
    """Build the function that tells whether a pattern or regex allows an origin.

    Args:
        origins: what the policy lists.

    Returns:
        A function of the `Origin` header's value, of any content and of at most
        `MAX_ORIGIN_LENGTH`; `None` if there are neither patterns nor regexes.
    """
    tests: list[Callable[[str], bool]] = []
    if origins.patterns:
        tests.append(_pattern_matcher(origins.patterns))
    tests.extend(map(_regex_matcher, origins.regexes))
    if len(tests) <= 1:
        return tests[0] if tests else None
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
                return len(host) <= LONGEST_HOST and match_host(host, 0, dot) is not None
        return False
