"""What is asked beside the fetch, made from it: other URLs, other methods, no side effects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from cors_wsgi.browser import HTTPRequest, origin_of
from cors_wsgi.doctor.hosts import is_trustworthy, site_of

if TYPE_CHECKING:
    from cors_wsgi.browser import Request

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND"})
"""The methods that are safe (RFC 9110, section 9.2.1, and RFC 4918, section 9.1)."""

_FRESH: Final = "cors-wsgi-check=1"
_NOWHERE: Final = "cors-wsgi-check-no-such-page"
_ODD: Final = "%FF%00"
"""A byte that is no UTF-8, and one that databases refuse: many an application fails on either."""


def as_safe(request: HTTPRequest) -> HTTPRequest:
    """Return the same request without side effects: as a GET, unless its method is safe."""
    if request.method in SAFE_METHODS:
        return request
    headers = tuple(h for h in request.headers if h[0].lower() != "content-type")
    return replace(request, method="GET", headers=headers, body=b"")


def added_headers(request: HTTPRequest, page: str) -> tuple[tuple[str, str], ...]:
    """Return what a browser adds to a page's request, in the order in which Chromium does.

    `Referer` follows the default policy, strict-origin-when-cross-origin
    (https://w3c.github.io/webappsec-referrer-policy/#default-referrer-policy): between origins it
    is the page's origin, unless that goes from https to http. `Sec-Fetch-*` go to trustworthy URLs
    only (https://w3c.github.io/webappsec-fetch-metadata/#fetch-metadata-set).
    """
    added: list[tuple[str, str]] = []
    if is_trustworthy(request.url):
        site = site_of(page, request.url)
        added += [
            ("Sec-Fetch-Site", site),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Dest", "empty"),
        ]
    downgrades = page.startswith("https:") and not request.url.startswith("https:")
    if page.startswith(("http:", "https:")) and not downgrades:
        added.append(("Referer", f"{page}/"))
    return tuple(added)


def get(request: Request, *, origin: bool = True) -> HTTPRequest:
    """Return a GET with the headers that script sets."""
    names = {name.lower() for name, _ in request.headers}
    headers = [h for h in request.headers if h[0].lower() != "content-type"]
    if "accept" not in names:
        headers.append(("Accept", "*/*"))
    if origin:
        headers.append(("Origin", request.origin))
    return HTTPRequest("GET", request.url, tuple(headers))


def below(request: Request) -> Request:
    """Return the same fetch of a page that is not there, under what governs the URL."""
    path = urlsplit(request.url).path.rstrip("/")
    return replace(request, url=_with_path(request.url, f"{path}/{_NOWHERE}"))


def at_root(request: Request) -> Request:
    """Return the same fetch of a page that is not there, at the root of the server."""
    return replace(request, url=_with_query(_with_path(request.url, f"/{_NOWHERE}"), ""))


def other_slash(request: Request) -> Request | None:
    """Return the same fetch with or without a slash at the end; None if the path is a slash."""
    path = urlsplit(request.url).path or "/"
    slashed = path.rstrip("/") if path.endswith("/") else path + "/"
    return replace(request, url=_with_path(request.url, slashed)) if slashed else None


def other_scheme(request: Request) -> Request | None:
    """Return the same fetch over http for https or the reverse, on its port or the default."""
    parts = urlsplit(request.url)
    scheme = {"http": "https", "https": "http"}[parts.scheme]
    changed = urlunsplit(parts._replace(scheme=scheme))
    return None if origin_of(changed) == origin_of(request.url) else replace(request, url=changed)


def fresh(request: Request) -> Request:
    """Return the same fetch under a URL that no cache has seen."""
    query = urlsplit(request.url).query
    return replace(request, url=_with_query(request.url, f"{query}&{_FRESH}" if query else _FRESH))


def odd(request: Request) -> Request:
    """Return the same fetch with odd bytes as the value of each parameter, or as the query."""
    names = [part.partition("=")[0] for part in urlsplit(request.url).query.split("&") if part]
    query = "&".join(f"{name}={_ODD}" for name in names) or _ODD
    return replace(request, url=_with_query(request.url, query))


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))


def _with_query(url: str, query: str) -> str:
    return urlunsplit(urlsplit(url)._replace(query=query))
