"""Counts instructions a request with valgrind's callgrind: times are noisy, counts are not.

One process is started under valgrind for all cases of a door. For each candidate it forks
twice, and each child answers a number of requests, the second twice as many as the first:
the difference is what the requests took, and whatever starting took falls out of it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.cases import Case, every_case
from benchmarks.doors import DOORS
from benchmarks.loops import Batch

WARM_UP = 60  # the interpreter specialises what has run a few times
REQUESTS = 40

Counts = Mapping[str, Mapping[str, float]]


def available() -> bool:
    """Return whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def count(cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """Return the instructions a request, by case and candidate."""
    counts: dict[str, dict[str, float]] = {}
    for door in dict.fromkeys(case.door for case in cases):
        counts |= _count([case.id for case in cases if case.door == door])
    return counts


def _count(ids: Sequence[str]) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as directory:
        command = [
            "valgrind",
            "--quiet",
            "--tool=callgrind",
            f"--callgrind-out-file={directory}/%p",
            sys.executable,
            "-P",
            "-m",
            __spec__.name,
            *ids,
        ]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
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


def _run(ids: Sequence[str]) -> None:
    """Be the process under valgrind: run the cases, say which child ran what."""
    cases = {case.id: case for case in every_case()}
    for case in map(cases.__getitem__, ids):
        door = DOORS[case.door]
        for name, application in door.candidates(case).items():
            batch = door.batch(application, case.request)
            batch(WARM_UP)
            children = (_child(batch, REQUESTS), _child(batch, 2 * REQUESTS))
            sys.stdout.write("\t".join((case.id, name, *map(str, children))) + "\n")
            sys.stdout.flush()


def _child(batch: Batch, number: int) -> int:
    """Answer requests in a child, and return its process id once it has ended."""
    child = os.fork()
    if child == 0:
        batch(number)
        os._exit(0)
    os.waitpid(child, 0)
    return child


if __name__ == "__main__":
    _run(sys.argv[1:])
