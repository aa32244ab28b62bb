"""A shared HTTP cache, and what it does to CORS without Vary."""

import pytest
from browser.playing import URL, answer

from cors_wsgi.browser import HTTPCache, HTTPRequest


def request(method="GET", url=URL, **headers):
    return HTTPRequest(method, url, tuple(headers.items()))


def response(cache_control, *headers):
    return answer(200, ("Cache-Control", cache_control), *headers, body=b"x")


@pytest.mark.parametrize(
    ("cache_control", "kept"),
    [
        ("max-age=60", True),
        ("public, max-age=60", True),
        ("s-maxage=60, max-age=0", True),
        ("max-age=60, s-maxage=0", False),
        ("no-store, max-age=60", False),
        ("private, max-age=60", False),
        ("no-cache, max-age=60", False),
        ("max-age=0", False),
        ("max-age=soon", False),
        ("", False),
    ],
)
def test_what_is_stored(cache_control, kept):
    cache = HTTPCache()
    cache.store(request(), response(cache_control), 0.0)
    assert (cache.lookup(request(), 1.0) is not None) == kept


@pytest.mark.parametrize(
    ("first", "second", "hit"),
    [
        pytest.param({}, {}, True, id="the same"),
        pytest.param({"method": "HEAD"}, {}, False, id="only GET is stored"),
        pytest.param({"method": "OPTIONS"}, {"method": "OPTIONS"}, False, id="OPTIONS never"),
        pytest.param({}, {"method": "HEAD"}, False, id="only GET is served"),
        pytest.param({}, {"url": URL + "?a"}, False, id="another query"),
        pytest.param({"Authorization": "x"}, {}, False, id="made for somebody"),
        pytest.param({}, {"Origin": "https://b.example"}, True, id="another origin, no Vary"),
    ],
)
def test_what_is_served(first, second, hit):
    cache = HTTPCache()
    cache.store(request(**first), response("max-age=60"), 0.0)
    assert (cache.lookup(request(**second), 1.0) is not None) == hit


@pytest.mark.parametrize(
    ("vary", "headers", "hit"),
    [
        ("Origin", {"Origin": "https://a.example"}, True),
        ("origin, accept", {"Origin": "https://a.example"}, True),
        ("Origin", {"Origin": "https://b.example"}, False),
        ("Origin", {}, False),
        ("*", {"Origin": "https://a.example"}, False),
    ],
)
def test_vary(vary, headers, hit):
    cache = HTTPCache()
    stored = response("max-age=60", ("Vary", vary))
    cache.store(request(Origin="https://a.example"), stored, 0.0)
    assert (cache.lookup(request(**headers), 1.0) is not None) == hit


def test_an_answer_from_the_cache_says_its_age():
    cache = HTTPCache()
    cache.store(request(), response("max-age=60", ("Age", "7")), 10.0)
    served = cache.lookup(request(), 25.9)
    assert served == response("max-age=60", ("Age", "22"))
    assert cache.lookup(request(), 63.0) is None


def test_a_reload_passes_the_cache_by():
    cache = HTTPCache()
    cache.store(request(), response("max-age=60"), 0.0)
    assert cache.lookup(request(**{"Cache-Control": "no-cache"}), 1.0) is None


def test_purging():
    cache = HTTPCache()
    cache.store(request(), response("max-age=60"), 0.0)
    cache.purge()
    assert cache.lookup(request(), 1.0) is None


def test_one_variant_replaces_its_own_predecessor_only():
    cache = HTTPCache()
    for origin, number in (
        ("https://a.example", "1"),
        ("https://b.example", "2"),
        ("https://a.example", "3"),
    ):
        varying = response("max-age=60", ("Vary", "Origin"), ("X-Number", number))
        cache.store(request(Origin=origin), varying, 0.0)
    stored = [dict(s.response.headers)["X-Number"] for s in cache.responses[URL]]
    assert stored == ["3", "2"]
