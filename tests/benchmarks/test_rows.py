"""Every row of the benchmark is within its bound: `make bench BENCH=--short`, as tests."""

import os

import pytest
from benchmarks import instructions, page, report
from benchmarks.cases import CASES, Case

# Counts differ a little between versions of Python and of the frameworks; times differ with the
# machine and with what else it does.
ROOM = 1.1
ROOM_FOR_TIMES = 3
# What runs beside makes a time longer, and never shorter: what is above its ceiling is tried again.
TRIES = 5

KEPT = [case for case in CASES if not (case.ceiling and case.ceiling.held)]
MISSED = [case for case in CASES if case.ceiling and case.ceiling.held]


@pytest.fixture(scope="module")
def counts() -> instructions.Counts:
    if not instructions.available() and "CI" not in os.environ:
        pytest.skip("valgrind is not installed")
    return instructions.count(short=True)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in KEPT])
def test_a_request_is_below_its_ceiling(counts: instructions.Counts, case: Case) -> None:
    row = report.counted(case, counts)
    assert row.is_kept(ROOM), f"{row.comparison()}, at most {row.ceiling()}"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in MISSED])
def test_a_request_above_its_ceiling_costs_no_more_than_it_did(
    counts: instructions.Counts, case: Case
) -> None:
    row = report.counted(case, counts)
    assert not row.is_kept(), f"{row.comparison()}: remove `held`, the ceiling is kept"
    assert row.is_held(), f"{row.comparison()}, at most {row.bound()}"


def test_the_page_says_why_a_ceiling_is_missed() -> None:
    assert {case.adapter for case in MISSED} <= page.MISSED.keys()


def test_what_is_beside_requests_is_below_its_ceilings() -> None:
    above = rows_above()
    for _ in range(1, TRIES):
        if above:
            before = {row.title for row in above}
            above = [row for row in rows_above() if row.title in before]
    assert above == []


def rows_above() -> list[report.Row]:
    found = [*report.beside_rows(short=True), *report.stored_rows(short=True)]
    return [row for row in found if not row.is_kept(ROOM_FOR_TIMES if is_timed(row) else 1)]


def is_timed(row: report.Row) -> bool:
    return row.unit in report.TIMES
