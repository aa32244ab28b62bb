"""Times CORS middlewares side by side, and says what each of them costs.

    make bench                  everything: about 25 minutes; writes docs/performance.md
    make bench BENCH=--quick    fewer and shorter rounds, no instruction counts, writes nothing
    make bench BENCH='--quick --only wsgi-refused*'

Times are CPU times of whole requests, in process, less the bare application's.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from benchmarks import costs, instructions, page, results, serving, tables, timing
from benchmarks.cases import Case, every_case
from benchmarks.results import Measured, Run

DOCS = Path(__file__).parents[2] / "docs"
CANDIDATES = (
    *("cors-wsgi", "wsgicors", "Flask", "flask-cors", "Django", "django-cors-headers"),
    *("starlette", "gunicorn"),
)
# Instructions are counted of these, and of candidates that answer within SLOW_NS: valgrind
# is fifty times slower.
COUNTED = (
    *("wsgi-no-origin", "wsgi-allowed*", "wsgi-refused", "wsgi-preflight*"),
    "wsgi-refused-*-patterns",
    *(f"{adapter}-{name}" for adapter in ("flask", "django") for name in ("no-origin", "allowed")),
)
SLOW_NS = 300_000
CASES = {case.id: case for case in every_case()}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="less exact, and writes nothing")
    parser.add_argument("--only", metavar="PATTERN", help="these cases alone, and write nothing")
    options = parser.parse_args()
    effort = timing.QUICK if options.quick else timing.FULL
    cases = [case for case in CASES.values() if fnmatch(case.id, options.only or "*")]
    if not cases:
        parser.error(f"no case is called {options.only}; there are, for example, wsgi-allowed")
    measured, imports = {}, []
    for adapter in dict.fromkeys(case.adapter for case in cases):
        measured |= measure([case.id for case in cases if case.adapter == adapter], effort)
        say(tables.text(tables.adapter_table(Run({}, measured, {}, {}, {}), adapter)))
        if not options.only:
            imports.append(costs.import_times())
    if options.only:
        return
    run = Run(
        made_with(),
        measured,
        {} if options.quick else counted(cases, measured),
        costs.costs(imports),
        {} if options.quick else served(),
    )
    for table in tables.instructions_tables(run):
        say(tables.text(table))
    say(tables.text(tables.serving_table(run)) if run.serving else "")
    say(tables.goals_text(run))
    if not options.quick:
        saved = DOCS / "performance.json"
        run.save(saved)
        page.write(Run.load(saved), DOCS)  # the figures as they were saved, rounded
        say("Written: docs/performance.md, .json and .svg")


def say(text: str) -> None:
    """Write to the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(ids: Sequence[str], effort: timing.Effort) -> dict[str, Measured]:
    """Measure cases in several processes: each has its own luck with memory and hashes."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as process:
        found = [*process.map(_timed, [ids] * effort.processes, [effort] * effort.processes)]
    return {
        id_: results.measured(CASES[id_], timed) for id_, *timed in zip(ids, *found, strict=True)
    }


def _timed(ids: Sequence[str], effort: timing.Effort) -> list[results.Timed]:
    return [_timed_case(CASES[id_], effort) for id_ in ids]


def _timed_case(case: Case, effort: timing.Effort) -> results.Timed:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{case.id}")
        sys.stderr.flush()
    found = results.time_case(case, effort)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    return found


def made_with() -> dict[str, str]:
    """Return what this run was made with."""
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: version(name) for name in CANDIDATES},
    }


def counted(cases: list[Case], measured: dict[str, Measured]) -> dict[str, dict[str, float]]:
    """Return the instructions of what is fast enough to be counted."""
    if not instructions.available():
        say("No instruction counts: valgrind is not installed.")
        return {}
    chosen: dict[str, list[str]] = {}
    for case in cases:
        if any(fnmatch(case.id, pattern) for pattern in COUNTED):
            whole = measured[case.id].whole
            chosen[case.id] = [name for name in whole if whole[name].median < SLOW_NS]
    return instructions.count(chosen)


def served() -> dict[str, dict[str, float]]:
    """Return the requests a second of a real server."""
    if not serving.available():
        say("No requests a second: wrk is not installed.")
        return {}
    return serving.serve()


if __name__ == "__main__":
    main()
