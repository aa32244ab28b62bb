"""The matcher of patterns and regular expressions: do they allow this origin?

Patterns are looked up by the parts of the origin that they name, so neither the number
of patterns nor the length of the origin shows in the time.
`tests/test_matcher_equals_plain.py` holds it equal to a plain comparison with every entry.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from string import ascii_lowercase, digits
from typing import Final, NamedTuple

from cors_wsgi._origins.allowed import AllowedOrigins
from cors_wsgi._origins.origin import (
    DEFAULT_PORTS,
    OPAQUE_ORIGINS,
    Origin,
    is_host,
    is_id,
    is_insecure,
    is_port,
    split_port,
)

_Matches = Callable[[str], bool]

# What `*` within a label stands for.
_IN_LABEL: Final = frozenset(f"{ascii_lowercase}{digits}-")


def make_matcher(
    origins: AllowedOrigins, *, allow_credentials: bool, allow_null: bool, allow_insecure: bool
) -> _Matches:
    """Build the function that tells whether a pattern or regular expression allows an origin.

    What a regular expression matches is refused all the same if the policy's other fields
    forbid its kind: no test of the expression itself can tell all that it lets in.

    Args:
        origins: The entries of the policy; the exact ones are the caller's to look up.
        allow_credentials: Whether the policy allows credentials.
        allow_null: Whether an opaque origin may match a regular expression.
        allow_insecure: Whether an origin of plain http may match one with credentials.

    Returns:
        A function of the `Origin` header's value, of any content; the caller has seen to it that
        it is no longer than `MAX_ORIGIN_LENGTH`.
    """
    tests: list[_Matches] = []
    if origins.patterns:
        tests.append(_pattern_matcher(origins.patterns))
    if origins.regexes:
        refuse_insecure = allow_credentials and not allow_insecure
        tests.append(
            _regex_matcher(
                origins.regexes, refuse_null=not allow_null, refuse_insecure=refuse_insecure
            )
        )
    return _any_of(tests)


def _any_of(tests: Sequence[_Matches]) -> _Matches:
    """Return a test that an origin passes if it passes one of several."""
    if not tests:
        return lambda _: False
    if len(tests) == 1:
        return tests[0]
    return lambda origin: any(matches(origin) for matches in tests)


def _regex_matcher(
    regexes: Iterable[re.Pattern[str]], *, refuse_null: bool, refuse_insecure: bool
) -> _Matches:
    def matches(origin: str) -> bool:
        # What matches is sent back in a header, so it may contain no control character.
        if not _is_visible(origin):
            return False
        if refuse_null and origin in OPAQUE_ORIGINS:
            return False
        if refuse_insecure and is_insecure(origin):
            return False
        return any(regex.fullmatch(origin) for regex in regexes)

    return matches


def _is_visible(text: str) -> bool:
    return text.isascii() and text.isprintable() and text != "" and " " not in text


def _pattern_matcher(patterns: Collection[Origin]) -> _Matches:
    """Match origins against patterns, those of any port among them."""
    on_any_port = [pattern.replace(port="") for pattern in patterns if pattern.port == "*"]
    as_named = [pattern for pattern in patterns if pattern.port != "*"]
    without_port = {str(pattern) for pattern in on_any_port if not pattern.is_pattern}
    matches_host = _host_matcher([*as_named, *on_any_port])
    if not on_any_port:
        return matches_host
    matches_host_on_any_port = _host_matcher(on_any_port)

    def matches(origin: str) -> bool:
        if origin in without_port or matches_host(origin):
            return True
        rest, _, port = origin.rpartition(":")
        return (
            is_port(port)
            and (rest in without_port or matches_host_on_any_port(rest))
            and port != DEFAULT_PORTS.get(origin.partition(":")[0])
        )

    return matches


def _host_matcher(patterns: Collection[Origin]) -> _Matches:
    """Match origins against patterns whose host has a wildcard, on the port they name."""
    schemes_of_any_id = {pattern.scheme for pattern in patterns if pattern.any_id}
    subdomains = [pattern for pattern in patterns if pattern.subdomains]
    in_label = [pattern for pattern in patterns if pattern.has_wildcard_in_label]
    tests: list[_Matches] = []
    if schemes_of_any_id:
        tests.append(_id_matcher(schemes_of_any_id))
    if subdomains:
        tests.append(_subdomain_matcher(subdomains))
    if in_label:
        tests.append(_label_matcher(in_label))
    return _any_of(tests)


def _id_matcher(schemes: set[str]) -> _Matches:
    def matches(origin: str) -> bool:
        scheme, _, host = origin.partition("://")
        return scheme in schemes and is_id(host)

    return matches


def _ends(origin: str, levels: Iterable[bool]) -> Iterator[str]:
    """Cut an origin before its last dot, the last but one, and so on, where a pattern ends."""
    dot = len(origin)
    for is_named in levels:
        dot = origin.rfind(".", 0, dot)
        if dot < 0:
            return
        if is_named:
            yield origin[dot:]


def _levels(ends: Iterable[str]) -> list[bool]:
    """Tell whether there is an end of one label, of two, and so on."""
    depths = {end.count(".") for end in ends}
    return [depth in depths for depth in range(1, max(depths) + 1)]


def _subdomain_matcher(patterns: Iterable[Origin]) -> _Matches:
    # What follows the labels that `*` stands for, from the dot on and including the port:
    # its port, and the schemes that go with it.
    ends: dict[str, tuple[str, set[str]]] = {}
    for pattern in patterns:
        port = pattern.port and f":{pattern.port}"
        _, schemes = ends.setdefault(f".{pattern.host}{port}", (port, set()))
        schemes.add(pattern.scheme)
    levels = _levels(ends)

    def matches(origin: str) -> bool:
        for end in _ends(origin, levels):
            if end in ends:
                port, schemes = ends[end]
                scheme, _, authority = origin.partition("://")
                if scheme in schemes:
                    return is_host(authority.removesuffix(port))
        return False

    return matches


def _label_matcher(patterns: Iterable[Origin]) -> _Matches:
    # What precedes the label with the `*` and what follows it: how the label begins and ends.
    labels: dict[tuple[str, str], _Affixes] = {}
    for pattern in patterns:
        before, _, after = str(pattern).partition("*")
        start, end = _label_start(before), after.index(".")
        affixes = labels.setdefault((before[:start], after[end:]), _Affixes(set(), set()))
        affixes.add(before[start:], after[:end])
    levels = _levels(end for _, end in labels)

    def matches(origin: str) -> bool:
        for end in _ends(origin, levels):
            stem = origin.removesuffix(end)
            start = _label_start(stem)
            affixes = labels.get((stem[:start], end))
            if affixes is not None and affixes.fit(stem[start:]):
                return is_host(split_port(origin.partition("://")[2])[0])
        return False

    return matches


def _label_start(text: str) -> int:
    return max(text.rfind("."), text.rfind("/")) + 1


class _Affixes(NamedTuple):
    """What the labels of several patterns begin and end with, and how long that is."""

    affixes: set[tuple[str, str]]
    lengths: set[tuple[int, int]]

    def add(self, prefix: str, suffix: str) -> None:
        self.affixes.add((prefix, suffix))
        self.lengths.add((len(prefix), len(suffix)))

    def fit(self, label: str) -> bool:
        """Tell whether one pair stands at the ends of a label with something between them."""
        for prefix, suffix in self.lengths:
            end = len(label) - suffix
            if (
                prefix < end
                and (label[:prefix], label[end:]) in self.affixes
                and _IN_LABEL.issuperset(label[prefix:end])
            ):
                return True
        return False
