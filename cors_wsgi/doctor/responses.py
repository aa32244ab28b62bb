"""Reading a response's headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cors_wsgi.browser import HTTPResponse

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer


def values(answer: Answer | None, name: str) -> tuple[str, ...]:
    """Return the value of each line of a header, by its name in lower case."""
    headers = answer.headers if isinstance(answer, HTTPResponse) else ()
    return tuple(value for key, value in headers if key.lower() == name)


def value(response: HTTPResponse | None, name: str) -> str | None:
    """Return a header's combined value; None if it is absent."""
    lines = values(response, name)
    return ", ".join(lines) if lines else None


def cache_sign(response: HTTPResponse | None) -> str | None:
    """Return what shows that a shared cache answered, as a header line; None if nothing does."""
    for name in ("age", "x-cache", "cf-cache-status", "x-cache-status", "cache-status"):
        found = value(response, name)
        if found is not None and (name == "age" or re.search(r"\bhit\b", found, re.IGNORECASE)):
            return f"{name.title()}: {found}"
    return None
