"""What a policy costs beside requests: to import it, to build it and to keep it."""

import gc
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

from cors_wsgi import Policy

POLICIES = 1_000
ROUNDS = 7

# Times the second statement, in a process that has run the first.
TIMED = """
import sys, time
exec(sys.argv[1])
start = time.process_time_ns()
exec(sys.argv[2])
print(time.process_time_ns() - start)
"""


def import_time(module: str, framework: str) -> float:
    """Return the milliseconds of CPU that importing a module takes on top of its framework.

    The first round does not count: it writes the bytecode if nobody has imported the module yet.
    """
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", TIMED, f"import {framework}", f"import {module}"]
    rounds = [int(subprocess.check_output(command, env=environment)) for _ in range(1 + ROUNDS)]
    return min(rounds[1:]) / 1e6


def building_time() -> float:
    """Return the microseconds of CPU that building a policy with one origin takes."""
    return min(_timed(_policies) for _ in range(ROUNDS)) / POLICIES / 1e3


def _timed(run: Callable[[], object]) -> int:
    start = time.process_time_ns()
    run()
    return time.process_time_ns() - start


def memory() -> float:
    """Return the kilobytes that a policy with one origin holds."""
    _policies()  # what the first policies of a process load, it does not hold
    gc.collect()
    tracemalloc.start()
    policies = _policies()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del policies
    return held / POLICIES / 1e3


def _policies() -> list[Policy]:
    """Return a policy for each of many tenants."""
    return [
        Policy(allow_origins=[f"https://tenant{number}.example"], allow_credentials=True)
        for number in range(POLICIES)
    ]
