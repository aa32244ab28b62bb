"""Which rounds count: those in which the machine was quick, whoever was lucky in them."""

import pytest
from benchmarks.timing import quicker_half


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
