"""What every command prints with: text that is safe to print, the parts of a report, JSON.

Nothing that a server sent reaches the terminal unchecked.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rich.console import RenderableType

    from cors_wsgi.browser import HTTPRequest, HTTPResponse

# The exit codes of every subcommand; 2 is also what click uses for a wrong option.
FINE: Final = 0
BAD: Final = 1
CANNOT_TELL: Final = 2

_WIDEST: Final = 100
# Without a terminal, lines are as long as in the smallest one.
_PIPED: Final = 80


def console(*, stderr: bool = False) -> Console:
    """Make what to print with: no colour when piped or with NO_COLOR, no markup, no emoji.

    Markup would let what a server or a console line says change how it is shown.
    """
    made = Console(markup=False, emoji=False, highlight=False, stderr=stderr)
    made.width = min(made.width, _WIDEST) if made.is_terminal else _PIPED
    return made


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Let what is being waited for be shown, on a terminal only."""
    shown_on = console(stderr=True)
    if shown_on.is_terminal:
        with shown_on.status("...") as status:
            yield status.update
    else:
        yield lambda _: None  # without rich's thread, which would draw nothing


def print_json(value: Mapping[str, Any]) -> None:
    """Print a value as JSON, in ASCII, so that no terminal can be misled."""
    click.echo(json.dumps(value, indent=2))


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
    """Return a text without control characters, overrides and the like, and not too long."""
    visible = text if text.isprintable() else ascii(text)[1:-1]
    return visible if len(visible) <= limit else f"{visible[:limit]}..."


def shown_value(name: str, value: str) -> str:
    """Return a header's value; of secrets only what they are."""
    lower = name.lower()
    if lower in {"authorization", "proxy-authorization"}:
        return f"{shown(value.partition(' ')[0])} ..." if " " in value else "..."
    if lower == "cookie":
        return "; ".join(f"{shown(pair.partition('=')[0])}=..." for pair in value.split("; "))
    if lower == "set-cookie":
        pair, _, attributes = value.partition(";")
        return f"{shown(pair.partition('=')[0])}=...;{shown(attributes)}"
    if lower in _URLS:
        return shown_url(value)
    return "..." if _is_secret(lower) else shown(value)


def _is_secret(name: str) -> bool:
    """Return whether what has this name is to be kept secret."""
    lower = name.lower()
    return _SECRET.search(lower) is not None and not lower.startswith(_NEVER_SECRET)


def shown_url(url: str, limit: int = _LIMIT) -> str:
    """Return a URL without its user, and without the values of parameters that are secret."""
    return shown(masked(url), limit)


def masked(text: str) -> str:
    """Return a text in which the URLs hold no secrets."""
    return _PARAMETER.sub(_without_secret, _USER_INFO.sub(r"\1", text))


def _without_secret(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}=..." if _is_secret(match[2]) else match[0]


_SECRET: Final = re.compile(
    r"key|token|secret|passw|session|signature|auth|credential|\A(?:sig|sid|pwd|jwt|otp|code|samlresponse)\Z"
)
# Public, whatever their names hold: challenges, and CORS's own.
_NEVER_SECRET: Final = ("www-authenticate", "proxy-authenticate", "access-control-")
_URLS: Final = frozenset({"content-location", "location", "referer"})
_USER_INFO: Final = re.compile(r"(://)[^\s/?#@'\"]*@")
# A mark that ends a sentence, or a part of one, is not a part of the value before it.
_PARAMETER: Final = re.compile(
    r"([?&#;])([^\s?&#;='\"]{1,100})=[^\s&#;'\")]*?(?=[.,:]*(?:[\s&#;'\")]|\Z))"
)


def header_lines(message: HTTPRequest | HTTPResponse) -> list[str]:
    """Return the headers of a message that matter here, one line each."""
    return [
        f"{shown(name)}: {shown_value(name, value)}"
        for name, value in message.headers
        if name.lower() in _RELEVANT or name.lower().startswith("access-control-")
    ]


_LABEL: Final = 14


def print_parts(parts: Iterable[RenderableType], console: Console) -> None:
    """Print parts, so that what is copied from them is what was meant."""
    with console.capture() as captured:
        for part in parts:
            # Code, commands and links are never broken at the margin.
            console.print(part, soft_wrap=isinstance(part, Text))
    for line in captured.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")  # without the padding of tables and paragraphs


def wrapped(text: str, style: str = "") -> RenderableType:
    """Return a paragraph over the whole width."""
    return Padding(Text(text, style=style), 0)


def row(label: str, *paragraphs: str) -> RenderableType:
    """Return paragraphs with a label on their left."""
    table = _grid(_LABEL)
    for number, paragraph in enumerate(paragraphs):
        table.add_row("" if number else Text(label, style="bold"), Text(paragraph))
    return table


def numbered(label: str, texts: Iterable[str]) -> RenderableType:
    """Return a numbered list with a label on its left."""
    table = _grid(_LABEL, 3)
    for number, text in enumerate(texts, 1):
        mark = Text("" if number > 1 else label, style="bold")
        table.add_row(mark, f"{number}.", Text(text))
    return table


def item(bullet: str, *paragraphs: str, style: str = "") -> RenderableType:
    """Return an item of a list over the whole width."""
    table = _grid(len(bullet) + 1)
    for number, paragraph in enumerate(paragraphs):
        table.add_row("" if number else Text(bullet, style="bold"), Text(paragraph, style=style))
    return table


def heading(text: str) -> Text:
    """Return a line above something that is to be copied."""
    return Text(text, style="bold")


def kept(text: str, style: str = "", *, language: str | None = None) -> Text:
    """Return lines that are not broken at the margin, in the colours of a language, if any."""
    shown = Text(text, style=style)
    if language is not None:
        shown = Syntax("", language, theme="ansi_dark").highlight(text)
    shown.rstrip()
    return Text("\n").join(Text("    ") + line for line in shown.split("\n"))


def _grid(*widths: int) -> Table:
    table = Table.grid(padding=(0, 0))
    for width in widths:
        table.add_column(width=width, no_wrap=True)
    table.add_column(overflow="fold")
    return table
