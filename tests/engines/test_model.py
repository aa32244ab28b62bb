"""The browser model is what three real engines are."""

import dataclasses
import re
from collections.abc import Callable
from typing import TypeAlias

import pytest
from engines.browsers import ENGINES, require
from engines.cases import recorded_cases
from engines.compare import TABLE, Run, is_caught, random_stories, run_engine, unexplained
from engines.differences import modelled_table
from engines.visits import VISITS, foretell_all

from cors_wsgi.browser import ENGINES as MODELS
from cors_wsgi.browser import (
    Hop,
    HTTPResponse,
    _cache,
    _check,
    _cookies,
    _preflight,
    _redirect,
    _safelist,
    _standard,
)
from cors_wsgi.browser._lists import get_all

Mutation: TypeAlias = Callable[[pytest.MonkeyPatch, str], None]

SEED = 2_026
#: The part of a whole run, see `make engines`, that every run of the tests has.
SCALE = 0.1


@pytest.fixture(scope="module", params=ENGINES)
def engine_run(request: pytest.FixtureRequest) -> Run:
    """What an engine did; recorded once for all tests here."""
    require(request.param)
    return run_engine(request.param, recorded_cases() + random_stories(SEED, SCALE))


def test_the_model_foretells_what_an_engine_does(engine_run: Run) -> None:
    assert [str(difference) for difference in unexplained(engine_run)] == []


def test_the_model_foretells_what_the_preflight_cache_of_an_engine_saves(engine_run: Run) -> None:
    names = [visit.name for visit in VISITS]
    foretold = foretell_all(engine_run.engine)
    assert dict(zip(names, engine_run.costs, strict=True)) == dict(
        zip(names, foretold, strict=True)
    )


@pytest.mark.parametrize("kind", ["case", "chain", "cookies", "visit", "headers", "location"])
def test_stories_go_well_and_go_wrong(engine_run: Run, kind: str) -> None:
    responses = [
        response
        for story, outcome in zip(engine_run.stories, engine_run.outcomes, strict=True)
        if story.name.startswith(f"{kind} ")
        for response in outcome.responses
    ]
    assert 0.2 < sum(response is not None for response in responses) / len(responses) <= 1


def test_the_documented_differences_are_those_of_the_model() -> None:
    assert modelled_table() in TABLE.read_text("utf-8")


def _merged(response: HTTPResponse) -> str | None:
    lines = dict.fromkeys(get_all(response.headers, "Access-Control-Allow-Origin"))
    return ", ".join(lines) if lines else None


def _patched(module: object, **changes: object) -> Mutation:
    def mutate(monkeypatch: pytest.MonkeyPatch, _engine: str) -> None:
        for name, value in changes.items():
            monkeypatch.setattr(module, name, value)

    return mutate


def _with(**options: object) -> Mutation:
    """A model of the engine with other options."""

    def mutate(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
        other = dataclasses.replace(MODELS[engine], **options)  # type: ignore[arg-type]
        monkeypatch.setitem(MODELS, engine, other)

    return mutate


def _flipped(option: str) -> Mutation:
    """A model of the engine with one option turned round."""

    def mutate(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
        turned = not getattr(MODELS[engine], option)
        _with(**{option: turned})(monkeypatch, engine)

    return mutate


@pytest.mark.parametrize(
    "mutate",
    [
        # the checks
        pytest.param(
            _patched(
                _preflight,
                method_is_listed=lambda method, methods: method.upper() in map(str.upper, methods),
            ),
            id="methods without case",
        ),
        pytest.param(
            _patched(_check, credentials_allowed=lambda value: (value or "").lower() == "true"),
            id="TRUE is true",
        ),
        pytest.param(_patched(_check, allow_origin=_merged), id="duplicates are merged"),
        pytest.param(
            _patched(_preflight, status_passes=lambda response: True), id="status is ignored"
        ),
        pytest.param(
            _patched(
                _check, origin_matches=lambda value, origin: value.lower().rstrip("/") == origin
            ),
            id="origins by and large",
        ),
        pytest.param(
            _patched(_preflight, has_wildcard=lambda items, *, include: "*" in items),
            id="a wildcard with credentials",
        ),
        pytest.param(
            _patched(_preflight, unparsable_list=lambda response: None),
            id="malformed lists are forgiven",
        ),
        pytest.param(
            _patched(_standard, normalize_method=str.upper), id="every method is upper-cased"
        ),
        # redirects
        pytest.param(
            _patched(Hop, is_tainted=property(lambda hop: False)), id="no redirect taints a request"
        ),
        pytest.param(
            _patched(_redirect, becomes_get=lambda method, status: status in {301, 302, 303}),
            id="every method becomes GET",
        ),
        pytest.param(
            _patched(_standard, REQUEST_BODY_HEADERS=frozenset({"content-type"})),
            id="a GET keeps Content-Language",
        ),
        pytest.param(
            _with(location_lines="one"), id="two Location lines that are alike are refused"
        ),
        pytest.param(_flipped("error_needs_location"), id="mode error looks at the other thing"),
        # cookies
        pytest.param(_flipped("same_site_by_default"), id="the other default of SameSite"),
        pytest.param(
            _patched(_cookies, _path_matches=lambda path, prefix: path.startswith(prefix)),
            id="a path is a prefix",
        ),
        pytest.param(
            _patched(_cookies, _default_path=lambda path: "/"), id="every cookie is for every path"
        ),
        # caches
        pytest.param(
            _patched(_cache, _entry_matches=lambda entry, hop, engine: True),
            id="credentials share the cache both ways",
        ),
        pytest.param(
            _patched(_cache, _key=lambda hop: (hop.origin, hop.url.partition("?")[0])),
            id="the cache ignores the query",
        ),
        pytest.param(
            _patched(_preflight, max_age=lambda response, engine: 600), id="max-age is not read"
        ),
        # headers
        pytest.param(
            _patched(_safelist, _VALUE_LIMIT=1000), id="the value of a header may be long"
        ),
        pytest.param(
            _patched(_safelist, _UNSAFE_BYTE=re.compile(r"[\x00-\x1f]")), id="quotes are safe"
        ),
        pytest.param(
            _patched(
                _safelist,
                _SINGLE_RANGE=re.compile(r"bytes=([0-9]*)-([0-9]*)"),
                _LENIENT_RANGE=re.compile(r"bytes=([0-9]*)-([0-9]*)"),
            ),
            id="a range needs no start",
        ),
    ],
)
def test_a_model_with_a_mistake_is_caught(
    engine_run: Run, monkeypatch: pytest.MonkeyPatch, mutate: Mutation
) -> None:
    mutate(monkeypatch, engine_run.engine)
    assert is_caught(engine_run)
