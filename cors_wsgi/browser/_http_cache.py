"""A shared HTTP cache that honours Vary, to show what happens where Vary is missing.

The part of RFC 9111 that CORS meets: fresh responses to GET with an explicit lifetime in
Cache-Control. Left out: `Expires`, heuristic freshness, validation, invalidation by unsafe methods.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cors_wsgi.browser import _lists

if TYPE_CHECKING:
    from cors_wsgi.browser._wire import HTTPRequest, HTTPResponse


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A stored response, and the request that it was an answer to.

    Attributes:
        request: The request.
        response: The response.
        stored: When it was stored, on the caller's clock.
        age: How old it was then (RFC 9111, section 4.2.3).
        lifetime: For how many seconds it is fresh (RFC 9111, section 4.2.1).
    """

    request: HTTPRequest
    response: HTTPResponse
    stored: float
    age: float
    lifetime: float


@dataclass(slots=True)
class HTTPCache:
    """A cache between browsers and a server: a proxy, or a CDN.

    Attributes:
        responses: The stored responses of each URL.
    """

    responses: dict[str, list[StoredResponse]] = field(default_factory=dict)

    def lookup(self, request: HTTPRequest, now: float) -> HTTPResponse | None:
        """Return the stored response for a request, with its Age, or None (RFC 9111, section 4)."""
        if request.method != "GET" or "no-cache" in _directives(request.headers):
            return None
        for stored in self.responses.get(request.url, []):
            age = stored.age + now - stored.stored
            if age < stored.lifetime and _selected(stored, request):
                headers = _lists.without(stored.response.headers, frozenset({"age"}))
                return replace(stored.response, headers=(*headers, ("Age", str(int(age)))))
        return None

    def store(self, request: HTTPRequest, response: HTTPResponse, now: float) -> None:
        """Store a response if a shared cache may (RFC 9111, section 3)."""
        lifetime = _lifetime(request, response)
        if request.method != "GET" or lifetime <= 0:
            return
        kept = [s for s in self.responses.get(request.url, []) if not _selected(s, request)]
        age = _lists.extract_seconds(_lists.get(response.headers, "Age") or "", signed=False) or 0
        stored = StoredResponse(request, response, now, age, lifetime)
        self.responses[request.url] = [stored, *kept]

    def purge(self) -> None:
        """Forget everything."""
        self.responses.clear()


def _directives(headers: _lists.Headers) -> dict[str, str]:
    value = _lists.get(headers, "Cache-Control") or ""
    pairs = (element.strip(" \t").partition("=") for element in value.split(","))
    return {name.lower(): argument.strip('"') for name, _, argument in pairs if name}


def _lifetime(request: HTTPRequest, response: HTTPResponse) -> float:
    """Return how long a shared cache may use a response; 0 if it must not store it."""
    directives = _directives(response.headers)
    if directives.keys() & {"no-store", "private", "no-cache"}:
        return 0
    authorized = _lists.get(request.headers, "Authorization") is not None
    if authorized and not directives.keys() & {"public", "s-maxage", "must-revalidate"}:
        return 0  # RFC 9111, section 3.5
    value = directives.get("s-maxage", directives.get("max-age", ""))
    return _lists.extract_seconds(value, signed=False) or 0


def _selected(stored: StoredResponse, request: HTTPRequest) -> bool:
    """Tell whether the headers that Vary names are as stored (RFC 9111, section 4.1)."""
    vary = _lists.get(stored.response.headers, "Vary") or ""
    names = [name.strip(" \t") for name in vary.split(",") if name.strip(" \t")]
    return "*" not in names and all(
        _lists.get(stored.request.headers, name) == _lists.get(request.headers, name)
        for name in names
    )
