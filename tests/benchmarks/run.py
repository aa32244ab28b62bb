"""The command: times the candidates, and prints, keeps and draws what it found.

PYTHONPATH=tests python -P -m benchmarks.run [--quick] [--only PATTERN]
"""

import argparse
import sys
from fnmatch import fnmatch

from benchmarks import timing
from benchmarks.cases import every_case
from benchmarks.results import Measured, measure


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", metavar="PATTERN", default="*", help="cases, as wsgi-refused*")
    options = parser.parse_args()
    effort = timing.QUICK if options.quick else timing.FULL
    for case in every_case():
        if fnmatch(case.id, options.only):
            sys.stdout.write(line(measure(case, effort)) + "\n")
            sys.stdout.flush()


def line(found: Measured) -> str:
    """Return a case as a line."""
    cells = [f"{found.id:32}"]
    for name, value in found.overhead.items():
        ratio = f"{found.times_limit[name].median:6.2f} x" if name in found.times_limit else ""
        cells.append(f"{name} {value.median:8.0f} ns {ratio} {found.notes.get(name, '')}")
    return "  ".join(cells)


if __name__ == "__main__":
    main()
