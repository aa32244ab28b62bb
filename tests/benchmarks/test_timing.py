"""How long is measured, and which rounds count: those in which the machine was quick."""

from collections.abc import Callable

import pytest
from benchmarks.timing import Effort, quicker_half, size_of_batch

EFFORT = Effort(processes=1, rounds=21, batch_ns=1000)


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
    ("request_ns", "sizes"),
    [
        pytest.param(1, [1] + [100] * 11, id="quick: until all that is remembered is full"),
        pytest.param(100, [1] + [9] * 14, id="slow: for the time of twelve batches"),
        pytest.param(20_000, [1], id="very slow: once"),
    ],
)
def test_the_size_of_a_batch_of_a_warm_candidate(request_ns: int, sizes: list[int]) -> None:
    served = []

    def batch(number: int) -> Callable[[], int]:
        served.append(number)
        return lambda: number * request_ns

    size = size_of_batch(batch, EFFORT)

    assert [*served, size] == [*sizes, sizes[-1]]


@pytest.mark.parametrize(
    ("first_round_ns", "rounds"),
    [
        pytest.param(3000, 21, id="of three full batches: all"),
        pytest.param(300, 21, id="quicker: no more"),
        pytest.param(6300, 10, id="slower: as many as there is time for"),
        pytest.param(10**9, 3, id="very slow: a seventh"),
    ],
)
def test_the_number_of_rounds(first_round_ns: float, rounds: int) -> None:
    assert EFFORT.rounds_for(first_round_ns) == rounds
