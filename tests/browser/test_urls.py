"""Origins, sites, and what Chromium takes for a URL."""

import pytest

from cors_wsgi.browser import _sites, _url_parser, _urls, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example", "https://api.example"),
        ("HTTPS://API.example:443/a?b#c", "https://api.example"),
        ("http://api.example:80/", "http://api.example"),
        ("http://api.example:443/", "http://api.example:443"),
        ("https://me:pw@api.example:8443/", "https://api.example:8443"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_origins(url, origin):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    ["ftp://api.example/", "//api.example/", "/a", "https:///", "https://a:b/", "https://a:99999/"],
)
def test_what_has_no_origin(url):
    with pytest.raises(ValueError):  # noqa: PT011 - urllib.parse has messages of its own
        origin_of(url)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://app.example", True),
        ("http://localhost:3000", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("moz-extension://0f1e", True),
        ("https://app.example/", False),
        ("https://app.example:443", False),
        ("http://app.example:80", False),
        ("http://app.example:443", True),
        ("https://App.example", False),
        ("https://app.example:99999", False),
        ("https://-app.example", False),
        ("https://app..example", False),
        ("app.example", False),
        ("https://*.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_serialised_origins(text, is_one):
    assert _urls.is_serialized_origin(text) == is_one


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("https://app.site.example", "https://api.site.example", True),
        ("http://app.site.localhost", "http://api.site.localhost:8000", True),
        ("https://site.example", "http://site.example", False),
        ("https://app.example", "https://api.example", False),
        ("http://app.localhost", "http://api.localhost", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", True),
        ("http://127.0.0.1", "http://126.0.0.1", False),
        ("http://localhost:1", "http://localhost:2", True),
        ("null", "null", False),
    ],
)
def test_sites(first, second, same):
    assert _sites.same_site(first, second) == same


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("http://localhost:1", True),
        ("http://app.localhost", True),
        ("http://127.0.0.2", True),
        ("http://[::1]", True),
        ("http://localhost.example", False),
        ("http://10.0.0.1", False),
    ],
)
def test_loopback(origin, is_one):
    assert _urls.is_loopback(origin) == is_one


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("https://app.example", True),
        ("https://app.example/path?query", True),
        ("HTTP://app.example:8080", True),
        ("http:app.example", True),
        ("http://*", True),
        ("http://app.example:", True),
        ("http://app.example:65535", True),
        ("http://app.example:65536", False),
        ("http://app.example:*", False),
        ("http://app.example:\u0663", False),
        ("http://", False),
        ("http://:80", False),
        ("http://a<b", False),
        ("http://a|b", False),
        ("http://1.2.3.4", True),
        ("http://1.2.3.400", False),
        ("http://1.2.256", True),
        ("http://1.256.3", False),
        ("http://16777216", True),
        ("http://4294967296", False),
        ("http://1.2.3.4.5", False),
        ("http://a.1", False),
        ("http://1.a", True),
        ("http://app.example:00080", True),
        ("http://app.example:000065536", False),
        ("http://[::1]", True),
        ("http://[::1]:80", True),
        ("http://[::1", False),
        ("http://[::g]", False),
        ("http://me:pw@app.example", True),
        ("localhost:8000", True),
        ("chrome-extension://abc", True),
        ("app://", True),
        ("127.0.0.1:8000", False),
        ("app.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_what_chromium_takes_for_a_url(text, accepted):
    assert _url_parser.parses_as_url(text) == accepted
