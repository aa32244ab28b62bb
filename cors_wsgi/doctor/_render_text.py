"""Text that is safe to print: nothing that a server sent reaches the terminal unchecked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, RenderableType

    from cors_wsgi.browser import HTTPRequest, HTTPResponse

_LIMIT: Final = 300

# The headers that decide about CORS, or tell who answered; the rest would only hide them.
_RELEVANT: Final = frozenset(
    {
        "age",
        "allow",
        "authorization",
        "cache-control",
        "cf-ray",
        "content-type",
        "location",
        "origin",
        "retry-after",
        "server",
        "set-cookie",
        "vary",
        "via",
        "www-authenticate",
        "x-cache",
    }
)


def shown(text: str, limit: int = _LIMIT) -> str:
    """A text without control characters, bidirectional overrides and the like, and not too long."""
    visible = text if text.isprintable() else ascii(text)[1:-1]
    return visible if len(visible) <= limit else f"{visible[:limit]}..."


def shown_value(name: str, value: str) -> str:
    """A header's value; of secrets only what they are."""
    lower = name.lower()
    if lower == "authorization":
        return f"{shown(value.partition(' ')[0])} ..."
    if lower == "cookie":
        return "; ".join(f"{shown(pair.partition('=')[0])}=..." for pair in value.split("; "))
    if lower == "set-cookie":
        pair, _, attributes = value.partition(";")
        return f"{shown(pair.partition('=')[0])}=...;{shown(attributes)}"
    return shown(value)


def header_lines(message: HTTPRequest | HTTPResponse) -> list[str]:
    """The headers of a message that matter here, one line each."""
    return [
        f"{shown(name)}: {shown_value(name, value)}"
        for name, value in message.headers
        if name.lower() in _RELEVANT or name.lower().startswith("access-control-")
    ]


def print_trimmed(parts: Iterable[RenderableType], console: Console) -> None:
    """Print parts without the padding of tables and code, so that they can be copied."""
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    for line in captured.get().splitlines():
        console.file.write(line.rstrip() + "\n")
