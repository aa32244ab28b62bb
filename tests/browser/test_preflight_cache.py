"""The preflight cache: its key, how long it lasts, and where engines differ."""

import dataclasses

import pytest
from browser.playing import (
    PAGE,
    allow_credentials,
    allow_headers,
    allow_methods,
    allow_origin,
    answer,
    max_age,
    play,
)

from cors_wsgi.browser import (
    CHROMIUM,
    FIREFOX,
    STANDARD,
    WEBKIT,
    Browser,
    fetch,
    fetch_request,
    run,
    xhr_request,
)

ENGINES = pytest.mark.parametrize(
    "engine", [STANDARD, CHROMIUM, FIREFOX, WEBKIT], ids=lambda e: e.name
)
OK = answer(200, allow_origin(), allow_credentials())


def allowing(*headers):
    return answer(204, allow_origin(), allow_credentials(), *headers)


def preflighted(browser, preflight, *, now=0.0, **init):
    """Whether a fetch sends a preflight; the request itself is always allowed."""
    preflights = []

    def send(request):
        if request.method != "OPTIONS":
            return OK
        preflights.append(request)
        return preflight

    request = fetch_request(
        init.pop("page", PAGE), init.pop("url", "https://api.example/"), **{"method": "PUT"} | init
    )
    run(fetch(request, browser, now=now), send)
    return bool(preflights)


@pytest.mark.parametrize(
    ("engine", "value", "seconds"),
    [
        pytest.param(engine, value, seconds, id=f"{engine.name}, {value}")
        for value, by_engine in {
            None: (5, 5, 5, 5),
            "": (5, 5, 5, 5),
            "0": (0, 0, 0, 0),
            "-1": (5, 0, 0, 0),
            "60": (60, 60, 60, 60),
            "060": (60, 60, 60, 60),
            "abc": (5, 5, 0, 5),
            "5.5": (5, 5, 0, 5),
            "600s": (5, 5, 0, 5),
            "700": (700, 700, 700, 600),
            "8000": (8000, 7200, 8000, 600),
            "100000": (100000, 7200, 86400, 600),
            "9" * 5000: (10**12, 7200, 86400, 600),
        }.items()
        for engine, seconds in zip((STANDARD, CHROMIUM, FIREFOX, WEBKIT), by_engine, strict=True)
    ],
)
def test_how_long_an_answer_is_kept(engine, value, seconds):
    lasting = () if value is None else (max_age(value),)
    preflight = allowing(allow_methods("PUT"), *lasting)
    browser = Browser(engine=engine)
    assert preflighted(browser, preflight, now=1000.0)
    if seconds:
        assert not preflighted(browser, preflight, now=1000.0 + seconds - 0.1)
    assert preflighted(browser, preflight, now=1000.0 + seconds)


@pytest.mark.parametrize(
    ("engine", "seconds"), [(STANDARD, 5), (CHROMIUM, 5), (FIREFOX, 0), (WEBKIT, 5)]
)
def test_two_max_age_lines_are_no_number(engine, seconds):
    preflight = allowing(allow_methods("PUT"), max_age("60"), max_age("60"))
    browser = Browser(engine=engine)
    preflighted(browser, preflight)
    assert preflighted(browser, preflight, now=4.0) == (seconds == 0)
    assert preflighted(browser, preflight, now=5.0)


PUT_AND_A = (allow_methods("PUT, DELETE"), allow_headers("X-A, x-b"), max_age("60"))


@ENGINES
@pytest.mark.parametrize(
    ("second", "asks_again"),
    [
        pytest.param({}, False, id="the same request"),
        pytest.param({"method": "DELETE"}, False, id="another method that was allowed"),
        pytest.param({"method": "PATCH"}, True, id="a method that was not"),
        pytest.param({"headers": {"X-A": "1"}}, False, id="a header that was allowed"),
        pytest.param({"headers": {"X-B": "1", "x-a": "2"}}, False, id="two of them"),
        pytest.param({"headers": {"X-C": "1"}}, True, id="a header that was not"),
        pytest.param({"url": "https://api.example/?a=1"}, True, id="another query"),
        pytest.param({"url": "https://api.example/other"}, True, id="another path"),
        pytest.param({"page": "https://b.example"}, True, id="another page"),
        pytest.param({"credentials": "include"}, True, id="with credentials"),
    ],
)
def test_what_a_cached_answer_covers(engine, second, asks_again):
    browser = Browser(engine=engine)
    assert preflighted(browser, allowing(*PUT_AND_A))
    assert preflighted(browser, allowing(*PUT_AND_A), now=1.0, **second) == asks_again


@pytest.mark.parametrize(
    ("engine", "asks_again"),
    [(STANDARD, False), (CHROMIUM, False), (FIREFOX, True), (WEBKIT, False)],
)
def test_an_answer_with_credentials_serves_requests_without(engine, asks_again):
    browser = Browser(engine=engine)
    assert preflighted(browser, allowing(*PUT_AND_A), credentials="include")
    assert preflighted(browser, allowing(*PUT_AND_A), now=1.0) == asks_again


@pytest.mark.parametrize(
    ("engine", "asks_again"),
    [(STANDARD, False), (CHROMIUM, False), (FIREFOX, True), (WEBKIT, False)],
)
def test_a_cached_wildcard(engine, asks_again):
    star = allowing(allow_methods("*"), allow_headers("*"), max_age("60"))
    browser = Browser(engine=engine)
    assert preflighted(browser, star, headers={"X-A": "1"})
    second = {"method": "DELETE", "headers": {"X-B": "1"}}
    assert preflighted(browser, star, now=1.0, **second) == asks_again


@pytest.mark.parametrize(
    ("engine", "asks_again"), [(CHROMIUM, True), (FIREFOX, True), (WEBKIT, False)]
)
def test_a_cached_wildcard_and_authorization(engine, asks_again):
    star = allowing(allow_methods("PUT"), allow_headers("*"), max_age("60"))
    browser = Browser(engine=engine)
    authorized = {"headers": {"Authorization": "Bearer x"}}
    assert preflighted(browser, star, **authorized)
    assert preflighted(browser, star, now=1.0, **authorized) == asks_again


@ENGINES
def test_a_cached_wildcard_is_a_name_with_credentials(engine):
    star = allowing(allow_methods("*, PUT"), max_age("60"))
    browser = Browser(engine=engine)
    assert preflighted(browser, star, credentials="include")
    assert not preflighted(browser, star, now=1.0, credentials="include")
    assert preflighted(browser, star, now=1.0, credentials="include", method="DELETE")


@ENGINES
def test_lists_and_authorization_by_name_cost_one_preflight_for_all(engine):
    lists = allowing(allow_methods("PUT"), allow_headers("authorization"), max_age("60"))
    browser = Browser(engine=engine)
    authorized = {"headers": {"Authorization": "Bearer x"}, "credentials": "include"}
    assert preflighted(browser, lists, **authorized)
    assert not preflighted(browser, lists, now=1.0, **authorized)


def test_a_header_is_cached_for_safelisted_methods_too():
    lists = allowing(allow_headers("X-A"), max_age("60"))
    for method in ("GET", "POST"):
        for engine in (STANDARD, CHROMIUM, FIREFOX, WEBKIT):
            browser = Browser(engine=engine)
            asked = {"method": method, "headers": {"X-A": "1"}}
            assert preflighted(browser, lists, **asked)
            assert not preflighted(browser, lists, now=1.0, **asked)


@pytest.mark.parametrize(
    ("engine", "asks_again"),
    [(STANDARD, False), (CHROMIUM, False), (FIREFOX, True), (WEBKIT, False)],
)
def test_head_must_be_listed_for_firefoxs_cache(engine, asks_again):
    lists = allowing(allow_headers("X-A"), max_age("60"))
    browser = Browser(engine=engine)
    asked = {"method": "HEAD", "headers": {"X-A": "1"}}
    assert preflighted(browser, lists, **asked)
    assert preflighted(browser, lists, now=1.0, **asked) == asks_again


@pytest.mark.parametrize(
    ("engine", "asks_again"),
    [(STANDARD, False), (CHROMIUM, True), (FIREFOX, False), (WEBKIT, True)],
)
def test_a_second_answer_adds_to_the_first_or_replaces_it(engine, asks_again):
    browser = Browser(engine=engine)
    put = allowing(allow_methods("PUT"), max_age("60"))
    delete = allowing(allow_methods("DELETE"), max_age("60"))
    assert preflighted(browser, put)
    assert preflighted(browser, delete, now=1.0, method="DELETE")
    assert preflighted(browser, put, now=2.0) == asks_again


@ENGINES
def test_a_preflight_that_fails_costs_what_was_cached(engine):
    browser = Browser(engine=engine)
    put = allowing(allow_methods("PUT"), max_age("60"))
    assert preflighted(browser, put)
    assert preflighted(browser, answer(404), now=1.0, method="DELETE")
    assert preflighted(browser, put, now=2.0)


def test_a_newer_answer_renews_what_it_repeats():
    browser = Browser()
    assert preflighted(browser, allowing(allow_methods("PUT"), max_age("10")))
    both = allowing(allow_methods("PUT, DELETE"), max_age("10"))
    assert preflighted(browser, both, now=5.0, method="DELETE")
    assert not preflighted(browser, both, now=14.0)
    assert preflighted(browser, both, now=15.0)


@pytest.mark.parametrize(
    ("engine", "asks_again"),
    [(STANDARD, True), (CHROMIUM, True), (FIREFOX, True), (WEBKIT, False)],
)
def test_what_a_refusal_allows_is_cached_by_webkit(engine, asks_again):
    browser = Browser(engine=engine)
    refusing = allowing(allow_methods("DELETE"), max_age("60"))
    assert preflighted(browser, refusing)
    assert preflighted(browser, refusing, now=1.0, method="DELETE") == asks_again


@pytest.mark.parametrize(
    ("engine", "forgotten"), [(STANDARD, True), (CHROMIUM, False), (FIREFOX, True), (WEBKIT, False)]
)
def test_a_failed_request_and_what_was_cached(engine, forgotten):
    browser = Browser(engine=engine)
    assert preflighted(browser, allowing(*PUT_AND_A))
    play(answer(500), browser=browser, url="https://api.example/", method="PUT", now=1.0)
    assert preflighted(browser, allowing(*PUT_AND_A), now=2.0) == forgotten


@ENGINES
def test_a_refused_preflight_is_not_cached_for_what_it_refused(engine):
    browser = Browser(engine=engine)
    refusing = allowing(allow_methods("DELETE"), max_age("60"))
    assert preflighted(browser, refusing)
    assert preflighted(browser, refusing, now=1.0)


def uploads(browser, preflight, *, method="POST", page=PAGE, listener=True):
    """How an XMLHttpRequest with a listener on its upload goes: preflights, and the verdict."""
    request = xhr_request(
        page, "https://api.example/", method=method, body="x", upload_listener=listener
    )
    answers = {"OPTIONS": preflight}
    outcome = run(fetch(request, browser), lambda wire: answers.get(wire.method, OK))
    return sum(exchange.preflight for exchange in outcome.exchanges), outcome.shared


@ENGINES
def test_a_method_that_was_refused_is_not_remembered(engine):
    browser = Browser(engine=engine)
    nothing = allowing()
    assert uploads(browser, nothing, method="PUT") == (1, False)
    assert preflighted(browser, nothing, method="PUT")


@pytest.mark.parametrize(
    ("engine", "again"),
    [
        pytest.param(STANDARD, 1, id="standard"),
        pytest.param(CHROMIUM, 0, id="chromium"),
        pytest.param(FIREFOX, 0, id="firefox"),
        pytest.param(WEBKIT, 0, id="webkit"),
    ],
)
def test_a_forced_preflight_and_an_answer_that_lacks_the_method(engine, again):
    browser = Browser(engine=engine)
    preflight = allowing(allow_methods("PUT"), max_age("600"))
    assert uploads(browser, preflight) == (1, True)
    assert uploads(browser, preflight) == (again, True)


@pytest.mark.parametrize(
    ("engine", "first", "then", "again"),
    [
        pytest.param(engine, first, then, again, id=f"{engine.name}: {first}, then {then}")
        for (first, then), by_engine in {
            ("include", "omit"): (False, True, True, False),
            ("include", "include"): (True, True, True, True),
            ("omit", "omit"): (False, False, True, False),
            ("omit", "include"): (True, True, True, True),
        }.items()
        for engine, again in zip((STANDARD, CHROMIUM, FIREFOX, WEBKIT), by_engine, strict=True)
    ],
)
def test_a_wildcard_that_was_cached(engine, first, then, again):
    browser = Browser(engine=engine)
    preflight = allowing(allow_methods("PUT, *"), max_age("600"))
    assert preflighted(browser, preflight, credentials=first)
    assert preflighted(browser, preflight, method="DELETE", credentials=then) == again


def test_hits_that_are_ignored_on_a_new_site():
    browser = Browser(engine=dataclasses.replace(FIREFOX, ignored_cache_hits=2))
    preflight = allowing(allow_methods("PUT"), max_age("600"))
    urls = ["https://api.example/"] * 4 + ["https://www.api.example/"] * 2
    assert [preflighted(browser, preflight, url=url) for url in urls] == [
        *(True, True, True, False),
        *(True, False),
    ]
    assert preflighted(browser, preflight, url="https://other.test/")
    assert preflighted(browser, preflight, url="https://other.test/")
