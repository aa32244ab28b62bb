"""Counts the instructions of a request with valgrind: times are noisy, counts are not.

valgrind runs one process for each adapter, which leaves the requests to its children: it would
specialise the framework's code for whoever came first. For each candidate it forks twice. Each
child checks the verdict and answers a number of requests, the second twice as many as the first:
the difference is what the requests took, and the cost of starting cancels out.

The requests are answered in turns, each with other memory in use: one that takes the last block
of one of CPython's pools, and gives it back, pays for the pool, and so would all that follow.
"""

import gc
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
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

SHORT_LIST = 10_000

# By the title of a case: the instructions of a whole request, by candidate.
Counts = Mapping[str, Mapping[str, float]]


def available() -> bool:
    """Tell whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def count(*, short: bool) -> Counts:
    """Return the instructions of whole requests.

    Args:
        short: Whether to leave out the peers that no ceiling refers to, and all of a long list
            but `SHORT_LIST` origins: valgrind takes a minute to read 100,000.
    """
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        counts: dict[str, Mapping[str, float]] = {}
        for found in threads.map(partial(_count, short=short), ADAPTERS):
            counts |= found
    return counts


def _count(adapter: str, *, short: bool) -> Counts:
    with tempfile.TemporaryDirectory() as directory:
        command = [
            *("valgrind", "--tool=cachegrind", "--cache-sim=no"),
            "--log-file=/dev/null",  # its remarks about this machine's caches
            f"--cachegrind-out-file={directory}/%p",
            *(sys.executable, "-P", "-m", "benchmarks.instructions", adapter),
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
    found = re.search(r"^summary: (\d+)", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"valgrind wrote no summary for process {process}")
    return int(found[1])


def _run(adapter: str, *, short: bool) -> None:
    """Be the process under valgrind: run the cases, and print which child ran what."""
    candidates = importlib.import_module(f"benchmarks.on_{adapter}").CANDIDATES
    for case in CASES:
        if case.adapter != adapter:
            continue
        names, setup = [BARE, BY_HAND, OURS, case.peer], case.setup
        if short:
            setup = replace(setup, origins=min(setup.origins, SHORT_LIST))
            if not (case.ceiling and case.ceiling.of == PEER):
                names.remove(case.peer)
        for name in filter(candidates.__contains__, names):
            application = candidates[name](setup)
            effort = HEAVY if case.heavy and name == case.peer else USUAL
            fewer, more = (
                _in_child(partial(_answer, case, name, application, batches, effort))
                for batches in (1, 2)
            )
            print(case.title, name, effort.turns * effort.size, fewer, more, sep="\t", flush=True)  # noqa: T201


def _in_child(run: Callable[[], None]) -> int:
    """Run something in a child, and return its process id once it has ended."""
    child = os.fork()
    if child == 0:
        run()
        os._exit(0)
    _, status = os.waitpid(child, 0)
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
    _run(sys.argv[1], short="--short" in sys.argv)
