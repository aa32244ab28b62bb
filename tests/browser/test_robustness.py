"""Whatever a server sends, the model judges it: no crash, no control character, bounded cost."""

import time

import pytest
from browser.playing import PAGE, URL, allow_credentials, allow_headers, allow_methods, allow_origin
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi.browser import (
    ENGINES,
    Browser,
    HTTPCache,
    HTTPRequest,
    HTTPResponse,
    NetworkError,
    explain,
    fetch,
    fetch_request,
    run,
)

NAMES = [
    "Access-Control-Allow-Origin",
    "access-control-allow-origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Cache-Control",
    "Content-Type",
    "Cross-Origin-Resource-Policy",
    "Location",
    "Set-Cookie",
    "Vary",
    "Age",
]
NEARLY = ["", "*", PAGE, "null", "true", "PUT", "x-a, *", "https://", "//[", "a=b; Domain=; Path"]
VALUES = st.sampled_from(NEARLY) | st.text(st.characters(max_codepoint=0xFF), max_size=30)
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8).map(tuple)
STATUSES = st.sampled_from([100, 200, 204, 302, 307, 304, 401, 405, 500, 999])


@given(
    engine=st.sampled_from([*ENGINES.values()]),
    method=st.sampled_from(["GET", "PUT", "patch"]),
    mode=st.sampled_from(["cors", "no-cors", "same-origin"]),
    credentials=st.sampled_from(["omit", "same-origin", "include"]),
    responses=st.lists(st.tuples(STATUSES, HEADERS), min_size=1, max_size=6),
)
@settings(deadline=None)
def test_any_responses(engine, method, mode, credentials, responses):
    request = fetch_request(
        PAGE,
        URL,
        method="GET" if mode == "no-cors" else method,
        headers={"X-A": "1"},
        mode=mode,
        credentials=credentials,
    )
    answers = iter(responses)

    def send(_request):
        status, headers = next(answers, (200, ()))
        return HTTPResponse(status, headers, b"", "\x1b[31m")

    outcome = run(fetch(request, Browser(engine=engine)), send)
    for name in ("chromium", "firefox", "webkit"):
        assert all(isinstance(line, str) for line in outcome.message(name))
    assert explain(outcome).replace("\n", "").isprintable()
    if isinstance(outcome, NetworkError):
        assert outcome.reason


SIZE = 2**18


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((allow_origin("," * SIZE),), id="commas in the origin"),
        pytest.param((allow_origin("x" * SIZE),), id="a long origin"),
        pytest.param((allow_origin("https://" + "a." * (SIZE // 2)),), id="many labels"),
        pytest.param((allow_origin("http://" + "1" * SIZE),), id="a long number for a host"),
        pytest.param((allow_origin(), allow_methods("," * SIZE)), id="commas in the methods"),
        pytest.param((allow_origin(), allow_methods("a," * (SIZE // 2))), id="many methods"),
        pytest.param(
            (allow_origin(), allow_methods("PUT"), allow_headers("a," * (SIZE // 2))),
            id="many headers",
        ),
        pytest.param(
            (allow_origin(), allow_methods("PUT"), ("Access-Control-Max-Age", "9" * SIZE)),
            id="a long number",
        ),
        pytest.param(
            (
                allow_origin(),
                allow_methods("PUT"),
                allow_headers("x-a"),
                ("Access-Control-Expose-Headers", "a," * (SIZE // 2)),
            ),
            id="many exposed headers",
        ),
        pytest.param(
            (allow_origin(), allow_credentials(), ("Set-Cookie", "a=b;" * (SIZE // 4))),
            id="a long cookie",
        ),
    ],
)
def test_a_long_value_costs_no_more_than_its_length(headers):
    request = fetch_request(PAGE, URL, method="PUT", headers={"X-A": "1"}, credentials="include")
    began = time.perf_counter()
    for engine in ENGINES.values():
        outcome = run(
            fetch(request, Browser(engine=engine)), lambda _request: HTTPResponse(200, headers)
        )
        for name in ("chromium", "firefox", "webkit"):
            outcome.message(name)
        explain(outcome)
    # Quadratic cost would take an hour; linear cost takes a second on a slow machine.
    assert time.perf_counter() - began < 30


def test_a_redirect_loop_ends():
    location = ("Location", URL + "/" + "../" * 10_000)
    outcome = run(
        fetch(fetch_request(PAGE, URL)),
        lambda _request: HTTPResponse(302, (allow_origin(), location)),
    )
    assert len(outcome.exchanges) == 21


def test_a_cache_with_a_long_vary():
    cache = HTTPCache()
    vary = ("Vary", "origin," * (SIZE // 8))
    request = HTTPRequest("GET", URL, (("Origin", PAGE),))
    began = time.perf_counter()
    cache.store(request, HTTPResponse(200, (("Cache-Control", "max-age=9"), vary)), 0.0)
    assert cache.lookup(request, 1.0) is not None
    assert time.perf_counter() - began < 30
