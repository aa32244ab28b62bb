"""An explanation for the terminal: what happened, then why, the fix, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
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

    from cors_wsgi.catalogue import Failure, Fix, Match, PreflightStatus
    from cors_wsgi.doctor.explain.explanation import Explanation

# More than one line is explained, but not a whole day's console.
_MOST: Final = 5


def render(
    explanations: Sequence[Explanation],
    stack: str | None,
    console: Console,
    similar: Sequence[str] = (),
) -> None:
    """Print explanations; or, without any, what could help to get one."""
    parts = _several(explanations[:_MOST], stack, console.width, len(explanations) - _MOST)
    if not explanations:
        parts = _unknown_id(similar) if similar else _unknown()
    print_parts(parts, console)


def _several(
    explanations: Sequence[Explanation], stack: str | None, width: int, more: int
) -> Iterator[RenderableType]:
    for number, one in enumerate(explanations):
        if number:
            yield ""
        yield from _one(one, stack, width)
    if more > 0:
        yield ""
        yield Text(f"And {more} more. Paste them on their own.")


def _one(one: Explanation, stack: str | None, width: int) -> Iterator[RenderableType]:
    yield _head(one, width)
    if said := _request(one.match):
        yield wrapped(said, style="dim")
    for url in one.also[:_MOST]:
        if url != one.match.url:
            yield Text(f"  and {shown(url)}", style="dim")
    yield ""
    if one.remarks:
        yield row("Note", *one.remarks)
        yield ""
    if one.statuses:
        yield from _status_table(one.statuses)
        yield ""
    if one.failure is not None and one.certain:
        yield from _about(one, one.failure)
    elif one.failure is not None and not one.statuses:
        yield row("It may be", *(f"{it.id}: {it.title}" for it in (one.failure, *one.others)))
        yield ""
    if (
        one.failure is not None
        and one.fix is not None
        and (stack or (one.certain and not one.statuses))
    ):
        yield from _fix(one.failure, one.fix, stack)
    if one.next:
        yield heading("Next")
        yield kept(one.next, style="green")
    if links := [*filter(None, [one.match.message.mdn or _mdn(one), _standard(one)])]:
        yield heading("See")
        yield kept("\n".join(links))


def _about(one: Explanation, failure: Failure) -> Iterator[RenderableType]:
    yield row("Means", failure.meaning, failure.not_meaning)
    yield ""
    if not one.statuses:
        yield numbered("Likely causes", failure.causes)
        if one.others:
            yield row("Or it is", *(f"{other.id}: {other.title}" for other in one.others))
        yield ""


def _head(one: Explanation, width: int) -> Text:
    """Return the title, with what to search for at the right margin."""
    label = "" if one.statuses else "not enough to tell"
    if one.certain:
        label = one.failure.id if one.failure else "not CORS"
    head = Text(one.title, style="bold red" if one.certain and one.failure else "bold yellow")
    if label:
        room = width - len(one.title) - len(label)
        head.append(" " * room if room > 1 else "\n").append(label, style="dim")
    return head


def _status_table(statuses: Sequence[PreflightStatus]) -> Iterator[RenderableType]:
    """Return what to look up, and what each status would mean."""
    yield wrapped("Open the Network panel and look up the status of the OPTIONS request:")
    yield ""
    table = Table.grid(padding=(0, 2))
    for name in ("status", "cause", "fix"):
        table.add_column(no_wrap=name == "status")
    for one in statuses:
        table.add_row(Text(f"  {one.status}", style="bold"), Text(one.cause), Text(one.fix))
    yield table


def _mdn(one: Explanation) -> str:
    return one.failure.mdn if one.failure and one.certain else ""


def _standard(one: Explanation) -> str:
    return one.failure.standard if one.failure and one.certain else ""


def _request(match: Match) -> str:
    engine = match.message.engine
    said = [ENGINES[engine]] if match.message.id and engine != "any" else []
    if match.url:
        said.append(f"{match.initiator or 'request'} of {shown(match.url)}")
    if match.redirected_from:
        said.append(f"redirected from {shown(match.redirected_from)}")
    if match.origin:
        said.append(f"from a page on {shown(match.origin)}")
    if match.preflight:
        said.append("the preflight")
    return ", ".join(said)


def _fix(failure: Failure, fix: Fix, stack: str | None) -> Iterator[RenderableType]:
    yield row("Fix", f"{fix.title}, {fix.where}: {fix.text}")
    yield ""
    if fix.code:
        yield kept(fix.code, language=fix.language)
        yield ""
    if stack is None and (names := ", ".join(catalogue.fixed_on(failure.id))):
        yield row("", f"For code for your server, use --stack with one of: {names}.")


def _unknown() -> Iterator[RenderableType]:
    yield Text("Not recognised", style="bold yellow")
    yield ""
    yield wrapped(
        f"None of the {len(catalogue.messages())} messages that this command knows is in this text."
    )
    yield ""
    yield Text("- Copy the red line from the browser's console, not what your script caught.")
    yield Text("- If the browser's messages are translated, try English, or another browser.")
    yield Text("- Or ask the server itself, as a browser would:")
    yield kept("cors-wsgi check URL --origin ORIGIN", style="green")


def _unknown_id(similar: Sequence[str]) -> Iterator[RenderableType]:
    yield Text("There is no failure with this id. Did you mean one of these?", style="bold yellow")
    yield ""
    for id_ in similar:
        yield Text(f"{id_}: {catalogue.failure(id_).title}")
