"""The command: times the candidates, and prints, keeps and draws what it found.

PYTHONPATH=tests python -P -m benchmarks.run [--quick] [--only PATTERN]
"""

import argparse
import sys
from fnmatch import fnmatch

from benchmarks import on_wsgi, timing
from benchmarks.cases import Case, every_case
from benchmarks.loops import wsgi_batch
from benchmarks.verdict import ask_wsgi, check


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", metavar="PATTERN", default="*", help="cases, as wsgi-refused*")
    options = parser.parse_args()
    effort = timing.QUICK if options.quick else timing.FULL
    for case in every_case():
        if fnmatch(case.id, options.only) and case.door == "wsgi":
            sys.stdout.write(line(case, effort) + "\n")


def line(case: Case, effort: timing.Effort) -> str:
    candidates = on_wsgi.candidates(case)
    for name, application in candidates.items():
        if name not in ("bare", "limit"):
            environ = case.request.environ()
            check(name, case, ask_wsgi(application, environ), environ.get("HTTP_ORIGIN"))
    batches = {name: wsgi_batch(app, case.request) for name, app in candidates.items()}
    times = timing.rounds(batches, effort)
    found = timing.overheads(times, "bare")
    cells = [f"{case.id:32}"]
    for name, value in found.items():
        ratio = timing.ratio(times, name, "limit", "bare")
        cells.append(f"{name} {value.median:8.0f} ns {ratio.median:6.2f} x")
    return "  ".join(cells)


if __name__ == "__main__":
    main()
