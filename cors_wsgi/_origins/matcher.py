"""The fast matcher of patterns and regexes: do they allow this origin?

Patterns are looked up by the part of the origin that they name, one look-up for each
label that the deepest pattern has, so neither the number of patterns nor the length of
the origin shows in the time.
`tests/test_allowed_origins.py` holds it equal to a plain comparison with every entry.
"""

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from cors_wsgi._origins.origin import DEFAULT_PORTS, Origin, is_host, is_port

if TYPE_CHECKING:
    from cors_wsgi._origins.allowed import AllowedOrigins


def make_matcher(
    origins: "AllowedOrigins",
    *,
    allow_credentials: bool = False,
    allow_null: bool = False,
    allow_insecure: bool = False,
) -> Callable[[str], bool]:
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


def _pattern_matcher(patterns: Collection[Origin]) -> Callable[[str], bool]:
    """Match origins against `scheme://*.suffix`, `scheme://host:*` and both together."""
    on_any_port = [pattern.replace(port="") for pattern in patterns if pattern.port == "*"]
    others = [pattern for pattern in patterns if pattern.port != "*"]
    without_port = {str(pattern) for pattern in on_any_port if not pattern.subdomains}
    is_subdomain = _subdomain_matcher([*others, *on_any_port])
    if not on_any_port:
        return is_subdomain
    is_subdomain_on_any_port = _subdomain_matcher(on_any_port)

    def matches(origin: str) -> bool:
        if origin in without_port or is_subdomain(origin):
            return True
        rest, _, port = origin.rpartition(":")
        return (
            is_port(port)
            and (rest in without_port or is_subdomain_on_any_port(rest))
            and port != DEFAULT_PORTS.get(origin.partition(":")[0])
        )

    return matches


def _subdomain_matcher(patterns: Collection[Origin]) -> Callable[[str], bool]:
    """Match origins against those patterns that stand for subdomains, on the port they name."""
    # What follows the labels that a wildcard stands for, from its dot on: with its port, and
    # the schemes that go with it.
    ends: dict[str, tuple[str, set[str]]] = {}
    for pattern in patterns:
        if pattern.subdomains:
            port = pattern.port and f":{pattern.port}"
            _, schemes = ends.setdefault(f".{pattern.host}{port}", (port, set()))
            schemes.add(pattern.scheme)
    depths = {end.count(".") for end in ends}
    # Whether there is an end of one label, of two, and so on.
    levels = [depth in depths for depth in range(1, max(depths, default=0) + 1)]

    def matches(origin: str) -> bool:
        dot = len(origin)
        for is_named in levels:
            dot = origin.rfind(".", 0, dot)
            if dot < 0:
                return False
            if is_named and (found := ends.get(origin[dot:])) is not None:
                port, schemes = found
                scheme, _, authority = origin.partition("://")
                if scheme in schemes:
                    return is_host(authority.removesuffix(port))
        return False

    return matches
