"""What script gets to see of a response that is shared with it."""

import pytest
from browser.playing import allow_credentials, allow_origin, answer, play

from cors_wsgi.browser import fetch_request

HEADERS = (
    ("Content-Type", "text/plain"),
    ("Cache-Control", "no-store"),
    ("X-A", "1"),
    ("X-A", "2"),
    ("X-B", "3"),
    ("Set-Cookie", "session=secret"),
)
SAFELISTED = {"content-type": "text/plain", "cache-control": "no-store"}


def exposing(value):
    return ("Access-Control-Expose-Headers", value)


@pytest.mark.parametrize(
    ("exposed", "credentials", "readable"),
    [
        pytest.param([], "same-origin", {}, id="nothing exposed"),
        pytest.param(["X-a"], "same-origin", {"x-a": "1, 2"}, id="one, in any case"),
        pytest.param(["x-a", "X-B"], "same-origin", {"x-a": "1, 2", "x-b": "3"}, id="two lines"),
        pytest.param(["Set-Cookie"], "same-origin", {}, id="Set-Cookie never"),
        pytest.param(["x-a x-b"], "same-origin", {}, id="a malformed list is void"),
        pytest.param(["x-a, x b"], "same-origin", {}, id="one malformed element voids all"),
        pytest.param(["*"], "include", {}, id="* with credentials is a name"),
    ],
)
def test_exposed_headers(exposed, credentials, readable):
    outcome = play(
        answer(200, allow_origin(), allow_credentials(), *map(exposing, exposed), *HEADERS),
        credentials=credentials,
    )
    assert outcome.headers == SAFELISTED | readable


def test_a_wildcard_exposes_all_but_cookies():
    outcome = play(answer(200, allow_origin(), exposing("*"), *HEADERS))
    assert outcome.headers == SAFELISTED | {
        "x-a": "1, 2",
        "x-b": "3",
        "access-control-allow-origin": "https://app.example",
        "access-control-expose-headers": "*",
    }
    assert outcome.hidden_headers == ("set-cookie",)


def test_a_page_of_the_same_origin_reads_all_but_cookies():
    request = fetch_request("https://api.example", "https://api.example/")
    outcome = play(answer(200, *HEADERS), request=request)
    assert outcome.type == "basic"
    assert outcome.headers == SAFELISTED | {"x-a": "1, 2", "x-b": "3"}


def test_a_head_response_has_no_body():
    assert play(answer(200, allow_origin(), body=b"x"), method="HEAD").body == b""


def test_only_webkit_mentions_an_error_that_script_can_read():
    outcome = play(answer(404, allow_origin()))
    assert outcome.message("chromium") == ()
    assert outcome.message("firefox") == ()
    assert outcome.message("webkit") == (
        (
            "Failed to load resource: the server responded with a status of 404 ()  "
            "[https://api.example/users/7]"
        ),
    )
