"""A verification for the terminal: what differs, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from cors_wsgi.doctor.terminal import print_parts, shown, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

    from cors_wsgi.doctor.verify.report import Difference, Report

_WIDEST_PATH: Final = 24


def render(report: Report, console: Console) -> None:
    """Print a report."""
    print_parts(_parts(report, console.width), console)


def _parts(report: Report, width: int) -> Iterator[RenderableType]:
    yield from _head(report, width)
    every = (*report.opens, *report.refuses, *report.warnings)
    widest = min(max((len(one.path) for one in every), default=0), _WIDEST_PATH)
    for title, style, differences in (
        ("Opens more than the policy", "bold red", report.opens),
        ("Refuses what the policy allows", "bold red", report.refuses),
        ("Warning" if len(report.warnings) == 1 else "Warnings", "bold yellow", report.warnings),
    ):
        if differences:
            yield ""
            yield Text(title, style=style)
            yield _table(differences, widest)


def _head(report: Report, width: int) -> Iterator[RenderableType]:
    found = len(report.opens) + len(report.refuses)
    if report.stopped:
        yield wrapped(f"? Could not tell: {report.stopped}", style="bold yellow")
        return
    where = shown(report.policy)
    verdict, style = f"✓ The server obeys {where}", "bold green"
    if found:
        verdict = f"✗ {found} difference{'s' if found > 1 else ''} from {where}"
        style = "bold red"
    cost = f"{report.requests} requests, {report.seconds:.1f} s"
    gap = width - len(verdict) - len(cost)
    yield Text(verdict, style=style).append(
        f"{' ' * gap}{cost}" if gap > 1 else f"\n  {cost}", style="not bold dim"
    )


def _table(differences: tuple[Difference, ...], widest: int) -> Table:
    table = Table.grid(padding=(0, 0, 0, 2))
    table.add_column(width=widest + 2, overflow="fold")
    table.add_column(overflow="fold")
    for one in differences:
        text = Text(one.message)
        sentences = [one.severity.capitalize() + "." if one.severity else "", one.detail]
        if detail := " ".join(filter(None, sentences)):
            text.append(f"\n{detail}", style="dim")
        table.add_row(Text(shown(one.path)), text)
    return table
