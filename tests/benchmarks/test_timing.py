"""What counts: rounds in which the machine was quick, of candidates with any luck."""

from typing import Any

import pytest
from benchmarks.cases import Case, every_case
from benchmarks.doors import DOORS
from benchmarks.results import time_case
from benchmarks.timing import Effort, quicker_half


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        pytest.param(
            {"bare": [10, 20, 10, 20, 10], "ours": [30, 60, 31, 60, 32]},
            {"bare": [10, 10, 10], "ours": [30, 31, 32]},
            id="a slow spell is left out",
        ),
        pytest.param(
            {"bare": [5, 10, 10, 10], "ours": [90, 30, 30, 31]},
            {"bare": [10, 10], "ours": [30, 30]},
            id="one that was lucky is not believed alone",
        ),
        pytest.param(
            {"bare": [10, 10, 20], "peer": [5000, 5900, 5000]},
            {"bare": [10, 10], "peer": [5000, 5900]},
            id="who takes long has no louder voice",
        ),
        pytest.param({"bare": [10]}, {"bare": [10]}, id="a single round counts"),
    ],
)
def test_the_quicker_half(times: dict[str, list[float]], kept: dict[str, list[float]]) -> None:
    assert quicker_half(times) == kept


def test_parts_are_compared_with_each_other() -> None:
    slow, quick = {"bare": [20, 21], "ours": [40, 42]}, {"bare": [10, 11], "ours": [20, 22]}
    assert quicker_half(slow, quick) == quick


@pytest.mark.parametrize(
    ("makings", "enough_ns", "made"),
    [
        pytest.param(3, 10**12, 3, id="as often as told"),
        pytest.param(3, 0, 1, id="once, where that is enough"),
    ],
)
def test_the_candidates_are_made_anew(
    monkeypatch: pytest.MonkeyPatch, makings: int, enough_ns: int, made: int
) -> None:
    found = []

    class Counting(type(DOORS["wsgi"])):  # type: ignore[misc]
        def candidates(self, case: Case) -> dict[str, Any]:
            found.append(super().candidates(case))
            return found[-1]

    (case,) = (case for case in every_case() if case.id == "wsgi-allowed")
    monkeypatch.setitem(DOORS, "wsgi", Counting(**vars(DOORS["wsgi"])))

    timed = time_case(case, Effort(1, makings, rounds=9, batch_ns=1, enough_ns=enough_ns))

    assert len(found) == made
    assert [{len(column) for column in one.values()} for one in timed.makings] == [{9}] * made
