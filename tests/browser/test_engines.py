"""Each deviation of an engine, without a browser: who does it, and who does not."""

import dataclasses
import itertools

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

from cors_wsgi.browser import ENGINES, Browser, Engine, fetch, fetch_request, run, xhr_request

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


def wire(request, engine, answers):
    """The requests of a fetch; `answers` has one for each URL, for preflights too."""
    outcome = run(fetch(request, Browser(engine=engine)), lambda sent: answers[sent.url])
    return outcome, [exchange.request for exchange in outcome.exchanges]


ANYBODY = allow_origin("*")


def chain(*urls, status=302):
    """Answers that lead from one URL to the next, and allow everything."""
    answers = {
        url: answer(status, ANYBODY, *ALLOWED, ("Location", target))
        for url, target in itertools.pairwise(urls)
    }
    return answers | {urls[-1]: answer(200, ANYBODY, *ALLOWED)}


class Server:
    """Answers preflights with what allows everything, and other requests by their URL."""

    def __init__(self, answers):
        self.answers = answers

    def __call__(self, request):
        preflight = request.method == "OPTIONS"
        return answer(200, ANYBODY, *ALLOWED) if preflight else self.answers[request.url]


@by_engine(["GET", "GET"], ["GET", "GET"], ["GET", "OPTIONS"], ["GET", "OPTIONS"])
def test_from_the_own_origin_with_a_header_that_is_dropped(engine, expected):
    answers = {f"{PAGE}/a": answer(302, ("Location", OTHER)), OTHER: answer(200, ANYBODY)}
    request = fetch_request(PAGE, f"{PAGE}/a", headers={"Authorization": "Bearer x"})

    def send(sent_request):
        return answer(404) if sent_request.method == "OPTIONS" else answers[sent_request.url]

    outcome = run(fetch(request, Browser(engine=engine)), send)
    assert [exchange.request.method for exchange in outcome.exchanges] == expected
    assert outcome.shared == (expected[-1] == "GET")


@by_engine(True, True, True, False)
def test_a_second_redirect_from_the_own_origin(engine, expected):
    answers = chain(f"{PAGE}/a", API, f"{API}/2")
    outcome, _ = wire(fetch_request(PAGE, f"{PAGE}/a"), engine, answers)
    assert outcome.shared == expected
    omitting = fetch_request(PAGE, f"{PAGE}/a", credentials="omit")
    assert wire(omitting, engine, answers)[0].shared


@by_engine(None, None, "application/json", "application/json")
def test_a_header_of_the_body_after_two_redirects(engine, expected):
    request = fetch_request(
        PAGE, API, method="POST", headers={"Content-Type": "application/json"}, body="{}"
    )
    places = (API, f"{API}/2", f"{API}/3")
    answers = chain(*places, status=307) | {API: answer(303, ANYBODY, ("Location", f"{API}/2"))}
    outcome = run(fetch(request, Browser(engine=engine)), Server(answers))
    assert header(outcome.exchanges[-1], "Content-Type") == expected


@by_engine(None, None, None, PAGE)
def test_the_origin_of_what_became_a_get(engine, expected):
    answers = {f"{PAGE}/a": answer(303, ("Location", "/b")), f"{PAGE}/b": answer(200)}
    _, sent_requests = wire(fetch_request(PAGE, f"{PAGE}/a", method="POST"), engine, answers)
    assert dict(sent_requests[-1].headers).get("Origin") == expected


@by_engine(PAGE, "null", PAGE, PAGE)
def test_the_origin_without_cors_after_a_redirect(engine, expected):
    answers = {f"{PAGE}/a": answer(307, ("Location", API)), API: answer(200)}
    request = fetch_request(PAGE, f"{PAGE}/a", method="POST", mode="no-cors")
    _, sent_requests = wire(request, engine, answers)
    assert dict(sent_requests[-1].headers).get("Origin") == expected


def locations(*values, status=302):
    return answer(status, ANYBODY, *(("Location", value) for value in values))


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(locations("/b", "/b"), (1, 2, 2, "/b, /b"), id="two alike"),
        pytest.param(locations("/b", "/c"), (1, 1, 1, "/b, /c"), id="two that differ"),
        pytest.param(locations(""), (21, 1, 21, 1), id="an empty one"),
        pytest.param(locations("/b", status=309), (1, 1, 1, 2), id="status 309"),
        pytest.param(locations("/b", status=305), (1, 1, 1, 1), id="status 305"),
    ],
)
def test_odd_locations(response, expected):
    for engine, number in zip(ENGINES.values(), expected, strict=True):
        seen = []

        def send(request, seen=seen):
            seen.append(request.url)
            return response if request.url == API else answer(200, ANYBODY)

        run(fetch(fetch_request(PAGE, API), Browser(engine=engine)), send)
        if isinstance(number, str):
            assert seen[1:] == [f"https://api.example{number.replace(' ', '%20')}"], engine.name
        else:
            assert len(seen) == number, engine.name


@pytest.mark.parametrize(
    ("response", "mode", "expected"),
    [
        pytest.param(locations(), "error", (None, "cors", None, "cors"), id="error, no Location"),
        pytest.param(
            locations(""), "error", (None, "cors", None, "cors"), id="error, an empty Location"
        ),
        pytest.param(locations("/b"), "error", (None,) * 4, id="error, a Location"),
        pytest.param(locations(), "manual", ("opaqueredirect",) * 4, id="manual, no Location"),
        pytest.param(
            locations("/b", status=309),
            "manual",
            ("cors", "cors", "cors", "opaqueredirect"),
            id="manual, status 309",
        ),
    ],
)
def test_redirects_that_are_not_followed(response, mode, expected):
    request = fetch_request(PAGE, API, redirect=mode)
    for engine, kind in zip(ENGINES.values(), expected, strict=True):
        outcome = run(fetch(request, Browser(engine=engine)), lambda _request: response)
        assert getattr(outcome, "type", None) == kind, engine.name


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("DPR", "1", (True, False, True, True), id="a client hint"),
        pytest.param("DPR", "one", (True, True, True, True), id="no client hint"),
        pytest.param("Save-Data", "on", (True, False, True, True), id="Save-Data"),
        pytest.param("ECT", "4g", (True, False, True, True), id="ECT"),
        pytest.param("Accept", "é", (False, False, True, False), id="a byte beyond ASCII"),
        pytest.param(
            "Content-Type", "text/plain;a,b", (False, False, True, False), id="a comma in a type"
        ),
        pytest.param(
            "Content-Type", "text/plain;a=b;", (False, False, True, False), id="an empty parameter"
        ),
        pytest.param("Content-Type", "text/plain;", (False,) * 4, id="a semicolon at the end"),
        pytest.param("Range", f"bytes={2**63 - 2}-", (False,) * 4, id="2^63 - 2"),
        pytest.param("Range", f"bytes={2**63 - 1}-", (False, True, False, False), id="2^63 - 1"),
        pytest.param("Range", f"bytes=0-{2**64}", (False, True, True, True), id="2^64"),
        pytest.param("Range", "BYTES=0-5", (True, True, True, False), id="a unit in capitals"),
        pytest.param("Range", "bytes=+0-5", (True, True, True, False), id="a plus sign"),
    ],
)
def test_what_needs_a_preflight(name, value, expected):
    request = fetch_request(PAGE, API, method="POST", headers={name: value})
    assert (
        tuple(asked_headers(request, engine) == name.lower() for engine in ENGINES.values())
        == expected
    )


@pytest.mark.parametrize(
    ("value", "anew", "in_place"),
    [
        pytest.param("text/plain;charset=x", "text/plain;charset=UTF-8", None, id="alone"),
        pytest.param(
            "Text/Plain; a=b; Charset=x",
            "text/plain;a=b;charset=UTF-8",
            "Text/Plain; a=b; Charset=UTF-8",
            id="after another parameter",
        ),
        pytest.param(
            "text/plain;charset=utf-8",
            "text/plain;charset=utf-8",
            "text/plain;charset=UTF-8",
            id="UTF-8",
        ),
        pytest.param("text/plain", "text/plain", None, id="none"),
        pytest.param("foo;charset=x", "foo;charset=x", "foo;charset=UTF-8", id="no MIME type"),
        pytest.param("text/plain;charset=", "text/plain;charset=", None, id="empty"),
    ],
)
def test_the_charset_of_text(value, anew, in_place):
    for engine in ENGINES.values():
        request = xhr_request(
            PAGE, f"{PAGE}/a", method="POST", headers={"Content-Type": value}, body="x"
        )
        wire_request = next(fetch(request, Browser(engine=engine)))
        expected = (in_place or anew) if engine.name == "chromium" else anew
        assert dict(wire_request.headers)["Content-Type"] == expected, engine.name
        in_bytes = xhr_request(
            PAGE, f"{PAGE}/a", method="POST", headers={"Content-Type": value}, body=b"x"
        )
        assert dict(next(fetch(in_bytes, Browser(engine=engine))).headers)["Content-Type"] == value


@by_engine(False, True, True, False)
def test_a_quoted_charset_needs_a_preflight(engine, expected):
    typed = {"Content-Type": 'text/plain;charset="x"'}
    request = xhr_request(PAGE, API, method="POST", headers=typed, body="x")
    assert (next(fetch(request, Browser(engine=engine))).method == "OPTIONS") == expected


@by_engine(["OPTIONS", "POST"], ["OPTIONS"], ["POST"], [])
def test_a_stream(engine, expected):
    request = fetch_request(PAGE, API, method="POST", body="x", streams=True)
    outcome = run(fetch(request, Browser(engine=engine)), Server({API: answer(200, ANYBODY)}))
    assert [exchange.request.method for exchange in outcome.exchanges] == expected
    assert outcome.shared == (expected[-1:] == ["POST"])
    if engine.name == "firefox":
        assert outcome.exchanges[0].request.body == b"[object ReadableStream]"


@by_engine(True, False, True, True)
def test_status_407(engine, expected):
    assert play(answer(407, ANYBODY), engine=engine).shared == expected


@by_engine("opaque", None, "opaque", "opaque")
def test_a_resource_policy_between_ports_of_an_address(engine, expected):
    request = fetch_request("http://127.0.0.1:1", "http://127.0.0.1:2/", mode="no-cors")
    policy = ("Cross-Origin-Resource-Policy", "same-site")
    outcome = play(answer(200, policy), engine=engine, request=request)
    assert getattr(outcome, "type", None) == expected


@pytest.mark.parametrize("make_request", [fetch_request, xhr_request])
@by_engine(True, False, True, True)
def test_a_redirect_with_a_user_on_the_own_origin(engine, expected, make_request):
    own = "http://127.0.0.1:8001"
    request = make_request(own, f"{own}/")
    response = answer(302, ("Location", "http://me@127.0.0.1:8001/b"))
    outcome = run(
        fetch(request, Browser(engine=engine)),
        lambda sent_request: response if sent_request.url == f"{own}/" else answer(200),
    )
    assert outcome.shared == (expected or make_request is xhr_request)


def test_every_option_is_used_by_an_engine_or_off():
    options = {
        option.name: {getattr(engine, option.name) for engine in ENGINES.values()}
        for option in dataclasses.fields(Engine)
    }
    unused = {name for name, values in options.items() if len(values) == 1}
    assert unused == {"ignored_cache_hits", "blocks_third_party_cookies"}


def test_third_party_cookies_can_be_blocked():
    engine = dataclasses.replace(ENGINES["standard"], blocks_third_party_cookies=True)
    cookie = ("Set-Cookie", "a=1; SameSite=None; Secure")
    outcome = play(
        answer(200, allow_origin(), allow_credentials(), cookie),
        engine=engine,
        url="https://other.test/",
        credentials="include",
    )
    assert [withheld.reason for withheld in outcome.withheld_cookies] == ["it is a third party's"]


def test_no_request_goes_to_a_blocked_port():
    outcome = play(url="https://api.example:25/")
    assert outcome.step.url == "https://fetch.spec.whatwg.org/#block-bad-port"
    assert outcome.reason == "Browsers send nothing to the port of https://api.example:25/."
    redirected = play(answer(302, ANYBODY, ("Location", "https://api.example:6000/")))
    assert redirected.step is outcome.step
    assert len(redirected.exchanges) == 1
