"""Speed does not slip: ratios within one process, so that the machine does not matter.

The bounds are about twice what `make bench` measures. Whoever makes the request path slower
than that has probably put something on it that belongs to the policy.
"""

from dataclasses import replace
from typing import Any

import django_settings  # noqa: F401 - configures Django, once
import pytest
from benchmarks import timing
from benchmarks.adapters import ADAPTERS
from benchmarks.cases import Case, every_case
from benchmarks.loops import Batch, wsgi_batch
from benchmarks.yardsticks import Limit, application, policy
from django.test import override_settings

from cors_wsgi import CORSMiddleware

CASES = {case.id: case for case in every_case()}


def ours(case: Case, *, framework: bool = False) -> Batch:
    """Return batches of a case's request to its application behind our middleware."""
    app: Any = CORSMiddleware(application(case.setup), policy(case.setup), framework=framework)
    return wsgi_batch(app, case.request)


def overhead_ratio(over: Batch, under: Batch, bare: Batch) -> float:
    """Return what one adds to a request, as a multiple of what another adds."""
    times = timing.rounds({"over": over, "under": under, "bare": bare}, timing.QUICK)
    return timing.ratio(timing.quicker_half(times), "over", "under", "bare").median


@pytest.mark.parametrize(
    ("case_id", "bound"),
    [
        pytest.param("wsgi-no-origin", 2.0, id="no Origin"),
        pytest.param("wsgi-allowed", 2.6, id="an allowed origin"),
        pytest.param("wsgi-refused", 3.0, id="an origin never seen before, refused"),
        pytest.param("wsgi-preflight", 2.5, id="a preflight"),
        pytest.param("wsgi-preflight-reflect", 5.0, id="a preflight that must be reflected"),
        pytest.param("wsgi-preflight-reflect-new", 14.0, id="the same, of other headers each time"),
        pytest.param("wsgi-allowed-8-headers", 3.5, id="eight response headers"),
        pytest.param("wsgi-allowed-vary", 6.0, id="an existing Vary"),
        pytest.param("wsgi-hostile-commas", 5.0, id="64 KiB of commas as requested headers"),
        pytest.param("wsgi-hostile-long-origin", 5.0, id="an origin of 8 KiB, 1,000 patterns"),
        pytest.param("wsgi-hostile-labels", 5.0, id="an origin of 4,000 labels, 1,000 patterns"),
    ],
)
def test_costs_about_as_much_as_headers_written_by_hand(case_id: str, bound: float) -> None:
    case = CASES[case_id]
    app = application(case.setup)
    limit, bare = wsgi_batch(Limit(app), case.request), wsgi_batch(app, case.request)
    assert overhead_ratio(ours(case), limit, bare) < bound


def test_the_short_way_for_frameworks_is_shorter() -> None:
    case = CASES["wsgi-allowed"]
    bare = wsgi_batch(application(case.setup), case.request)
    assert overhead_ratio(ours(case, framework=True), ours(case), bare) < 1


@pytest.mark.parametrize("case_id", ["django-no-origin", "django-allowed"])
def test_in_django_costs_less_than_headers_set_by_hand(
    monkeypatch: pytest.MonkeyPatch, case_id: str
) -> None:
    case = CASES[case_id]
    with override_settings():  # so that the benchmark's end with it
        candidates = ADAPTERS["django"].candidates(case)
        batches = {
            name: wsgi_batch(candidates[name], case.request) for name in ("ours", "limit", "bare")
        }
        assert overhead_ratio(*batches.values()) < 0.9


@pytest.mark.parametrize(
    ("case_id", "large"),
    [
        pytest.param("wsgi-allowed", {"origins": 10_000}, id="10 to 10,000 origins, allowed"),
        pytest.param("wsgi-refused", {"origins": 10_000}, id="10 to 10,000 origins, refused"),
        pytest.param(
            "wsgi-allowed-1-patterns-new", {"patterns": 1000}, id="1 to 1,000 patterns, allowed"
        ),
        pytest.param(
            "wsgi-refused-1-patterns", {"patterns": 1000}, id="1 to 1,000 patterns, refused"
        ),
        pytest.param("wsgi-allowed-10-paths", {"paths": 500}, id="10 to 500 paths"),
    ],
)
def test_does_not_grow_with_the_policy(case_id: str, large: dict[str, int]) -> None:
    few = CASES[case_id]
    many = replace(few, setup=replace(few.setup, **large))
    bare = wsgi_batch(application(few.setup), few.request)
    assert overhead_ratio(ours(many), ours(few), bare) < 1.7
