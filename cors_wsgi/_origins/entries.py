"""Reads `allow_origins`, and finds everything that is wrong with it at once."""

import re
from collections.abc import Iterable, Sequence

from cors_wsgi._origins.allowed import AllowedOrigins, OriginEntry
from cors_wsgi._origins.origin import FIELD as ALLOW_ORIGINS
from cors_wsgi._origins.origin import Origin
from cors_wsgi._origins.parser import parse
from cors_wsgi._origins.regexes import audit
from cors_wsgi._problems import Problem


def as_sequence(value: object) -> Sequence[object]:
    """Return what a field lists. One string, or one pattern, is a list of one."""
    if isinstance(value, str | bytes | re.Pattern) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def read_origins(
    value: object, problems: list[Problem], warnings: list[Problem]
) -> AllowedOrigins:
    """Read `allow_origins`; return its entries, and the origins and patterns they stand for.

    Those that have problems are there as well, repaired: they may have others.
    """
    entries: dict[OriginEntry, None] = {}
    parsed: list[Origin] = []
    given = as_sequence(value)
    if not given:
        problems.append(
            Problem(
                "origins-missing",
                ALLOW_ORIGINS,
                value,
                "allows no origin at all.",
                "Name the origins of your pages: 'https://app.example'.",
            )
        )
    for entry in given:
        if isinstance(entry, str | re.Pattern) and entry in entries:
            warnings.append(duplicate(ALLOW_ORIGINS, entry))
        elif isinstance(entry, re.Pattern) and isinstance(entry.pattern, str):
            entries[entry] = None
            warnings.extend(audit(entry))
        elif entry in ("*", "null") and isinstance(entry, str):
            entries[entry] = None
        elif isinstance(entry, str):
            origin, found = parse(entry)
            problems.extend(found)
            entries[entry] = None
            if origin:
                parsed.append(origin)
        else:
            problems.append(_not_an_origin(entry))
    if "*" in entries and len(entries) > 1:
        problems.append(
            Problem(
                "origin-wildcard-mixed",
                ALLOW_ORIGINS,
                "*",
                "stands beside other entries, which it makes meaningless.",
                "Keep '*' alone, or name the origins.",
            )
        )
    return AllowedOrigins(entries, parsed)


def _not_an_origin(entry: object) -> Problem:
    if entry is None:
        message, hint = "is not an origin; a variable was probably not set.", "Set it."
        return Problem("origin-undefined", ALLOW_ORIGINS, entry, message, hint)
    return Problem(
        "origin-type",
        ALLOW_ORIGINS,
        entry,
        "is neither a string nor a compiled pattern of one.",
        "Write 'https://app.example', or re.compile(r'...').",
    )


def duplicate(name: str, value: object) -> Problem:
    """Describe an entry that is listed twice."""
    return Problem("entry-duplicate", name, value, "is listed twice.", "Remove one of the two.")
