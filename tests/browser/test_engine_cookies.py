"""Cookies as each engine has them, without a browser."""

import pytest
from browser.playing import answer

from cors_wsgi.browser import ENGINES, Browser, fetch, fetch_request, run

LOOPBACK = "http://127.0.0.1:1"
SAME_SITE = "http://127.0.0.1:2"
OTHER_SITE = "http://localhost:2"
NAMES = ("standard", "chromium", "firefox", "webkit")


def visit(browser, url, *lines, page=LOOPBACK, through=None):
    """Fetch with credentials, and return the Cookie header of the last request."""
    allow = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"))

    def send(request):
        origin = dict(request.headers).get("Origin", "*")
        shared = (("Access-Control-Allow-Origin", origin), allow[1])
        if request.url == through:
            return answer(302, *shared, ("Location", url))
        return answer(200, *shared, *(("Set-Cookie", line) for line in lines))

    outcome = run(fetch(fetch_request(page, through or url, credentials="include"), browser), send)
    return dict(outcome.exchanges[-1].request.headers).get("Cookie")


@pytest.mark.parametrize(
    ("line", "url", "expected"),
    [
        pytest.param("a=1", OTHER_SITE, (None, None, "a=1", "a=1"), id="no SameSite, other site"),
        pytest.param(
            "a=1; SameSite=bogus",
            OTHER_SITE,
            (None, None, "a=1", "a=1"),
            id="SameSite that nobody knows, other site",
        ),
        pytest.param(
            "a=1; SameSite=Lax", OTHER_SITE, (None, None, None, None), id="Lax, other site"
        ),
        pytest.param(
            "a=1; SameSite=None; Secure",
            OTHER_SITE,
            ("a=1", "a=1", "a=1", None),
            id="None and Secure, other site, loopback",
        ),
        pytest.param(
            "a=1; SameSite=None",
            SAME_SITE,
            (None, None, None, "a=1"),
            id="None without Secure",
        ),
        pytest.param(
            "a=1; Secure", SAME_SITE, ("a=1", "a=1", "a=1", None), id="Secure over http, loopback"
        ),
        pytest.param("a", SAME_SITE, ("a", "a", "a=", "a"), id="a text without ="),
        pytest.param("=a", SAME_SITE, ("a", "a", None, "a"), id="an empty name"),
        pytest.param("=a=b", SAME_SITE, ("a=b", None, None, "a=b"), id="an empty name, = in value"),
        pytest.param(
            "a=1; Domain=0.0.1", SAME_SITE, (None, None, None, "a=1"), id="part of an address"
        ),
        pytest.param(
            "a=1; Domain=127.0.0.1",
            SAME_SITE,
            ("a=1", "a=1", "a=1", "a=1"),
            id="a whole address",
        ),
        pytest.param(
            "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            SAME_SITE,
            ("a=1", "a=1", "a=1", None),
            id="Max-Age, then Expires",
        ),
        pytest.param(
            "a=1; Max-Age=", SAME_SITE, ("a=1", "a=1", "a=1", None), id="an empty Max-Age"
        ),
    ],
)
def test_where_engines_differ(line, url, expected):
    seen = []
    for name in NAMES:
        browser = Browser(engine=ENGINES[name])
        visit(browser, f"{url}/", line)
        seen.append(visit(browser, f"{url}/"))
    assert tuple(seen) == expected


@pytest.mark.parametrize(
    ("same_site", "expected"),
    [
        pytest.param("Lax", (None, "a=1", None, "a=1"), id="Lax"),
        pytest.param("Strict", (None, "a=1", None, "a=1"), id="Strict"),
        pytest.param("None; Secure", ("a=1", "a=1", "a=1", None), id="None"),
    ],
)
def test_after_a_redirect_through_another_site(same_site, expected):
    seen = []
    for name in NAMES:
        browser = Browser(engine=ENGINES[name])
        visit(browser, f"{SAME_SITE}/", f"a=1; SameSite={same_site}")
        seen.append(visit(browser, f"{SAME_SITE}/", through=f"{OTHER_SITE}/"))
    assert tuple(seen) == expected


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        pytest.param("http://app.site.localhost:2", (None, "a=1", None, "a=1"), id="its host"),
        pytest.param("http://api.site.localhost:2", (None, "a=1", None, None), id="another host"),
    ],
)
@pytest.mark.parametrize("same_site", ["Lax", "Strict"])
def test_after_a_redirect_back_to_the_site_of_the_page(same_site, back, expected):
    page = "http://app.site.localhost:1"
    seen = []
    for name in NAMES:
        browser = Browser(engine=ENGINES[name])
        visit(browser, f"{back}/", f"a=1; SameSite={same_site}", page=page)
        seen.append(visit(browser, f"{back}/", page=page, through="http://other.localhost:2/"))
    assert tuple(seen) == expected


@pytest.mark.parametrize(
    ("page", "api", "line", "expected"),
    [
        pytest.param(
            "https://alice.github.io",
            "https://bob.github.io",
            "a=1; SameSite=Lax; Secure",
            None,
            id="two customers of one host are two sites",
        ),
        pytest.param(
            "https://a.co.uk", "https://b.co.uk", "a=1; SameSite=Lax", None, id="two companies"
        ),
        pytest.param(
            "https://shop.a.co.uk",
            "https://api.a.co.uk",
            "a=1; SameSite=Lax",
            "a=1",
            id="one company",
        ),
        pytest.param(
            "https://api.a.co.uk",
            "https://api.a.co.uk",
            "a=1; Domain=co.uk",
            None,
            id="a public suffix as Domain",
        ),
        pytest.param(
            "https://api.a.co.uk",
            "https://api.a.co.uk",
            "a=1; Domain=a.co.uk",
            "a=1",
            id="the registrable domain as Domain",
        ),
        pytest.param(
            "https://github.io",
            "https://github.io",
            "a=1; Domain=github.io",
            "a=1",
            id="a public suffix that is the very host",
        ),
    ],
)
def test_sites_go_by_the_public_suffix_list(page, api, line, expected):
    browser = Browser()
    visit(browser, f"{api}/", line, page=page)
    assert visit(browser, f"{api}/", page=page) == expected
