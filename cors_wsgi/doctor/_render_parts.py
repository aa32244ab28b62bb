"""What reports are put together from, so that they look alike and can be copied from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, RenderableType

_LABEL: Final = 14


def print_parts(parts: Iterable[RenderableType], console: Console) -> None:
    """Print parts, so that what is copied from them is what was meant."""
    with console.capture() as captured:
        for part in parts:
            # Code, commands and links are never broken at the margin.
            console.print(part, soft_wrap=isinstance(part, Text))
    for line in captured.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")  # without the padding of paragraphs


def wrapped(text: str, style: str = "") -> RenderableType:
    """A paragraph over the whole width."""
    return Padding(Text(text, style=style), 0)


def row(label: str, *paragraphs: str) -> RenderableType:
    """Paragraphs with a label on their left."""
    table = _grid(_LABEL)
    for number, paragraph in enumerate(paragraphs):
        table.add_row("" if number else Text(label, style="bold"), Text(paragraph))
    return table


def numbered(label: str, texts: Iterable[str]) -> RenderableType:
    """A numbered list with a label on its left."""
    table = _grid(_LABEL, 3)
    for number, text in enumerate(texts, 1):
        mark = Text("" if number > 1 else label, style="bold")
        table.add_row(mark, f"{number}.", Text(text))
    return table


def item(bullet: str, *paragraphs: str, style: str = "") -> RenderableType:
    """An item of a list over the whole width."""
    table = _grid(len(bullet) + 1)
    for number, paragraph in enumerate(paragraphs):
        table.add_row("" if number else Text(bullet, style="bold"), Text(paragraph, style=style))
    return table


def heading(text: str) -> Text:
    """A line above something that is to be copied."""
    return Text(text, style="bold")


def kept(text: str, style: str = "", *, language: str | None = None) -> Text:
    """Lines that are not broken at the margin, set in; with the colours of a language, if any."""
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
