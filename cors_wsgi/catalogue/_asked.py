"""What a request asks a server to allow, in the words that a policy is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cors_wsgi.catalogue._types import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cors_wsgi import browser

_SAFELISTED_METHODS: Final = frozenset({"GET", "HEAD", "POST"})

# Names as people know them.
_KNOWN_NAMES: Final = {
    name.lower(): name
    for name in (
        "DNT",
        "DPoP",
        "ETag",
        "GraphQL-Require-Preflight",
        "Accept-Encoding",
        "Authorization",
        "Cache-Control",
        "Content-Encoding",
        "Content-Range",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-Modified-Since",
        "If-None-Match",
        "If-Unmodified-Since",
        "Last-Event-ID",
        "Prefer",
        "Range",
        "X-API-Key",
        "X-CSRF-Token",
        "X-CSRFToken",
        "X-Request-ID",
        "X-Requested-With",
        "X-XSRF-TOKEN",
        "baggage",
        "sentry-trace",
        "traceparent",
        "tracestate",
    )
}


def asked_for(request: browser.Request, exchanges: Iterable[browser.Exchange]) -> Wanted:
    """Return what a request asks for.

    Args:
        request: The request.
        exchanges: What went over the wire for it, in one browser or in several.
    """
    method = request.method.upper()
    return Wanted(
        origins=(request.origin,),
        methods=() if method in _SAFELISTED_METHODS else (method,),
        headers=tuple(_asked_headers(request, exchanges)),
        credentials=request.credentials == "include",
    )


def name_as_known(name: str) -> str:
    """Return a header's name in the case that people know, or else as it is written."""
    if name.lower() in _KNOWN_NAMES:
        return _KNOWN_NAMES[name.lower()]
    if any(char.isupper() for char in name):
        return name
    return "-".join(part.capitalize() for part in name.split("-"))


def _asked_headers(
    request: browser.Request, exchanges: Iterable[browser.Exchange]
) -> Iterator[str]:
    """Yield the names that preflights ask for, as script writes them."""
    written = {name.lower(): name for name, _ in request.headers}
    asked = {
        name.strip(" ")
        for exchange in exchanges
        if exchange.preflight
        for header, value in exchange.request.headers
        if header.lower() == "access-control-request-headers"
        for name in value.split(",")
    }
    return (name_as_known(written.get(name, name)) for name in sorted(asked) if name)
