"""The tables of a run: as text for a terminal of 80 columns, and as rows for a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from textwrap import fill

from benchmarks.adapters import ADAPTERS
from benchmarks.figures import duration, times
from benchmarks.goals import goals
from benchmarks.results import Measured, Run
from benchmarks.timing import Figure

WIDTH = 80
OURS = "ours"
NOT_PEERS = ("bare", "limit", "limit fn", "ours", "ours, wrapped")


@dataclass(frozen=True)
class Table:
    """A title, a head, and rows as long as the head; then remarks."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    remarks: Sequence[str]


def shown(case: Measured) -> dict[str, Figure]:
    """Return the figures to show of a case.

    They are what each candidate adds to the bare application; but a framework's whole
    request where it is a preflight, which the bare application does not answer.
    """
    if case.whole_request:
        return {name: value for name, value in case.whole.items() if name != "bare"}
    return dict(case.overhead)


def adapter_table(run: Run, adapter: str) -> Table:
    """Return the times of a adapter's cases."""
    cases = [case for case in run.cases.values() if case.id.split("-")[0] == adapter]
    names = list(dict.fromkeys(name for case in cases for name in case.overhead))
    limited = any(case.times_limit for case in cases)
    head = ["case", "bare", *names, *(["x limit"] if limited else [])]
    return Table(
        f"{ADAPTERS[adapter].title}: CPU time beyond the bare application's",
        head,
        [_row(case, names, limited=limited) for case in cases],
        [*_remarks(cases)],
    )


def _row(case: Measured, names: Sequence[str], *, limited: bool) -> list[str]:
    figures = shown(case)
    row = [case.id.split("-", 1)[1] + " *" * case.whole_request]
    row.append("" if case.whole_request else duration(case.whole["bare"].median))
    row.extend(duration(figures[name].median) if name in figures else "-" for name in names)
    if limited:
        row.append(times(case.times_limit[OURS].median))
    return row


def _remarks(cases: Sequence[Measured]) -> Iterator[str]:
    """Say once what a candidate leaves out, and where."""
    notes: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        for name, note in case.notes.items():
            notes.setdefault((name, note), []).append(case.id.split("-", 1)[1])
    for (name, note), where in notes.items():
        yield f"{name}, {note}: {', '.join(where)}."
    figures = [figure for case in cases for figure in case.whole.values()]
    spread = quantiles(((f.high - f.low) / 2 / f.median for f in figures), n=10)[-1]
    yield f"Spread: in nine requests of ten, half of what counts is within ± {spread:.0%}."
    if any(case.times_limit for case in cases):
        yield "x limit: what ours adds, as a multiple of what the limit adds."
    if any(case.whole_request for case in cases):
        yield "* the whole request: the bare application does not answer preflights."


def instructions_tables(run: Run) -> Iterator[Table]:
    """Yield the instructions that candidates add, adapter by adapter."""
    for adapter in dict.fromkeys(case.split("-")[0] for case in run.instructions):
        counted = {k: v for k, v in run.instructions.items() if k.split("-")[0] == adapter}
        names = list(dict.fromkeys(name for row in counted.values() for name in row))
        rows = [[*_counts(case, counts, names)] for case, counts in counted.items()]
        title = f"{ADAPTERS[adapter].title}: instructions beyond the bare application's"
        yield Table(title, ["case", *names], rows, [])


def _counts(case: str, counts: Mapping[str, float], names: Sequence[str]) -> Iterator[str]:
    yield case.split("-", 1)[1]
    for name in names:
        floor = 0 if name == "bare" else counts["bare"]
        yield f"{counts[name] - floor:,.0f}" if name in counts else "-"


def goals_table(run: Run) -> Table:
    """Return the goals."""
    rows = [
        [goal.case, goal.today, goal.reach, goal.measured, "ok" if goal.reached else "not yet"]
        for goal in goals(run)
    ]
    return Table("What to reach", ["case", "today", "reach", "measured", ""], rows, [])


def serving_table(run: Run) -> Table:
    """Return the requests a second of a real server."""
    rows = [
        [f"{case}, {name}", f"{number:,.0f}", f"{number / found['bare']:.0%}"]
        for case, found in run.serving.items()
        for name, number in found.items()
    ]
    title = "Requests a second, gunicorn and wrk on loopback"
    return Table(title, ["case", "a second", "of bare"], rows, [])


def text(table: Table) -> str:
    """Write a table for the terminal, in columns."""
    widths = [max(map(len, column)) for column in zip(table.head, *table.rows, strict=True)]
    lines = [table.title]
    for row in (table.head, *table.rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells))
    lines += [fill(remark, WIDTH) for remark in table.remarks]
    return "\n".join(lines) + "\n"


def goals_text(run: Run) -> str:
    """Write the goals for the terminal: two lines each."""
    lines = ["What to reach"]
    for goal in goals(run):
        mark = "ok     " if goal.reached else "not yet"
        lines.append(f"{mark}  {goal.case}: {goal.measured} (reach {goal.reach})")
        lines.append(f"         today: {goal.today}")
    return "\n".join(lines) + "\n"
