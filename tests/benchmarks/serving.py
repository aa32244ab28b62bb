"""Requests a second of a real server: gunicorn with one worker, wrk on loopback, for seconds.

What a server and the network cost hides most of what a middleware does, which is the
point: the figures say what is left of a difference in production.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from benchmarks.adapters import ADAPTERS
from benchmarks.cases import ALLOWED, every_case

SERVED = ("wsgi-allowed", "flask-allowed", "django-allowed")
NAMES = ("bare", "limit", "ours", "ours, wrapped", "wsgicors", "flask-cors", "django-cors-headers")
ROUNDS = 3
SECONDS = 2


def available() -> bool:
    """Return whether wrk is installed."""
    return shutil.which("wrk") is not None


def application(case_id: str, name: str) -> Any:
    """Return the application that gunicorn is to serve."""
    case = next(case for case in every_case() if case.id == case_id)
    return ADAPTERS[case.adapter].candidates(case)[name]


@contextmanager
def served(case_id: str, name: str) -> Iterator[str]:
    """Serve a candidate; give its address."""
    target = f"benchmarks.serving:application({case_id!r}, {name!r})"
    command = [sys.executable, "-P", "-m", "gunicorn", "--bind=127.0.0.1:0", "--workers=1", target]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for text in server.stderr or ():
            if found := re.search(r"Listening at: (\S+)", text):
                yield found[1]
                return
        raise RuntimeError(f"gunicorn did not start: {target}")
    finally:
        server.terminate()
        server.communicate()


def requests_a_second(address: str, seconds: int) -> float:
    """Return how many requests wrk got answered, each with an allowed origin."""
    command = ["wrk", "-t1", "-c4", f"-d{seconds}s", f"-HOrigin: {ALLOWED.origin}", address]
    text = subprocess.check_output(command, text=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None or "Non-2xx" in text:
        raise RuntimeError(text)
    return float(found[1])


def serve() -> dict[str, dict[str, float]]:
    """Return the requests a second, by case and candidate: medians of interleaved rounds."""
    found: dict[str, dict[str, float]] = {}
    cases = {case.id: case for case in every_case()}
    for case_id in SERVED:
        candidates = ADAPTERS[cases[case_id].adapter].candidates(cases[case_id])
        names = [name for name in NAMES if name in candidates]
        with ExitStack() as stack:
            addresses = {name: stack.enter_context(served(case_id, name)) for name in names}
            rounds: dict[str, list[float]] = {name: [] for name in names}
            for address in addresses.values():
                requests_a_second(address, 1)
            for _ in range(ROUNDS):
                for name, address in addresses.items():
                    rounds[name].append(requests_a_second(address, SECONDS))
        found[case_id] = {name: median(values) for name, values in rounds.items()}
    return found
