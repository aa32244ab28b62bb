"""An audit for the terminal: what gets in, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from cors_wsgi.doctor.terminal import print_parts, shown, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

    from cors_wsgi.doctor.audit.holes import Hole
    from cors_wsgi.doctor.audit.report import Audit

_STYLES: Final = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "note": "dim",
}


def render(audit: Audit, console: Console) -> None:
    """Print an audit."""
    print_parts(_parts(audit), console)


def _parts(audit: Audit) -> Iterator[RenderableType]:
    yield Text(f"{shown(audit.url)}: {audit.tried} origins tried")
    yield wrapped(f"trusted: {shown(audit.trusted)}")
    yield ""
    if not audit.answered:
        yield Text("COULD NOT TELL  nothing answered", style="bold yellow")
        return
    if audit.moved_to:
        moved = f"It redirects to {shown(audit.moved_to)}: audit that URL, too."
        yield wrapped(moved, style="yellow")
    if not audit.holes:
        yield Text("NOTHING FOUND  no origin gets in that should not", style="bold green")
        return
    for hole in audit.holes:
        yield _hole(hole)
    yield wrapped(
        "Cookies travel from another site only if they are SameSite=None; between hosts of one "
        "site all do."
    )


def _hole(hole: Hole) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=8, no_wrap=True)
    table.add_column(overflow="fold")
    head = Text(hole.id, style="bold")
    head.append(f"  {hole.mistake}", style="not bold")
    table.add_row(Text(hole.severity.upper(), style=_STYLES[hole.severity]), head)
    table.add_row("", Text(shown(hole.origin, 80)))
    can = " It can send PUT and the like, too." if hole.writes and hole.credentials else ""
    table.add_row("", Text(hole.gain + can))
    table.add_row("", "")
    return table
