"""Counts the instructions of a request with valgrind: times are noisy, counts are not.

valgrind runs one process, which forks one for each adapter, and this leaves the requests to
children: it would specialise the framework's code for whoever came first. For each candidate it
forks twice. Each child checks the verdict and answers a number of requests, the second twice as
many as the first: the difference is what the requests took, and the cost of starting cancels out.

The requests are answered in turns, each with other memory in use: one that takes the last block
of one of CPython's pools, and gives it back, pays for the pool, and so would all that follow.
"""

import gc
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count as count_from
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cases import ADAPTERS, BARE, BY_HAND, CASES, OURS, PEER, Case
from benchmarks.verdict import ask, check, prepared, serve


class Effort(NamedTuple):
    """How many requests warm a candidate up, and how many are counted in how many turns.

    The interpreter specialises what has run a few times.
    """

    warm_up: int
    turns: int
    size: int


USUAL = Effort(warm_up=100, turns=10, size=10)
HEAVY = Effort(warm_up=0, turns=1, size=1)

# Objects of all sizes that CPython has pools for, but the smallest, and how many of each are
# taken before a turn.
LENGTHS = range(15, 480, 16)
BLOCKS = 31

# A list of 5,000 shows that costs grow with it as well as a longer one does.
SHORT_LIST = 5_000

# By the title of a case: the instructions of a whole request, by candidate.
Counts = Mapping[str, Mapping[str, float]]


def available() -> bool:
    """Tell whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def count(*, short: bool) -> Counts:
    """Return the instructions of whole requests.

    Args:
        short: Whether to leave out the candidates that no ceiling refers to, and all of a long
            list but `SHORT_LIST` origins: valgrind takes a minute to read 100,000.
    """
    with tempfile.TemporaryDirectory() as directory:
        command = [
            *("valgrind", "--tool=cachegrind", "--cache-sim=no"),
            "--log-file=/dev/null",  # its remarks about this machine's caches
            f"--cachegrind-out-file={directory}/%p",
            *(sys.executable, "-P", "-m", "benchmarks.instructions"),
            *(["--short"] if short else []),
        ]
        # One seed, so that every run has the same collisions of hashes.
        environment = {
            **os.environ,
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        found = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        counts: dict[str, dict[str, float]] = {}
        for row in found.stdout.splitlines():
            title, name, requests, fewer, more = row.split("\t")
            difference = _total(directory, more) - _total(directory, fewer)
            counts.setdefault(title, {})[name] = difference / int(requests)
        return counts


def _total(directory: str, process: str) -> int:
    """Return the instructions that a process took in all."""
    text = Path(directory, process).read_text(encoding="utf-8")
    _, summary, total = text.rpartition("\nsummary: ")
    if not summary:
        raise ValueError(f"valgrind wrote no summary for process {process}")
    return int(total)


def _run(*, short: bool) -> None:
    """Be the process under valgrind: have one child for each adapter run its cases.

    As many run at once as there are processors.
    """
    importlib.import_module("benchmarks.on_wsgi")  # once, since each of the others imports it
    at_once = min(os.cpu_count() or 1, len(ADAPTERS))
    for position, adapter in enumerate(ADAPTERS):
        if position >= at_once:
            _end_of_a_child()
        _start_child(partial(_run_cases, adapter, short=short))
    for _ in range(at_once):
        _end_of_a_child()


def _run_cases(adapter: str, *, short: bool) -> None:
    """Run the cases of an adapter, and print which child ran what."""
    candidates = importlib.import_module(f"benchmarks.on_{adapter}").CANDIDATES
    for case in CASES:
        if case.adapter != adapter:
            continue
        names, setup = [BARE, BY_HAND, OURS, case.peer], case.setup
        if short:
            setup = replace(setup, origins=min(setup.origins, SHORT_LIST))
            names = _needed(case)
        for name in filter(candidates.__contains__, names):
            application = candidates[name](setup)
            effort = HEAVY if case.heavy and name == case.peer else USUAL
            fewer, more = (
                _in_child(partial(_answer, case, name, application, batches, effort))
                for batches in (1, 2)
            )
            print(case.title, name, effort.turns * effort.size, fewer, more, sep="\t", flush=True)  # noqa: T201


def _needed(case: Case) -> list[str]:
    """Return the candidates whose costs tell whether a case keeps its ceiling.

    What is added to the bare application counts, which a preflight does not reach.
    """
    of = case.ceiling.of if case.ceiling else ""
    return [
        *([] if case.request.preflight else [BARE]),
        *([BY_HAND] if of == BY_HAND else []),
        OURS,
        *([case.peer] if of == PEER else []),
    ]


def _in_child(run: Callable[[], None]) -> int:
    """Run something in a child, and return its process id once it has ended."""
    _start_child(run)
    return _end_of_a_child()


def _start_child(run: Callable[[], None]) -> None:
    if os.fork() == 0:
        run()
        os._exit(0)


def _end_of_a_child() -> int:
    """Wait until a child ends, and return its process id."""
    child, status = os.wait()
    if status:
        raise SystemExit("a child failed")
    return child


def _answer(case: Case, name: str, application: Any, batches: int, effort: Effort) -> None:
    """Check the verdict, then answer one or two batches of requests in each turn.

    Two are prepared whatever is answered: so every child has the same memory, and the only
    difference between two of them is what they answer.
    """
    (environ,) = case.request.environs(0, 1)
    answer = ask(application, environ)
    if name not in (BARE, BY_HAND):
        check(name, case, environ, answer)
    warm_up = max(effort.warm_up, len(case.request.origins))
    starts = count_from(1 + warm_up, effort.size)
    turns = [
        [prepared(application, case.request.environs(next(starts), effort.size)) for _ in range(2)]
        for _ in range(effort.turns)
    ]
    taken = []
    gc.disable()  # it would look at all there is, in one child and not in the other
    serve(application, prepared(application, case.request.environs(1, warm_up)))
    for turn in turns:
        taken.append([bytes(length) for length in LENGTHS for _ in range(BLOCKS)])
        for requests in turn[:batches]:
            serve(application, requests)


if __name__ == "__main__":
    _run(short="--short" in sys.argv)
