"""What was measured of one case, and how to ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks import timing
from benchmarks.cases import Case
from benchmarks.doors import DOORS, YARDSTICKS
from benchmarks.timing import Effort, Figure
from benchmarks.verdict import check


@dataclass(frozen=True)
class Measured:
    """The times of a case's candidates, in nanoseconds of CPU a request.

    Attributes:
        id: the case's.
        whole: the whole request, the application included.
        overhead: beyond the bare application.
        times_limit: the overhead as a multiple of the limit's, where there is a limit.
        notes: what a candidate does not do, though its verdict is right.
    """

    id: str
    whole: Mapping[str, Figure]
    overhead: Mapping[str, Figure]
    times_limit: Mapping[str, Figure]
    notes: Mapping[str, str]


def measure(case: Case, effort: Effort) -> Measured:
    """Check the verdict of every candidate, then time them side by side."""
    door = DOORS[case.door]
    candidates = door.candidates(case)
    notes = dict(case.without)
    for name, application in candidates.items():
        if name not in YARDSTICKS:
            notes[name] = check(name, case, door.ask(application, case.request))
    batches = {name: door.batch(app, case.request) for name, app in candidates.items()}
    times = timing.rounds(batches, effort)
    overhead = timing.overheads(times, "bare")
    limited = [name for name in overhead if "limit" in times and name != "limit"]
    return Measured(
        case.id,
        {name: timing.figure(column) for name, column in times.items()},
        overhead,
        {name: timing.ratio(times, name, "limit", "bare") for name in limited},
        {name: note for name, note in notes.items() if note},
    )
