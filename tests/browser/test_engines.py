"""Each deviation of an engine, without a browser: who does it, and who does not."""

import pytest
from browser.playing import (
    PAGE,
    allow_credentials,
    allow_headers,
    allow_methods,
    allow_origin,
    answer,
    header,
    play,
    sent,
)

from cors_wsgi.browser import ENGINES, Browser, fetch, fetch_request, run, xhr_request

API = "https://api.example/a"
OTHER = "https://other.example/b"


def by_engine(standard, chromium, firefox, webkit):
    values = {
        "standard": standard,
        "chromium": chromium,
        "firefox": firefox,
        "webkit": webkit,
    }
    return pytest.mark.parametrize(
        ("engine", "expected"),
        [pytest.param(ENGINES[name], value, id=name) for name, value in values.items()],
    )


def asked_headers(request, engine):
    """What the first request asks permission for; None if it is no preflight."""
    wire = next(fetch(request, Browser(engine=engine)))
    return dict(wire.headers).get("Access-Control-Request-Headers")


@by_engine("user-agent", None, "user-agent", "user-agent")
def test_a_user_agent_that_script_sets(engine, expected):
    request = fetch_request(PAGE, API, headers={"User-Agent": "mine"})
    assert asked_headers(request, engine) == expected


@by_engine(None, None, None, "mine")
def test_the_user_agent_of_preflights(engine, expected):
    request = fetch_request(PAGE, API, method="PUT", headers={"User-Agent": "mine"})
    preflight = next(fetch(request, Browser(engine=engine)))
    assert dict(preflight.headers).get("User-Agent") == expected


@by_engine(None, "content-type", None, "content-type")
def test_a_safelisted_header_twice(engine, expected):
    twice = [("Content-Type", "text/plain")] * 2
    assert asked_headers(fetch_request(PAGE, API, method="POST", headers=twice), engine) == expected


@by_engine("x-a", "x-a", "x-a,x-a", "x-a")
def test_an_unsafe_header_twice(engine, expected):
    request = fetch_request(PAGE, API, headers=[("X-A", "1"), ("x-a", "2")])
    assert asked_headers(request, engine) == expected


@by_engine("accept,accept-language", "accept,accept-language", None, "accept,accept-language")
def test_safelisted_headers_of_more_than_1024_bytes(engine, expected):
    names = ("Accept", "Accept-Language")
    long = [(name, "a" * 128) for name in names for _ in range(5)]
    alone = [(name, "a" * 128) for name in names]
    if engine.combines_request_headers:
        # Combined, each is longer than 128 bytes by itself.
        assert asked_headers(fetch_request(PAGE, API, headers=alone), engine) is None
    assert asked_headers(fetch_request(PAGE, API, headers=long), engine) == expected


@by_engine("OPTIONS", "POST", "OPTIONS", "OPTIONS")
def test_an_upload_listener_without_a_body(engine, expected):
    request = xhr_request(PAGE, API, method="POST", upload_listener=True)
    assert next(fetch(request, Browser(engine=engine))).method == expected


@by_engine(False, False, True, False)
def test_an_empty_line_beside_the_origin(engine, expected):
    # Spelled alike, the two lines are counted before one is dropped.
    empty = ("access-control-allow-origin", "")
    assert play(answer(200, allow_origin(), empty), engine=engine).shared == expected
    assert not play(answer(200, allow_origin(), allow_origin("")), engine=engine).shared


@by_engine(False, False, True, False)
def test_an_empty_line_beside_true(engine, expected):
    outcome = play(
        answer(200, allow_origin(), allow_credentials(), allow_credentials("")),
        engine=engine,
        credentials="include",
    )
    assert outcome.shared == expected


@by_engine(False, False, True, False)
def test_an_exposed_wildcard_before_a_malformed_element(engine, expected):
    exposing = ("Access-Control-Expose-Headers", "*, a b")
    outcome = play(answer(200, allow_origin(), exposing, ("X-A", "1")), engine=engine)
    assert ("x-a" in outcome.headers) == expected


@by_engine(False, True, True, True)
def test_a_wildcard_and_authorization(engine, expected):
    outcome = play(
        answer(204, allow_origin(), allow_headers("*")),
        *([answer(200, allow_origin())] if expected else []),
        engine=engine,
        headers={"Authorization": "Bearer x"},
    )
    assert outcome.shared == expected


ALLOWED = allow_methods("PUT, DELETE"), allow_headers("x-a, authorization, content-type")


def redirected(status, engine, **init):
    """Fetch from the API, which redirects to another origin that allows everything."""
    anybody = allow_origin("*")

    def send(request):
        if request.method == "OPTIONS" or request.url == OTHER:
            return answer(200, anybody, *ALLOWED)
        return answer(status, anybody, ("Location", OTHER))

    outcome = run(fetch(fetch_request(PAGE, API, **init), Browser(engine=engine)), send)
    assert outcome.shared
    return outcome


@by_engine(
    [f"GET {OTHER}"],
    [f"GET {OTHER}"],
    [f"OPTIONS {OTHER}", f"GET {OTHER}"],
    [f"OPTIONS {OTHER}", f"GET {OTHER}"],
)
def test_a_put_that_a_redirect_turns_into_a_get(engine, expected):
    outcome = redirected(303, engine, method="PUT", body=b"x")
    assert sent(outcome) == [f"OPTIONS {API}", f"PUT {API}", *expected]


@by_engine("DELETE", "DELETE", "DELETE", "GET")
def test_a_delete_that_is_redirected(engine, expected):
    outcome = redirected(307, engine, method="DELETE")
    assert outcome.exchanges[-1].request.method == expected


@by_engine("null", "null", PAGE, "null")
def test_the_origin_of_a_preflight_past_a_second_origin(engine, expected):
    outcome = redirected(307, engine, method="PUT")
    assert [header(e, "Origin") for e in outcome.exchanges[2:]] == [expected, "null"]


@by_engine("x-a", "x-a", "x-a", "authorization,x-a")
def test_what_a_preflight_asks_for_past_a_second_origin(engine, expected):
    headers = {"X-A": "1", "Authorization": "Bearer x"}
    outcome = redirected(307, engine, headers=headers)
    preflight, request = outcome.exchanges[2:]
    assert header(preflight, "Access-Control-Request-Headers") == expected
    assert header(request, "Authorization") is None
