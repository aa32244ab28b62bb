"""What was measured, of one case and of a whole run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks import timing
from benchmarks.adapters import ADAPTERS, YARDSTICKS
from benchmarks.cases import Case
from benchmarks.timing import Effort, Figure
from benchmarks.verdict import check


@dataclass(frozen=True)
class Measured:
    """The times of a case's candidates, in nanoseconds of CPU a request.

    Attributes:
        id: the case's.
        whole: the whole request, the application included.
        overhead: beyond the bare application.
        whole_request: whether the whole request is to be looked at, not the overhead.
        times_limit: the overhead as a multiple of the limit's, under plain WSGI.
        notes: what a candidate does not do, though its verdict is right.
    """

    id: str
    whole: Mapping[str, Figure]
    overhead: Mapping[str, Figure]
    whole_request: bool
    times_limit: Mapping[str, Figure]
    notes: Mapping[str, str]


@dataclass(frozen=True)
class Timed:
    """What one process has found of a case.

    Attributes:
        times: the nanoseconds of CPU a request, by candidate, round by round.
        notes: what a candidate does not do, though its verdict is right.
    """

    times: Mapping[str, Sequence[float]]
    notes: Mapping[str, str]


def time_case(case: Case, effort: Effort) -> Timed:
    """Check the verdict of every candidate, then time them side by side."""
    adapter = ADAPTERS[case.adapter]
    candidates = adapter.candidates(case)
    notes = dict(case.without)
    for name, application in candidates.items():
        if name not in YARDSTICKS:
            notes[name] = check(name, case, adapter.ask(application, case.request))
    batches = {name: adapter.batch(app, case.request) for name, app in candidates.items()}
    noted = {name: note for name, note in notes.items() if note}
    return Timed(timing.rounds(batches, effort), noted)


def measured(case: Case, timed: Sequence[Timed]) -> Measured:
    """Return what several processes have found of a case."""
    times = timing.quicker_half(*(one.times for one in timed))
    overhead = timing.overheads(times, "bare")
    limited = [name for name in overhead if case.adapter == "wsgi" and name != "limit"]
    return Measured(
        case.id,
        {name: timing.figure(column) for name, column in times.items()},
        overhead,
        case.request.preflight and case.adapter != "wsgi",
        {name: timing.ratio(times, name, "limit", "bare") for name in limited},
        timed[0].notes,
    )


@dataclass(frozen=True)
class Run:
    """A run of the benchmark: all that the tables and the plot are made of.

    Attributes:
        made_with: the machine, and the versions of Python and of every candidate.
        cases: the times, by case.
        instructions: a request's, the application included, by case and candidate.
        costs: memory, building and importing (see `benchmarks.costs`).
        serving: requests a second of a real server, by case and candidate.
    """

    made_with: Mapping[str, str]
    cases: Mapping[str, Measured]
    instructions: Mapping[str, Mapping[str, float]]
    costs: Mapping[str, Any]
    serving: Mapping[str, Mapping[str, float]]

    def save(self, path: Path) -> None:
        """Write the run as JSON, figures to five digits."""
        path.write_text(json.dumps(_rounded(asdict(self)), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a run that was saved."""
        data = json.loads(path.read_text(encoding="utf-8"))
        data["cases"] = {name: _measured(values) for name, values in data["cases"].items()}
        return cls(**data)


def _measured(values: dict[str, Any]) -> Measured:
    for field in ("whole", "overhead", "times_limit"):
        values[field] = {name: Figure(**figure) for name, figure in values[field].items()}
    return Measured(**values)


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value
