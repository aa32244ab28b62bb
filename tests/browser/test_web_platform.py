"""The model of the standard, held against what the web-platform-tests expect."""

import pytest
from browser.web_platform import ERROR, FILES, MIME_TYPES, OWN, REFUSING, shared

from cors_wsgi.browser import (
    Browser,
    HTTPResponse,
    NetworkError,
    ScriptError,
    _mime,
    fetch,
    fetch_request,
    run,
)

CASES = [pytest.param(case, id=f"{file.__name__}: {case.id}") for file in FILES for case in file()]


def play(case):
    """Let a browser with one cookie of the page's host make the request of a case."""
    browser = Browser()
    cookie = HTTPResponse(200, (("Set-Cookie", "a=1"),))
    run(fetch(fetch_request(OWN, f"{OWN}/"), browser), lambda request: cookie)

    def send(request):
        preflight = any(name == "Access-Control-Request-Method" for name, _ in request.headers)
        if preflight:
            answer = case.preflight.get(request.url, REFUSING)
        elif request.url == case.url and not case.actual:
            answer = shared()
        else:
            answer = case.actual.get(request.url, REFUSING)
        return HTTPResponse(*answer)

    return run(fetch(fetch_request(OWN, case.url, **case.init), browser), send)


def origin_of_request(request):
    return dict(request.headers).get("Origin")


def assert_met(case):
    """Play a case, and assert everything that it says."""
    try:
        outcome = play(case)
    except ScriptError:
        assert case.verdict == ERROR
        return
    verdict = ERROR if isinstance(outcome, NetworkError) else outcome.type
    assert verdict == case.verdict
    for name, value in case.headers.items():
        assert outcome.headers.get(name.lower()) == value
    sent = [exchange.request for exchange in outcome.exchanges]
    if case.wire is not None:
        seen = [(request.method, request.url, origin_of_request(request)) for request in sent]
        assert seen == case.wire
    if case.carries:
        carried = {name.lower(): value for name, value in sent[-1].headers}
        assert {name: carried.get(name) for name in case.carries} == case.carries


@pytest.mark.parametrize("case", CASES)
def test_the_standard_is_met(case):
    assert_met(case)


@pytest.mark.parametrize(("text", "serialised"), MIME_TYPES.items())
def test_mime_types(text, serialised):
    parsed = _mime.parse(text)
    assert (None if parsed is None else str(parsed)) == serialised


def test_there_are_enough_of_them():
    assert len(CASES) + len(MIME_TYPES) >= 500
