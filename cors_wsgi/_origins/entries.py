"""Reads `allow_origins` as people write it, and finds all that is wrong with it at once."""

import re
from collections.abc import Iterable, Iterator
from string import ascii_lowercase, digits
from typing import Final

from cors_wsgi._origins.allowed import AllowedOrigins, OriginEntry, sort_entries
from cors_wsgi._origins.origin import FIELD, Origin
from cors_wsgi._origins.parser import parse
from cors_wsgi._origins.written import as_entries
from cors_wsgi._problems import Problem

_NOT_PARSED: Final = frozenset({"*", "null"})
_PLAIN: Final = frozenset(f"{ascii_lowercase}{digits}:/.-_*")


def read_origins(value: object, problems: list[Problem], warnings: list[Problem]) -> AllowedOrigins:
    """Read `allow_origins`.

    Args:
        value: What was written: an entry or several.
        problems: Gets what keeps the policy from being built.
        warnings: Gets what is questionable.

    Returns:
        The entries, sorted by kind. Origins that have problems are among them, repaired,
        since they may have others together with the rest of the policy.
    """
    given = as_entries(value)
    if not given:
        hint = "Name the origins of your pages: 'https://app.example'."
        problems.append(Problem("origins-missing", FIELD, value, "allows no origin at all.", hint))
    entries: dict[OriginEntry, None] = {}
    parsed: list[Origin] = []
    for entry in _without_duplicates(given, warnings):
        if isinstance(entry, str):
            if entry in _NOT_PARSED:
                entries[entry] = None
            elif origin := _read_origin(entry, problems):
                entries[str(origin)] = None
                parsed.append(origin)
        elif isinstance(entry, re.Pattern) and isinstance(entry.pattern, str):
            from cors_wsgi._origins.regexes import examine  # noqa: PLC0415 - 10 ms, for few policies

            entries[entry] = None
            warnings.extend(examine(entry).habits)
        else:
            from cors_wsgi._origins.mistakes import wrong_type  # noqa: PLC0415 - as below

            problems.append(wrong_type(entry))
    if "*" in entries and len(given) > 1:
        message, hint = "makes the other entries meaningless.", "Keep '*' alone, or name them."
        problems.append(Problem("origin-wildcard-mixed", FIELD, "*", message, hint))
    warnings.extend(_loopback_without_port(parsed))
    return sort_entries(entries, parsed)


def _without_duplicates(given: Iterable[object], warnings: list[Problem]) -> Iterator[object]:
    seen: set[object] = set()
    for entry in given:
        if not isinstance(entry, str | re.Pattern):
            yield entry
        elif entry in seen:
            hint = "Remove one of the two."
            warnings.append(Problem("entry-duplicate", FIELD, entry, "is listed twice.", hint))
        else:
            seen.add(entry)
            yield entry


def _read_origin(entry: str, problems: list[Problem]) -> Origin | None:
    is_plain = _PLAIN.issuperset(entry) and entry.count("://") == 1 and entry[0].isalpha()
    if not is_plain:
        from cors_wsgi._origins.mistakes import find_mistake  # noqa: PLC0415 - 5 ms, seldom needed

        if mistake := find_mistake(entry):
            problems.append(mistake)
            return None
    origin, found = parse(entry)
    problems.extend(found)
    return origin


def _loopback_without_port(parsed: Iterable[Origin]) -> Iterator[Problem]:
    """Find hosts of development servers that are listed without any port."""
    local = [origin for origin in parsed if origin.scheme == "http" and origin.is_loopback]
    with_port = {origin.host for origin in local if origin.port}
    for origin in local:
        if origin.host not in with_port and not origin.is_pattern:
            yield Problem(
                "origin-loopback-port",
                FIELD,
                str(origin),
                "allows port 80 only, and development servers use another one.",
                f"Write {str(origin.replace(port='*'))!r} for any port.",
            )
