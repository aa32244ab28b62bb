"""An explanation for the terminal: the failure first, then why, the fix, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from cors_wsgi import catalogue
from cors_wsgi.doctor.explain.explanation import ENGINES
from cors_wsgi.doctor.terminal import (
    heading,
    kept,
    numbered,
    print_parts,
    row,
    shown,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from cors_wsgi.catalogue import Failure, Fix, Match
    from cors_wsgi.doctor.explain.explanation import Explanation

# More than one line is explained, but not a whole day's console.
_MOST: Final = 5


def render(explanations: Sequence[Explanation], stack: str | None, console: Console) -> None:
    """Print explanations; or, without any, what could help to get one."""
    parts = _several(explanations[:_MOST], stack, len(explanations) - _MOST)
    if not explanations:
        parts = _unknown()
    print_parts(parts, console)


def _several(
    explanations: Sequence[Explanation], stack: str | None, more: int
) -> Iterator[RenderableType]:
    for number, one in enumerate(explanations):
        if number:
            yield ""
        yield from _one(one, stack)
    if more > 0:
        yield ""
        yield Text(f"And {more} more. Paste them on their own.")


def _one(one: Explanation, stack: str | None) -> Iterator[RenderableType]:
    yield _head(one)
    if one.match.message.id:
        yield wrapped(_request(one.match), style="dim")
    for url in one.also[:_MOST]:
        yield Text(f"  and {shown(url)}", style="dim")
    yield ""
    if one.remarks:
        yield row("Note", *one.remarks)
    if one.failure is None:
        return
    yield row("Means", one.failure.meaning, one.failure.not_meaning)
    yield ""
    yield numbered("Likely causes", one.failure.causes)
    if one.others:
        yield row("Or it is", *(f"{other.id}: {other.title}" for other in one.others))
    yield ""
    if one.fix is not None:
        yield from _fix(one.failure, one.fix, stack)
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


def _fix(failure: Failure, fix: Fix, stack: str | None) -> Iterator[RenderableType]:
    yield row("Fix", f"{fix.title}, {fix.where}: {fix.text}")
    yield ""
    yield kept(fix.code, language=fix.language)
    yield ""
    if stack is None and (names := ", ".join(catalogue.fixed_on(failure.id))):
        yield row("", f"For your server's own lines, say --stack and one of: {names}.")


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
