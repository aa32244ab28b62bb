"""What a run found: one row for each case, and for each cost beside requests."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

from benchmarks import beside, stored
from benchmarks.cases import BARE, BY_HAND, CASES, LENGTH, OURS, PEER, PEERS, REQUEST, Case
from benchmarks.instructions import Counts

INSTRUCTIONS = "instructions"
LOOK_UP = "a look-up"
NOTHING = "-"
TIMES = ("ms", "µs", "ns")
UNITS = (*TIMES, "kB", "MB", "questions", "questions/s", "requests")
DISTRIBUTIONS = (OURS, *dict.fromkeys(PEERS.values()), "Flask", "Django", "FastAPI")
BY_NAME = {(case.adapter, case.name): case for case in CASES}


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        title: What costs something.
        unit: `INSTRUCTIONS`, or one of `UNITS`.
        by_hand: What headers written by hand cost; None where nobody would write any.
        ours: What cors-wsgi costs; None where it has nothing to compare.
        peer: The package to compare with; "" if there is none.
        peer_cost: What the peer costs; None if it was not measured.
        measured: `ours` as a multiple of what the ceiling refers to; None without a ceiling.
        most: The ceiling.
        of: What the ceiling refers to.
        held: What tests hold instead, where ours is above the ceiling; None elsewhere.
    """

    title: str
    unit: str
    by_hand: float | None
    ours: float | None
    peer: str
    peer_cost: float | None
    measured: float | None
    most: float | None
    of: str
    held: float | None = None

    def cost(self, value: float | None) -> str:
        """Write a cost."""
        if value is None:
            return NOTHING
        return f"{value:,.0f}" if self.unit == INSTRUCTIONS else f"{value:,.1f} {self.unit}"

    def comparison(self) -> str:
        """Write what ours costs as a multiple of what the ceiling refers to."""
        if self.measured is None or self.most is None:
            return NOTHING
        if self.of in UNITS:
            return self.cost(self.measured)
        if self.most < 1:
            return f"{self.measured:.1%} of {self.of}"
        return f"{self.measured:.2f} x {self.of}"

    def ceiling(self) -> str:
        """Write the ceiling, in the unit of the comparison."""
        return self._bound(self.most)

    def bound(self) -> str:
        """Write what tests hold instead of the ceiling."""
        return self._bound(self.held)

    def _bound(self, factor: float | None) -> str:
        if factor is None or self.most is None:
            return NOTHING
        if self.of in UNITS:
            return f"{factor:,g} {self.of}"
        return f"{factor:g} x" if self.most >= 1 else f"{100 * factor:g}%"

    def is_kept(self, room: float = 1) -> bool:
        """Tell whether the ceiling is kept, with some room."""
        return self.measured is None or self.most is None or self.measured <= room * self.most

    def is_held(self) -> bool:
        """Tell whether ours is above the ceiling, and still within what tests hold instead."""
        return not self.is_kept() and self.held is not None and (self.measured or 0) <= self.held


def rows(counts: Counts, *, short: bool) -> list[Row]:
    """Return the rows of a run.

    Args:
        counts: The instructions of whole requests.
        short: Whether to leave out what no ceiling refers to.
    """
    return [
        *(counted(case, counts) for case in CASES),
        *beside_rows(short=short),
        *stored_rows(short=short),
    ]


def counted(case: Case, counts: Counts) -> Row:
    """Return the row of a case."""
    added = _added(case, counts)
    ours, ceiling = added.get(OURS), case.ceiling
    return Row(
        case.title,
        INSTRUCTIONS,
        added.get(BY_HAND),
        ours,
        case.peer,
        added.get(case.peer),
        ours / _reference(case, counts) if ours and ceiling else None,
        ceiling.most if ceiling else None,
        ceiling.of if ceiling else "",
        ceiling.held if ceiling else None,
    )


def _added(case: Case, counts: Counts) -> dict[str, float]:
    """Return what each candidate adds to the bare application.

    A preflight does not reach the application, so it costs nothing that a middleware adds to.
    """
    whole = counts[case.title]
    floor = 0 if case.request.preflight else whole[BARE]
    return {name: cost - floor for name, cost in whole.items()}


def _reference(case: Case, counts: Counts) -> float:
    """Return what the ceiling of a case is a multiple of."""
    of = case.ceiling.of if case.ceiling else ""
    if of == REQUEST:
        return counts[case.title][BARE]
    if of == LENGTH:
        return case.request.length()
    if other := BY_NAME.get((case.adapter, of)):
        return _added(other, counts)[OURS]
    return _added(case, counts)[case.peer if of == PEER else of]


def beside_rows(*, short: bool) -> Iterator[Row]:
    """Yield the rows of what a policy costs beside requests."""
    for title, module, peer, peer_module, framework in (
        ("import on Flask", "flask_cors_wsgi", PEERS["flask"], "flask_cors", "flask"),
        (
            "import on Django",
            "django_cors_wsgi.middleware",
            PEERS["django"],
            "corsheaders.middleware",
            "django.core.handlers.wsgi",
        ),
    ):
        ours = beside.import_time(module, framework)
        theirs = None if short else beside.import_time(peer_module, framework)
        yield Row(title, "ms", None, ours, peer, theirs, ours, 10, "ms")
    for title, unit, most, ours in (
        ("building a policy", "µs", 80, beside.building_time()),
        ("memory of a policy", "kB", 2, beside.memory()),
    ):
        yield Row(title, unit, None, ours, "", None, ours, most, unit)


def stored_rows(*, short: bool) -> Iterator[Row]:
    """Yield the rows of policies whose origins are in a store."""
    effort = stored.SHORT if short else stored.USUAL
    times = stored.times(effort.rounds)
    ratio = times.hit / times.look_up
    yield Row("tenants: a policy", "ns", None, times.hit, "", None, ratio, 6, LOOK_UP)
    asked = stored.questions(effort.steady)
    for title, unit, most, ours in (
        ("tenants: beyond one policy", "ns", 700, times.beyond_one),
        ("tenants: the same, by_host", "ns", 1300, times.beyond_one_by_host),
        ("tenants: memory of 10,000", "MB", 30, stored.megabytes(10_000, effort.kept)),
        ("tenants: a steady minute", "questions", 0, asked.steady),
        ("tenants: a change", "questions", 4, asked.of_a_change),
        ("tenants: a flood of hosts", "questions/s", 100, asked.flood),
        ("tenants: refused meanwhile", "requests", 0, asked.refused),
    ):
        yield Row(title, unit, None, ours, "", None, ours, most, unit)


@dataclass(frozen=True)
class Run:
    """A run of the benchmark.

    Attributes:
        made_with: The machine, and the versions of Python and of every candidate.
        rows: What was found, by title.
    """

    made_with: str
    rows: Mapping[str, Row]

    @classmethod
    def of(cls, found: Iterable[Row]) -> Self:
        """Return a run that was made here and now."""
        machine = f"{platform.system()} {platform.machine()}"
        python = f"{platform.python_implementation()} {platform.python_version()}"
        versions = (f"{name} {version(name)}" for name in DISTRIBUTIONS)
        return cls(", ".join((machine, python, *versions)), {row.title: row for row in found})

    def save(self, path: Path) -> None:
        """Write the run as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a run that was saved."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["made_with"], {title: Row(**row) for title, row in data["rows"].items()})
