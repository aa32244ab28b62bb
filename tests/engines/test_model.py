"""The browser model is what three real engines are."""

from collections.abc import Callable
from types import ModuleType

import pytest
from engines.browsers import ENGINES, require
from engines.cases import random_cases, recorded_cases
from engines.compare import TABLE, Run, run_engine, unexplained
from engines.differences import modelled_table
from engines.visits import VISITS, foretell_all

from cors_wsgi.browser import HTTPResponse, _check, _preflight, _standard
from cors_wsgi.browser._lists import get_all

SEED = 2_026
RANDOM_CASES = 200


@pytest.fixture(scope="module", params=ENGINES)
def engine_run(request: pytest.FixtureRequest) -> Run:
    """What an engine did; recorded once for all tests here."""
    require(request.param)
    return run_engine(request.param, recorded_cases() + random_cases(SEED, RANDOM_CASES))


def test_the_model_foretells_what_an_engine_does(engine_run: Run) -> None:
    assert [str(difference) for difference in unexplained(engine_run)] == []


def test_the_model_foretells_what_the_preflight_cache_of_an_engine_saves(engine_run: Run) -> None:
    names = [visit.name for visit in VISITS]
    foretold = foretell_all(engine_run.engine)
    assert dict(zip(names, engine_run.costs, strict=True)) == dict(
        zip(names, foretold, strict=True)
    )


def test_half_of_the_cases_succeed_and_half_of_them_fail(engine_run: Run) -> None:
    shared = sum(outcome.response is not None for outcome in engine_run.outcomes)
    assert 0.3 < shared / len(engine_run.outcomes) < 0.7


def test_the_documented_differences_are_those_of_the_model() -> None:
    assert modelled_table() in TABLE.read_text("utf-8")


def _merged(response: HTTPResponse) -> str | None:
    lines = dict.fromkeys(get_all(response.headers, "Access-Control-Allow-Origin"))
    return ", ".join(lines) if lines else None


@pytest.mark.parametrize(
    ("module", "function", "mistake"),
    [
        pytest.param(
            _preflight,
            "method_is_listed",
            lambda method, methods: method.upper() in map(str.upper, methods),
            id="methods without case",
        ),
        pytest.param(
            _check,
            "credentials_allowed",
            lambda value: (value or "").lower() == "true",
            id="TRUE is true",
        ),
        pytest.param(_check, "allow_origin", _merged, id="duplicates are merged"),
        pytest.param(_preflight, "status_passes", lambda response: True, id="status is ignored"),
        pytest.param(
            _check,
            "origin_matches",
            lambda value, origin: value.lower().rstrip("/") == origin,
            id="origins by and large",
        ),
        pytest.param(
            _preflight,
            "has_wildcard",
            lambda items, *, include: "*" in items,
            id="a wildcard with credentials",
        ),
        pytest.param(
            _preflight, "unparsable_list", lambda response: None, id="malformed lists are forgiven"
        ),
        pytest.param(
            _standard,
            "normalize_method",
            str.upper,
            id="every method is upper-cased",
        ),
    ],
)
def test_a_model_with_a_mistake_is_caught(
    engine_run: Run,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    function: str,
    mistake: Callable[..., object],
) -> None:
    monkeypatch.setattr(module, function, mistake)
    assert unexplained(engine_run)
