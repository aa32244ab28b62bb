"""Redirects: origin tainting, a preflight for each hop, what is dropped on the way."""

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

from cors_wsgi.browser import FIREFOX, Step, fetch_request

API = "https://api.example/a"
OTHER = "https://other.example/b"


def to(location, status=302, *headers):
    return answer(status, *headers, ("Location", location))


def test_within_the_other_origin_the_origin_stays():
    outcome = play(to("/c", 302, allow_origin()), answer(200, allow_origin()), url=API)
    assert sent(outcome) == ["GET https://api.example/a", "GET https://api.example/c"]
    assert [header(e, "Origin") for e in outcome.exchanges] == [PAGE, PAGE]
    assert (outcome.url, outcome.redirected, outcome.type) == (
        "https://api.example/c",
        True,
        "cors",
    )


def test_past_a_second_origin_the_origin_is_null():
    outcome = play(to(OTHER, 302, allow_origin()), answer(200, allow_origin("null")), url=API)
    assert [header(e, "Origin") for e in outcome.exchanges] == [PAGE, "null"]
    assert outcome.shared


def test_back_to_the_page_the_origin_is_null_and_cors_still_holds():
    home = PAGE + "/home"
    outcome = play(to(home, 302, allow_origin()), answer(200), url=API)
    assert header(outcome.exchanges[1], "Origin") == "null"
    assert (outcome.step, outcome.failure) == (Step.ORIGIN_ABSENT, "redirect-cross-origin")


def test_from_the_page_itself_the_first_other_origin_sees_the_pages():
    request = fetch_request(PAGE, PAGE + "/start")
    outcome = play(to(API), answer(200, allow_origin()), request=request)
    assert [header(e, "Origin") for e in outcome.exchanges] == [None, PAGE]
    assert outcome.type == "cors"


def test_a_redirect_itself_needs_its_headers():
    outcome = play(to(OTHER), url=API)
    assert sent(outcome) == ["GET https://api.example/a"]
    assert (outcome.step, outcome.failure) == (Step.ORIGIN_ABSENT, "redirect-cross-origin")


def test_chromium_names_both_urls():
    outcome = play(to(OTHER, 302, allow_origin()), answer(200), url=API)
    assert outcome.message("chromium") == (
        (
            f"Access to fetch at '{OTHER}' (redirected from '{API}') from origin '{PAGE}' has been "
            "blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the "
            "requested resource."
        ),
    )


ALLOWED = allow_methods("PUT"), allow_headers("x-a, authorization")


def test_each_hop_is_preflighted_anew():
    outcome = play(
        answer(204, allow_origin(), *ALLOWED),
        to(OTHER, 307, allow_origin()),
        answer(204, allow_origin("*"), *ALLOWED),
        answer(200, allow_origin("null")),
        url=API,
        method="PUT",
        headers={"X-A": "1", "Authorization": "Bearer x"},
        body="x",
    )
    assert sent(outcome) == [f"OPTIONS {API}", f"PUT {API}", f"OPTIONS {OTHER}", f"PUT {OTHER}"]
    asked = [header(e, "Access-Control-Request-Headers") for e in outcome.exchanges]
    assert asked == ["authorization,x-a", None, "x-a", None]
    assert [header(e, "Authorization") for e in outcome.exchanges] == [None, "Bearer x", None, None]
    assert [header(e, "Origin") for e in outcome.exchanges] == [PAGE, PAGE, "null", "null"]
    assert outcome.exchanges[-1].request.body == b"x"
    assert outcome.shared


def test_firefox_asks_in_the_pages_name_after_a_redirect():
    outcome = play(
        answer(204, allow_origin(), *ALLOWED),
        to(OTHER, 307, allow_origin()),
        answer(204, allow_origin(), *ALLOWED),
        answer(200, allow_origin("null")),
        url=API,
        method="PUT",
        engine=FIREFOX,
    )
    assert [header(e, "Origin") for e in outcome.exchanges] == [PAGE, PAGE, PAGE, "null"]
    assert outcome.shared


@pytest.mark.parametrize(
    ("method", "status", "becomes"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
        ("GET", 303, "GET"),
        ("HEAD", 303, "HEAD"),
    ],
)
def test_methods_after_a_redirect(method, status, becomes):
    body = "x" if method == "POST" else None
    outcome = play(
        to("/c", status, allow_origin()),
        answer(200, allow_origin()),
        url=API,
        method=method,
        body=body,
        headers={"Content-Language": "en"},
    )
    last = outcome.exchanges[-1]
    assert last.request.method == becomes
    kept = becomes == method
    assert last.request.body == (b"x" if body and kept else b"")
    assert header(last, "Content-Language") == ("en" if kept else None)
    assert (header(last, "Content-Type") is not None) == (body is not None and kept)


@pytest.mark.parametrize(
    ("location", "step"),
    [
        pytest.param("https://me:pw@api.example/", Step.REDIRECT_CREDENTIALS, id="a password"),
        pytest.param("data:,x", Step.REDIRECT_LOCATION, id="not HTTP"),
        pytest.param("https://", Step.REDIRECT_LOCATION, id="no host"),
        pytest.param("https://[::1/", Step.REDIRECT_LOCATION, id="no URL"),
    ],
)
def test_locations_that_cannot_be_followed(location, step):
    outcome = play(to(location, 302, allow_origin()), url=API)
    assert (outcome.step, outcome.failure) == (step, "redirect-cross-origin")


@pytest.mark.parametrize(
    ("engine", "line"),
    [
        (
            "chromium",
            (
                f"Access to fetch at '{API}' from origin '{PAGE}' has been blocked by CORS policy: "
                "Redirect location '' contains a username and password, which is disallowed for "
                "cross-origin requests."
            ),
        ),
        (
            "webkit",
            (
                "Cross-origin redirection to https://api.example/ denied by Cross-Origin Resource "
                "Sharing policy: redirection URL https://me:pw@api.example/ has credentials"
            ),
        ),
    ],
)
def test_consoles_on_a_password_in_a_location(engine, line):
    outcome = play(to("https://me:pw@api.example/", 302, allow_origin()), url=API)
    assert outcome.message(engine) == (line,)


def test_within_the_pages_own_origin_a_password_may_be_in_a_location():
    request = fetch_request(PAGE, PAGE + "/start")
    outcome = play(to("https://me:pw@app.example/"), answer(200), request=request)
    assert (outcome.type, outcome.url) == ("basic", "https://me:pw@app.example/")


def test_a_stream_cannot_be_sent_twice():
    outcome = play(
        answer(204, allow_origin()),
        to("/c", 307, allow_origin()),
        url=API,
        method="POST",
        body=b"x",
        streams=True,
    )
    assert outcome.step is Step.REDIRECT_STREAM


def test_twenty_redirects_are_followed_and_not_one_more():
    hops = [to(f"/{number}", 302, allow_origin()) for number in range(21)]
    assert play(*hops[:20], answer(200, allow_origin()), url=API).shared
    assert play(*hops, url=API).step is Step.REDIRECT_LIMIT


def test_redirect_modes():
    assert play(to("/c", 302, allow_origin()), url=API, redirect="error").step is (
        Step.REDIRECT_MODE_ERROR
    )
    manual = play(to("/c", 302, allow_origin()), url=API, redirect="manual")
    assert (manual.type, manual.status, manual.headers) == ("opaqueredirect", 0, {})


def test_a_redirect_status_without_location_is_a_response():
    outcome = play(answer(302, allow_origin()), url=API)
    assert (outcome.type, outcome.status) == ("cors", 302)


@pytest.mark.parametrize("location", [(), (("Location", ""),), (("Location", "/c"),)])
def test_mode_error_refuses_a_redirect_status_wherever_it_leads(location):
    response = answer(302, allow_origin(), *location)
    outcome = play(response, url=API, redirect="error")
    assert not outcome.shared
    assert outcome.step is Step.REDIRECT_MODE_ERROR


def test_no_cors_follows_redirects_anywhere():
    outcome = play(to(OTHER), answer(200), url=API, mode="no-cors")
    assert (outcome.type, outcome.url) == ("opaque", OTHER)
    assert play(url=API, mode="no-cors", redirect="manual").step is Step.OPAQUE_REDIRECT_MODE


def test_mode_same_origin_does_not_follow_a_redirect_elsewhere():
    request = fetch_request(PAGE, PAGE + "/start", mode="same-origin")
    assert play(to(API), request=request).step is Step.SAME_ORIGIN_MODE


def test_credentials_go_along_to_the_next_hop():
    outcome = play(
        to("/c", 302, allow_origin(), allow_credentials(), ("Set-Cookie", COOKIE)),
        answer(200, allow_origin(), allow_credentials()),
        url=API,
        credentials="include",
    )
    assert header(outcome.exchanges[1], "Cookie") == "s=1"


COOKIE = "s=1; Path=/; Secure; SameSite=None"
