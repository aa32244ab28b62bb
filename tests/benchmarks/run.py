"""Count what CORS costs, beside other packages, and compare it with the ceilings.

make bench                    everything; writes docs/performance.md
make bench BENCH=--short      what the ceilings need, and nothing is written
"""

import argparse
import sys

from benchmarks import instructions, page
from benchmarks.report import Run, rows
from rich.console import Console
from rich.table import Table


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="only what the ceilings need")
    options = parser.parse_args()
    if not instructions.available():
        sys.exit("make bench needs valgrind: sudo apt-get install valgrind")
    run = Run.of(rows(instructions.count(short=options.short), short=options.short))
    console = Console()
    console.print(table(run))
    if not options.short:
        page.write(run)
        console.print("Written: docs/performance.md, docs/performance.json, docs/performance.svg")
    over = [row.title for row in run.rows.values() if not row.is_kept()]
    if over:
        console.print(f"Above the ceiling: {', '.join(over)}")


def table(run: Run) -> Table:
    """Return the table for the terminal."""
    drawn = Table(title="Instructions that CORS adds to a request", box=None, padding=(0, 1))
    for position, title in enumerate(page.HEAD):
        drawn.add_column(title, justify="right" if position else "left")
    for row in run.rows.values():
        drawn.add_row(*page.cells(row), style="" if row.is_kept() else "red")
    return drawn


if __name__ == "__main__":
    main()
