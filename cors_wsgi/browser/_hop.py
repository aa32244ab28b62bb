"""A request at one moment of its way: it changes with every redirect."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from cors_wsgi.browser import _charset, _lists, _sites, _urls

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._lists import Headers
    from cors_wsgi.browser._wire import HTTPResponse, Request

Tainting: TypeAlias = Literal["basic", "cors", "opaque"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A request with what redirects have made of it.

    Attributes:
        request: The request as script made it.
        urls: The URL list; the last is the current URL.
        method: The method now.
        set_headers: Script's headers, as the engine takes them.
        body: The body that is left.
        use_cors_preflight: The use-CORS-preflight flag, as far as the engine heeds it.
        tainting: The response tainting (#concept-request-response-tainting).
        dropped: Lower-case names of the headers that redirects have dropped.
        unnamed: Lower-case names of the headers that preflights no longer ask about.
        arrived_with: The method with which the request came to the current URL's origin.
        redirected_by: The response that led here, if a redirect did.
        was_preflighted: Whether the request needed a preflight before the last redirect.
    """

    request: Request
    urls: tuple[str, ...]
    method: str
    set_headers: Headers
    body: bytes | None
    use_cors_preflight: bool = False
    tainting: Tainting = "basic"
    dropped: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    arrived_with: str = "GET"
    redirected_by: HTTPResponse | None = None
    was_preflighted: bool = False

    @property
    def headers(self) -> Headers:
        """Script's headers that redirects have left."""
        return _lists.without(self.set_headers, self.dropped)

    @property
    def url(self) -> str:
        """The current URL."""
        return self.urls[-1]

    @property
    def target_origin(self) -> str:
        """The current URL's origin."""
        return _urls.origin_of(self.url)

    @property
    def origin(self) -> str:
        """The request's origin, serialised: `null` once tainted (#serializing-a-request-origin)."""
        return _urls.NULL_ORIGIN if self.is_tainted else self.request.origin

    @property
    def is_tainted(self) -> bool:
        """Whether the redirect-taint is not same-origin (#concept-request-tainted-origin)."""
        origins = [_urls.origin_of(url) for url in self.urls]
        return any(
            last not in {current, self.request.origin} for last, current in pairwise(origins)
        )

    @property
    def named_headers(self) -> Headers:
        """Script's headers that a preflight asks about."""
        return _lists.without(self.set_headers, self.unnamed)

    @property
    def crossed_sites(self) -> bool:
        """Whether the redirect-taint is cross-site (#concept-request-tainted-origin)."""
        return any(
            not _sites.same_site(last, current) and not _sites.same_site(last, self.request.origin)
            for last, current in pairwise(map(_urls.origin_of, self.urls))
        )

    @property
    def include(self) -> bool:
        """Whether the credentials mode is `include`."""
        return self.request.credentials == "include"

    def sends_credentials(self, engine: Engine) -> bool:
        """Tell whether cookies are sent (#concept-http-network-or-cache-fetch)."""
        if self.request.credentials != "same-origin":
            return self.include
        from_own = _urls.origin_of(self.urls[0]) == self.request.origin
        kept = engine.keeps_credentials_without_cors and self.tainting == "opaque" and from_own
        return self.tainting == "basic" or kept


def first_hop(request: Request, engine: Engine) -> Hop:
    """Return the request as it is at first, with the headers that the engine takes."""
    headers = _lists.without(request.headers, engine.ignored_request_headers)
    if engine.combines_request_headers:
        headers = _lists.combined(headers)
    body, forced = request.body, request.use_cors_preflight
    if request.streams and engine.streams == "sent as text":
        body, forced = b"[object ReadableStream]", False
        if _lists.get(headers, "Content-Type") is None:
            headers = (*headers, ("Content-Type", "text/plain;charset=UTF-8"))
    if request.text and not engine.judges_charset_as_set:
        headers = _charset.rewritten(headers, engine)
    if request.initiator == "xhr" and body is None and engine.upload_listener_needs_body:
        forced = False
    return Hop(
        request=request,
        urls=(request.url,),
        method=request.method,
        arrived_with=request.method,
        set_headers=headers,
        use_cors_preflight=forced,
        body=body,
    )
