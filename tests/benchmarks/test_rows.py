"""No row of the benchmark is above its ceiling: `make bench BENCH=--short`, as tests."""

import os

import pytest
from benchmarks import instructions
from benchmarks.report import INSTRUCTIONS, Run, rows

# Counts differ a little between versions of Python and of the frameworks; times, with the machine
# and with what else it does.
ROOM = 1.1
ROOM_FOR_TIMES = 3


@pytest.fixture(scope="module")
def run() -> Run:
    if not instructions.available() and "CI" not in os.environ:
        pytest.skip("valgrind is not installed")
    return Run.of(rows(instructions.count(short=True)))


def test_no_row_is_above_its_ceiling(run: Run) -> None:
    above = {
        title: (row.comparison(), row.ceiling())
        for title, row in run.rows.items()
        if not row.is_kept(ROOM if row.unit == INSTRUCTIONS else ROOM_FOR_TIMES)
    }
    assert above == {}
