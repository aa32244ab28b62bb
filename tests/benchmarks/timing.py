"""Times candidates side by side: short batches, in turns, medians of many rounds.

A machine's speed drifts, and other programs use its caches. So candidates take
turns in rounds of some milliseconds, differences and ratios are taken within a
round, and only the quicker half of the rounds counts: of it the median is
reported, with the spread of its middle half. Who comes after whom changes with
every round, and each candidate runs a little before its clock starts: another
may have emptied the caches. The garbage collector runs between batches, never
inside one.
"""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from statistics import median, quantiles
from typing import Any

from benchmarks.loops import Batch

from cors_wsgi._policy.compiled import REMEMBERED_ORIGINS

# So that a request's environment is still in the nearest caches when its turn comes, as it
# is behind a server, which has just made it: a hundred take some 150 KiB.
LIMIT_OF_BATCH = 100

# A candidate has served as many requests before it is timed, so that what it remembers of
# them is full; or for the time of as many batches.
WARM_REQUESTS = REMEMBERED_ORIGINS
WARM_BATCHES = 12


@dataclass(frozen=True)
class Effort:
    """How long to measure: processes, rounds in each, and the nanoseconds of a batch.

    Where single requests take longer than a batch, there are fewer rounds, so that
    a case takes about as long as `rounds` of three full batches, but a seventh of them
    at least.
    """

    processes: int
    rounds: int
    batch_ns: int

    def rounds_for(self, first_round_ns: float) -> int:
        """Return how many rounds there is time for."""
        full = int(3 * self.rounds * self.batch_ns / first_round_ns)
        return max(self.rounds // 7, min(self.rounds, full))


QUICK = Effort(processes=1, rounds=101, batch_ns=1_000_000)
# A process's luck lasts as long as it does: rather more of them than more rounds in each.
FULL = Effort(processes=15, rounds=21, batch_ns=4_000_000)


@dataclass(frozen=True)
class Figure:
    """A median with its lower and upper quartile."""

    median: float
    low: float
    high: float


def figure(values: Sequence[float]) -> Figure:
    """Return the median of some values and their quartiles."""
    low, _, high = quantiles(values, n=4)
    return Figure(median(values), low, high)


def size_of_batch(batch: Batch, effort: Effort) -> int:
    """Return how many requests fill a batch, warming the candidate up on the way."""
    number, served, elapsed = 1, 0, 0
    while served < WARM_REQUESTS and elapsed < WARM_BATCHES * effort.batch_ns:
        took = batch(number)()
        served += number
        elapsed += took
        number = min(LIMIT_OF_BATCH, max(number, number * effort.batch_ns // (took + 1)))
    return number


def rounds(batches: Mapping[str, Batch], effort: Effort) -> dict[str, list[float]]:
    """Return the nanoseconds a request of each candidate, round by round."""
    sizes = {name: size_of_batch(batch, effort) for name, batch in batches.items()}
    order = list(batches)
    shuffle = Random(0).shuffle
    times: dict[str, list[float]] = {name: [] for name in order}
    round_ns = sum(batch(sizes[name])() for name, batch in batches.items())
    gc.collect()
    gc.freeze()
    for _ in range(effort.rounds_for(round_ns)):
        shuffle(order)
        for name in order:
            run = batches[name](sizes[name])
            gc.collect()
            batches[name](max(1, sizes[name] // 8))()
            gc.disable()
            try:
                times[name].append(run() / sizes[name])
            finally:
                gc.enable()
    gc.unfreeze()
    return times


def quicker_half(*parts: Mapping[Any, Sequence[float]]) -> dict[Any, list[float]]:
    """Return the rounds in which the machine did least beside.

    A round's pace is what all candidates took, each beside its own median. They have one
    voice each, whatever they cost, so that no round is chosen for the luck of one of them.

    Args:
        parts: the times of the same candidates, round by round, from one process each or
            from one moment each.
    """
    times = {name: [*chain(*(part[name] for part in parts))] for name in parts[0]}
    medians = {name: median(column) for name, column in times.items()}
    paces = [
        sum(took / medians[name] for name, took in zip(medians, one, strict=True))
        for one in zip(*times.values(), strict=True)
    ]
    quicker = sorted(range(len(paces)), key=paces.__getitem__)[: (len(paces) + 1) // 2]
    return {name: [column[number] for number in quicker] for name, column in times.items()}


def overheads(times: Mapping[str, Sequence[float]], base: str) -> dict[str, Figure]:
    """Return what each candidate costs beyond the base, in nanoseconds a request."""
    return {
        name: figure([value - floor for value, floor in zip(column, times[base], strict=True)])
        for name, column in times.items()
        if name != base
    }


def ratio(times: Mapping[str, Sequence[float]], name: str, other: str, base: str) -> Figure:
    """Return the overhead of one candidate as a multiple of another's."""
    rows = zip(times[name], times[other], times[base], strict=True)
    return figure([(a - floor) / (b - floor) for a, b, floor in rows])
