"""Counts instructions a request with valgrind's callgrind: times are noisy, counts are not.

One process is started under valgrind for all cases of a adapter, and leaves the requests to its
children: it would specialise the framework's code for whoever came first. For each candidate it
forks twice, and each child answers a number of requests, the second twice as many as the
first: the difference is what the requests took, and whatever starting took falls out of it.
All that is done with several seeds for the hashes of strings, since each has its own collisions,
and with the stack at as many places: to compare two names, the C library takes longer where one of
them lies at the end of a page, and a middleware moves the stack of all that runs inside it.
And the requests are answered in turns, each in other memory: one that takes the last block of
one of CPython's pools, and gives it back, pays for the pool, and so would all that follow.
"""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.adapters import ADAPTERS
from benchmarks.cases import every_case
from benchmarks.loops import Batch

SEEDS = range(5)
PAGE = 4096  # bytes of memory
WARM_UP = 100  # the interpreter specialises what has run a few times
REQUESTS = 100
TURNS = 10
# Bytes whose objects are of all sizes that CPython has pools for, but the smallest, and how
# many of each are taken before a turn.
SIZES = range(15, 480, 16)
BLOCKS = 31


def available() -> bool:
    """Return whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def count(cases: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Return the instructions a request, by case and candidate.

    Args:
        cases: the names of the candidates to count, by the case's id.
    """
    counts: dict[str, dict[str, float]] = {}
    for adapter in dict.fromkeys(case.split("-")[0] for case in cases):
        chosen = {k: v for k, v in cases.items() if k.split("-")[0] == adapter}
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            found = [*threads.map(partial(_count, chosen), SEEDS)]
        for case, names in chosen.items():
            counts[case] = {name: median(one[case][name] for one in found) for name in names}
    return counts


def _count(cases: Mapping[str, Sequence[str]], seed: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as directory:
        command = [
            "valgrind",
            "--quiet",
            "--tool=callgrind",
            f"--callgrind-out-file={directory}/%p",
            sys.executable,
            "-P",
            "-m",
            "benchmarks.instructions",
            json.dumps(cases),
        ]
        # The stack begins below the environment.
        place = "x" * (seed * PAGE // len(SEEDS))
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "STACK_PLACE": place}
        found = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
        counts: dict[str, dict[str, float]] = {}
        for row in found.stdout.decode().splitlines():
            case, name, fewer, more = row.split("\t")
            difference = _total(directory, more) - _total(directory, fewer)
            counts.setdefault(case, {})[name] = difference / REQUESTS
        return counts


def _total(directory: str, process: str) -> int:
    """Return the instructions that a process took in all."""
    text = Path(directory, process).read_text(encoding="utf-8")
    found = re.search(r"^summary: (\d+)", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"callgrind wrote no summary for process {process}")
    return int(found[1])


def _run(wanted: Mapping[str, Sequence[str]]) -> None:
    """Be the process under valgrind: run the cases, say which child ran what."""
    for case in every_case():
        names = wanted.get(case.id, ())
        adapter = ADAPTERS[case.adapter]
        candidates = adapter.candidates(case) if names else {}
        for name in names:
            prepare = partial(adapter.batch, candidates[name], case.request)
            children = (_child(prepare, 1), _child(prepare, 2))
            sys.stdout.write("\t".join((case.id, name, *map(str, children))) + "\n")
            sys.stdout.flush()


def _child(prepare: Callable[[], Batch], batches: int) -> int:
    """Answer batches of requests in a child, and return its process id once it has ended.

    All of them are prepared there, and as many whatever is run: so every child has the same
    memory before it, and what two of them differ in is what they run.
    """
    child = os.fork()
    if child == 0:
        batch = prepare()
        first = batch(WARM_UP)
        turns = [(batch(REQUESTS // TURNS), batch(REQUESTS // TURNS)) for _ in range(TURNS)]
        taken = []
        gc.disable()  # it would look at all there is, in one child and not in the other
        first()
        for runs in turns:
            taken.append([bytes(size) for size in SIZES for _ in range(BLOCKS)])
            for run in runs[:batches]:
                run()
        os._exit(0)
    os.waitpid(child, 0)
    return child


if __name__ == "__main__":
    _run(json.loads(sys.argv[1]))
