"""What a policy costs besides requests: memory, the time to build it, and to import it."""

import gc
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from statistics import median
from typing import Any

from benchmarks.cases import ALLOWED, SETUP, Request, Setup
from benchmarks.loops import start_response, wsgi_batch
from benchmarks.timing import quicker_half
from benchmarks.yardsticks import application, policy

from cors_wsgi import CORSMiddleware, Policy

MANY = 100_000
RUNS = 11

# Of header names that are requested, in bytes; how many such requests make a batch, so few that
# their names stay in the nearest caches; and how many batches of each size there are.
SIZES = (2000, 4000, 8000)
FEW = 10
ROUNDS = 201

# What is imported first, what is timed, by whom it is compared.
IMPORTS = {
    "flask": {"ours": "flask_cors_wsgi", "flask-cors": "flask_cors"},
    "django.core.handlers.wsgi": {
        "ours": "django_cors_wsgi.middleware",
        "django-cors-headers": "corsheaders.middleware",
    },
}
Times = Mapping[Any, Sequence[float]]
TIMED = """
import sys, time
exec(sys.argv[1])
start = time.process_time_ns()
exec(sys.argv[2])
print(time.process_time_ns() - start)
"""
A_POLICY = "cors_wsgi.Policy(allow_origins=['https://app.example'], allow_credentials=True)"


def memory_of(keep: Callable[[list[str]], Any]) -> float:
    """Return the bytes an origin that are held beside the origin's own string.

    Args:
        keep: takes the origins, and returns what holds them from then on.
    """
    gc.collect()
    tracemalloc.start()
    origins = Setup(origins=MANY).exact_origins()
    strings = sum(map(sys.getsizeof, origins))
    kept = keep(origins)
    del origins
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return (held - strings) / MANY


def memory() -> dict[str, float]:
    """Return the bytes an origin of our policy and, for comparison, of a bare list."""
    return {
        "ours": memory_of(lambda origins: Policy(allow_origins=origins)),
        "list": memory_of(list),
    }


def building() -> float:
    """Return the milliseconds that a policy of 100,000 origins takes to build."""
    origins = Setup(origins=MANY).exact_origins()
    times = []
    for _ in range(3):
        start = time.process_time_ns()
        Policy(allow_origins=origins)
        times.append(time.process_time_ns() - start)
    return median(times) / 1e6


def import_times() -> Times:
    """Return the milliseconds of imports on top of their framework's."""
    return timed(
        {
            (framework, name): (f"import {framework}", f"import {module}")
            for framework, modules in IMPORTS.items()
            for name, module in modules.items()
        }
    )


def importing(found: Sequence[Times]) -> dict[str, dict[str, float]]:
    """Return the milliseconds of an import on top of its framework's, by framework.

    Args:
        found: the times, from several moments of a run, since a slow spell lasts minutes.
    """
    times = in_short(found)
    return {
        framework: {name: times[framework, name] for name in modules}
        for framework, modules in IMPORTS.items()
    }


def first_policy() -> float:
    """Return the milliseconds of a first policy: it loads what reads and checks one."""
    return in_short([timed({"it": ("import cors_wsgi", A_POLICY)})])["it"]


def timed(programs: Mapping[Any, tuple[str, str]]) -> Times:
    """Return the milliseconds of statements in new processes, where others have run before.

    They take turns, since a machine's pace changes.
    From bytecode, as what is installed has it, wherever it has been put: the first run,
    which writes it, does not count.
    """
    times: dict[Any, list[float]] = {key: [] for key in programs}
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(RUNS + 1):
            for key, program in programs.items():
                command = [sys.executable, "-c", TIMED, *program]
                times[key].append(int(subprocess.check_output(command, env=environment)) / 1e6)
    return {key: found[1:] for key, found in times.items()}


def in_short(found: Sequence[Times]) -> dict[Any, float]:
    """Return the median of the quicker half of all rounds."""
    return {key: median(column) for key, column in quicker_half(*found).items()}


def reflecting() -> dict[str, dict[str, float]]:
    """Measure preflights that must reflect header names, other ones every time.

    They take turns, since a machine's pace changes.

    Returns:
        By the bytes that are requested: `ns`, the time it takes; `answer`, the bytes of the
        header's value; and `peak`, the bytes that were allocated at most while answering.
    """
    requests = {size: _preflight(size) for size in SIZES}
    batches = {
        size: wsgi_batch(_reflecting_application(), request) for size, request in requests.items()
    }
    times = [
        {size: batch(FEW)() / FEW for size, batch in batches.items()} for _ in range(ROUNDS + 1)
    ]
    return {
        str(size): {"ns": median(found[size] for found in times[1:]), **_allocated(request)}
        for size, request in requests.items()
    }


def _preflight(size: int) -> Request:
    names = ",".join(f"x-{number:05}" for number in range(size // 8 - 1)) + ",x-{}"
    return replace(ALLOWED, preflight=True, requested_headers=names, fresh=True)


def _reflecting_application() -> Any:
    return CORSMiddleware(application(SETUP), policy(replace(SETUP, reflect=True)))


def _allocated(request: Request) -> dict[str, float]:
    reflecting_application = _reflecting_application()
    first, second = (
        {**request.environ(), "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": value}
        for value in islice(request.requested(), 2)
    )
    heads: list[list[tuple[str, str]]] = []
    reflecting_application(first, lambda _, headers: heads.append(headers))
    answer = dict(heads[0])["Access-Control-Allow-Headers"]
    tracemalloc.start()
    reflecting_application(second, start_response)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"answer": sys.getsizeof(answer), "peak": peak}


def costs(imports: Sequence[Times]) -> dict[str, Any]:
    """Return all of them, of which the times of imports have been taken before."""
    return {
        "memory": memory(),
        "building": building(),
        "importing": importing(imports),
        "first policy": first_policy(),
        "reflecting": reflecting(),
    }
