"""Which cookies go along, and why the others stay behind."""

import pytest
from browser.playing import PAGE, allow_credentials, allow_origin, answer, header, play

from cors_wsgi.browser import Browser, WithheldCookie, fetch_request

API = "https://api.example/a/b"
SHARED = allow_origin(), allow_credentials()


def cookies_sent(browser, url=API, page=PAGE, credentials="include", now=0.0):
    outcome = play(
        answer(200, allow_origin(page), allow_credentials()),
        browser=browser,
        request=fetch_request(page, url, credentials=credentials),
        now=now,
    )
    return header(outcome.exchanges[0], "Cookie"), outcome.withheld_cookies


def browser_with(line, url=API):
    """A browser that a page of the same origin has been given a cookie in."""
    origin = "/".join(url.split("/")[:3])
    browser = Browser()
    request = fetch_request(origin, url)
    play(answer(200, ("Set-Cookie", line)), browser=browser, request=request)
    return browser


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("s=1; SameSite=None; Secure", None, id="for other sites"),
        pytest.param(
            "s=1; Secure", "SameSite=Lax and the page is on another site", id="without SameSite"
        ),
        pytest.param(
            "s=1; samesite=STRICT", "SameSite=Strict and the page is on another site", id="Strict"
        ),
    ],
)
def test_cookies_across_sites(line, reason):
    value, withheld = cookies_sent(browser_with(line))
    assert value == ("s=1" if reason is None else None)
    assert withheld == (() if reason is None else (WithheldCookie("s", reason),))


def test_samesite_none_needs_secure_to_be_stored_at_all():
    request = fetch_request("https://api.example", API)
    browser = Browser()
    outcome = play(
        answer(200, ("Set-Cookie", "s=1; SameSite=None")), browser=browser, request=request
    )
    assert outcome.withheld_cookies == (WithheldCookie("s", "SameSite=None needs Secure"),)
    assert browser.cookies.cookies == {}


def test_within_a_site_lax_cookies_go_along():
    browser = browser_with("s=1", "https://api.site.example/a")
    page = "https://app.site.example"
    value, withheld = cookies_sent(browser, "https://api.site.example/a", page)
    assert (value, withheld) == ("s=1", ())


@pytest.mark.parametrize(
    ("credentials", "page", "value"),
    [
        ("include", PAGE, "s=1"),
        ("same-origin", PAGE, None),
        ("omit", "https://api.example", None),
        ("same-origin", "https://api.example", "s=1"),
    ],
)
def test_credentials_modes(credentials, page, value):
    browser = browser_with("s=1; SameSite=None; Secure")
    assert cookies_sent(browser, page=page, credentials=credentials)[0] == value


@pytest.mark.parametrize(
    ("line", "url", "value"),
    [
        pytest.param("s=1", "https://api.example/a/c", "s=1", id="default path"),
        pytest.param("s=1", "https://api.example/b", None, id="outside the default path"),
        pytest.param("s=1; Path=/", "https://api.example/", "s=1", id="path"),
        pytest.param("s=1; Path=/x", "https://api.example/xy", None, id="whole segments"),
        pytest.param("s=1; Path=/", "https://www.api.example/", None, id="host only"),
        pytest.param(
            "s=1; Path=/; Domain=.api.example", "https://www.api.example/", "s=1", id="domain"
        ),
        pytest.param(
            "s=1; Path=/; Domain=other.example", "https://other.example/", None, id="alien"
        ),
        pytest.param("s=1; Path=/; Secure", "http://api.example/", None, id="Secure and http"),
        pytest.param("s=1; Path=/; Max-Age=0", "https://api.example/", None, id="deleted"),
        pytest.param(
            "s=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "https://api.example/",
            None,
            id="1970",
        ),
        pytest.param("s=1; PATH=/; MAX-AGE=0", "https://api.example/", None, id="capitals"),
        pytest.param("s=1; Path=/a/b", "https://api.example/a/b", "s=1", id="the very path"),
        pytest.param("s=1; Path=nowhere", "https://api.example/a/c", "s=1", id="no path"),
        pytest.param("=1; Path=/", "https://api.example/", "1", id="an empty name"),
        pytest.param("nonsense", "https://api.example/a/b", "nonsense", id="no name"),
    ],
)
def test_where_a_cookie_goes(line, url, value):
    page = "/".join(url.split("/")[:3])
    assert cookies_sent(browser_with(line), url, page)[0] == value


def test_cookies_expire():
    browser = browser_with("s=1; SameSite=None; Secure; Max-Age=60")
    assert cookies_sent(browser, now=59.0)[0] == "s=1"
    assert cookies_sent(browser, now=60.0)[0] is None


@pytest.mark.parametrize(
    "end", ["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01-Jan-1970 00:00:00 GMT"]
)
def test_a_cookie_that_is_over_is_forgotten(end):
    browser = browser_with("s=1; Path=/")
    assert len(browser.cookies.cookies) == 1
    request = fetch_request("https://api.example", API)
    play(answer(200, ("Set-Cookie", f"s=; Path=/; {end}")), browser=browser, request=request)
    assert browser.cookies.cookies == {}


def test_longer_paths_come_first():
    browser = browser_with("a=1; Path=/; SameSite=None; Secure")
    play(
        answer(200, ("Set-Cookie", "b=2; Path=/a; SameSite=None; Secure")),
        browser=browser,
        request=fetch_request("https://api.example", API),
    )
    assert cookies_sent(browser)[0] == "b=2; a=1"


def test_a_preflight_never_carries_cookies():
    browser = browser_with("s=1; SameSite=None; Secure")
    outcome = play(answer(401), browser=browser, url=API, method="PUT", credentials="include")
    assert header(outcome.exchanges[0], "Cookie") is None
    assert outcome.failure == "preflight-auth"
