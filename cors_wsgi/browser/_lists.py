"""Reading header lists (https://fetch.spec.whatwg.org/#terminology-headers).

A header list is a sequence of (name, value) pairs, one per line on the wire: duplicates matter to
CORS. Text is one character a byte (ISO-8859-1), as WSGI has it.
"""

from __future__ import annotations

import enum
import itertools
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from cors_wsgi.browser._tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Iterable

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""A header list: (name, value) pairs in order, duplicates kept."""


class Extraction(enum.Enum):
    """The failure of extracting header list values (#extract-header-list-values)."""

    FAILURE = "failure"


FAILURE: Final = Extraction.FAILURE


def header_list(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return a header list with each value normalised (#concept-header-value-normalize)."""
    return tuple((name, value.strip(" \t\r\n")) for name, value in headers)


def get_all(headers: Headers, name: str) -> tuple[str, ...]:
    """Return the value of every line with this name, in order."""
    lower = name.lower()
    return tuple(value for key, value in headers if key.lower() == lower)


def get(headers: Headers, name: str) -> str | None:
    """Return the value, lines joined by comma and space, or None (#concept-header-list-get)."""
    values = get_all(headers, name)
    return ", ".join(values) if values else None


def without(headers: Headers, names: frozenset[str]) -> Headers:
    """Return the header list without the headers of these lower-case names."""
    return tuple(header for header in headers if header[0].lower() not in names)


def combined(headers: Headers) -> Headers:
    """Return the header list with one pair a name: its first spelling, its combined value."""
    names: dict[str, str] = {}
    for name, _ in headers:
        names.setdefault(name.lower(), name)
    return tuple((name, get(headers, name) or "") for name in names.values())


def without_idle_lines(headers: Headers) -> Headers:
    """Return the header list without empty lines where there are others, as Firefox reads it.

    But it counts the lines of Access-Control-Allow-Origin first, those that are spelled just so.
    """
    filled = {name.lower() for name, value in headers if value} - {"location"}
    if sum(name == "Access-Control-Allow-Origin" for name, _ in headers) > 1:
        filled.discard("access-control-allow-origin")
    kept = [(name, value) for name, value in headers if value or name.lower() not in filled]
    # Of Location lines that are alike, one is left.
    return tuple(
        header
        for number, header in enumerate(kept)
        if header[0].lower() != "location" or header not in kept[:number]
    )


def malformed_element(value: str) -> str | None:
    """Return the first element of a list that is no token, or None; empty elements are fine.

    Empty elements are ignored by recipients (RFC 9110, section 5.6.1.2).
    """
    for element in value.split(","):
        stripped = element.strip(" \t")
        if stripped and not is_token(stripped):
            return stripped
    return None


def extract_tokens(headers: Headers, name: str) -> tuple[str, ...] | Extraction | None:
    """Extract a list of tokens (#extract-header-list-values).

    The grammar of the three lists of CORS is `#method` and `#field-name`
    (https://fetch.spec.whatwg.org/#http-new-header-syntax).

    Returns:
        The tokens of all lines; None without the header; FAILURE if any element is malformed.
    """
    values = get_all(headers, name)
    if not values:
        return None
    if any(malformed_element(value) is not None for value in values):
        return FAILURE
    elements = (element.strip(" \t") for value in values for element in value.split(","))
    return tuple(element for element in elements if element)


def leading_tokens(headers: Headers, name: str) -> tuple[str, ...]:
    """Return the elements before the first malformed one."""
    elements = (element.strip(" \t") for element in (get(headers, name) or "").split(","))
    return tuple(itertools.takewhile(is_token, filter(None, elements)))


_DELTA_SECONDS = re.compile(r"[0-9]+")
_SIGNED_SECONDS = re.compile(r"[+-]?[0-9]+")
# No limit on max-age is longer than this, and int() is quadratic in the length of its text.
_SECONDS_DIGITS = 12


def extract_seconds(value: str, *, signed: bool) -> int | None:
    """Read a number of seconds (`delta-seconds`, RFC 9111, section 1.2.2); None if it is not one.

    Args:
        value: The combined value of the header.
        signed: Accept a leading sign too, as two engines do.
    """
    grammar = _SIGNED_SECONDS if signed else _DELTA_SECONDS
    if grammar.fullmatch(value) is None:
        return None
    digits = value.lstrip("+-").lstrip("0") or "0"
    seconds = 10**_SECONDS_DIGITS if len(digits) > _SECONDS_DIGITS else int(digits)
    return -seconds if value.startswith("-") else seconds
