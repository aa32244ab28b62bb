"""Reading a response's headers."""

from __future__ import annotations

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
