"""An explanation for the terminal: the failure first, then why, the mend, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from cors_wsgi import catalogue
from cors_wsgi.doctor._explain import ENGINES
from cors_wsgi.doctor._render_text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, RenderableType

    from cors_wsgi.catalogue import Match, Mend
    from cors_wsgi.doctor._explain import Explanation

_LABEL: Final = 14
# More than one line is explained, but not a whole day's console.
_MOST: Final = 5


def render(explanations: Sequence[Explanation], stack: str | None, console: Console) -> None:
    """Print explanations; or, without any, what could help to get one."""
    parts = _unknown() if not explanations else _several(explanations[:_MOST], stack)
    print_parts(parts, console)


def print_parts(parts: Iterable[RenderableType], console: Console) -> None:
    """Print parts, so that what is copied from them is what was meant."""
    with console.capture() as captured:
        for part in parts:
            # Code, commands and links are never broken at the margin.
            console.print(part, soft_wrap=isinstance(part, Text))
    for line in captured.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")  # without the padding of paragraphs


def _several(explanations: Sequence[Explanation], stack: str | None) -> Iterator[RenderableType]:
    for number, one in enumerate(explanations):
        if number:
            yield ""
        yield from _one(one, stack)


def _one(one: Explanation, stack: str | None) -> Iterator[RenderableType]:
    yield _head(one)
    if one.match.message.id:
        yield wrapped(_request(one.match), style="dim")
    yield ""
    for number, remark in enumerate(one.remarks):
        yield row("" if number else "Note", remark)
    if one.failure is None:
        return
    yield row("Means", f"{one.failure.meaning}\n{one.failure.not_meaning}")
    yield row("Likely causes", _numbered(one.failure.causes))
    if one.others:
        yield row("Or it is", "\n".join(f"{other.id}: {other.title}" for other in one.others))
    if one.mend is not None:
        yield from _mend(one.mend, stack)
    if one.next:
        yield heading("Next")
        yield kept(one.next, style="green")
    yield heading("See")
    links = [one.match.message.mdn or one.failure.mdn, one.failure.standard]
    yield kept("\n".join(link for link in links if link))


def _head(one: Explanation) -> Text:
    if one.failure is None:
        label = "NOT A CORS FAILURE" if one.certain else "THIS LINE ALONE DOES NOT TELL"
        return Text(label, style="bold yellow")
    style = "bold red" if one.certain else "bold yellow"
    head = Text(one.failure.id if one.certain else f"PERHAPS {one.failure.id}", style=style)
    return head.append(f"  {one.failure.title}", style="bold")


def _request(match: Match) -> str:
    said = [ENGINES[match.message.engine]]
    if match.url:
        said.append(f"{match.initiator or 'request'} of {shown(match.url)}")
    if match.redirected_from:
        said.append(f"redirected from {shown(match.redirected_from)}")
    if match.origin:
        said.append(f"from a page of {shown(match.origin)}")
    if match.preflight:
        said.append("the preflight")
    return ", ".join(said)


def _mend(mend: Mend, stack: str | None) -> Iterator[RenderableType]:
    yield row("Mend", f"{mend.title}, {mend.where}: {mend.text}")
    yield ""
    yield kept(mend.code, code_style=mend.language)
    yield ""
    if stack is None:
        names = ", ".join(name for name in catalogue.stacks() if name != "http")
        yield row("", f"For your server's own lines, say --stack and one of: {names}.")


def _numbered(texts: Iterable[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


def row(label: str, text: str, *, bullet: str = "", style: str = "") -> RenderableType:
    """A labelled paragraph; or several, one for each line; or, with a bullet, an item."""
    table = Table.grid(padding=(0, 0))
    table.add_column(width=2 if bullet else _LABEL, no_wrap=True)
    table.add_column(overflow="fold")
    for number, line in enumerate(text.split("\n")):
        mark = Text(bullet or label, style=style or "bold")
        table.add_row("" if number else mark, Text(line, style=style))
    return table


def heading(text: str) -> Text:
    """A line above something that is to be copied."""
    return Text(text, style="bold")


def kept(text: str, style: str = "", *, code_style: str | None = None) -> Text:
    """Lines that are not broken at the margin, set in; with the colours of a language, if any."""
    if code_style is None:
        return _set_in(Text(text, style=style))
    return _set_in(Syntax("", code_style, theme="ansi_dark").highlight(text))


def _set_in(text: Text) -> Text:
    text.rstrip()
    return Text("\n").join(Text("    ") + line for line in text.split("\n"))


def wrapped(text: str, style: str = "") -> RenderableType:
    """A paragraph over the whole width."""
    return Padding(Text(text, style=style), 0)


def _unknown() -> Iterator[RenderableType]:
    yield Text("NOT RECOGNISED", style="bold yellow")
    yield ""
    number = len(catalogue.messages())
    yield wrapped(
        f"None of the {number} messages of Chrome, Edge, Firefox and Safari that this command "
        "knows is in there."
    )
    yield ""
    yield Text("- Take the red line from the browser's console, not what your script caught.")
    yield Text("- Browsers may translate. Switch yours to English, or try Chrome.")
    yield Text("- Or ask the server itself, as a browser would:")
    yield kept("cors-wsgi check URL --origin ORIGIN", style="green")
