"""A request at one moment of its way: it changes with every redirect."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from cors_wsgi.browser import _lists, _urls

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._lists import Headers
    from cors_wsgi.browser._wire import Request

Tainting: TypeAlias = Literal["basic", "cors", "opaque"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A request with what redirects have made of it.

    Attributes:
        request: The request as script made it.
        urls: The URL list; the last is the current URL.
        method: The method now.
        headers: Script's headers that are left.
        body: The body that is left.
        use_cors_preflight: The use-CORS-preflight flag, as far as the engine heeds it.
        tainting: The response tainting (#concept-request-response-tainting).
        unsent: Lower-case names of headers that only preflights still mention.
        was_preflighted: Whether the request needed a preflight before the last redirect.
    """

    request: Request
    urls: tuple[str, ...]
    method: str
    headers: Headers
    body: bytes | None
    use_cors_preflight: bool = False
    tainting: Tainting = "basic"
    unsent: frozenset[str] = frozenset()
    was_preflighted: bool = False

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
    def include(self) -> bool:
        """Whether the credentials mode is `include`."""
        return self.request.credentials == "include"

    @property
    def sends_credentials(self) -> bool:
        """Whether cookies go along (#concept-http-network-or-cache-fetch, includeCredentials)."""
        return self.include or (
            self.request.credentials == "same-origin" and self.tainting == "basic"
        )


def first_hop(request: Request, engine: Engine) -> Hop:
    """The request before anything has happened to it, with the headers that the engine takes."""
    headers = _lists.without(request.headers, engine.ignored_request_headers)
    idle_listener = request.initiator == "xhr" and request.body is None
    return Hop(
        request=request,
        urls=(request.url,),
        method=request.method,
        headers=_lists.combined(headers) if engine.combines_request_headers else headers,
        use_cors_preflight=request.use_cors_preflight
        and not (idle_listener and engine.upload_listener_needs_body),
        body=request.body,
    )
