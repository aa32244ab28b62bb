"""What a fetch comes to: a filtered response or a network error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from cors_wsgi.browser import _failures, _lists, _redirect, _standard, consoles
from cors_wsgi.browser._wire import Exchange, HTTPResponse, Request

if TYPE_CHECKING:
    from cors_wsgi.browser._cookies import WithheldCookie
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._steps import Failure, Step

EXPOSE_HEADERS = "Access-Control-Expose-Headers"
ResponseType: TypeAlias = Literal["basic", "cors", "opaque", "opaqueredirect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredResponse:
    """The response as script sees it (#concept-filtered-response).

    Attributes:
        request: What script asked for.
        engine: The engine that the model played.
        hop: The request as it was at the end.
        exchanges: What went over the wire, in order.
        withheld_cookies: Cookies that were not sent or not stored, and why.
        type: The response's type.
        status: The status; 0 if opaque.
        headers: The headers that script can read, names in lower case, values combined.
        body: The body; empty if opaque.
        hidden_headers: The names of the headers that script cannot read.
        internal_response: The response as it came over the wire.
    """

    request: Request
    engine: Engine
    hop: Hop
    exchanges: tuple[Exchange, ...]
    withheld_cookies: tuple[WithheldCookie, ...] = ()
    type: ResponseType
    status: int
    headers: dict[str, str]
    body: bytes
    hidden_headers: tuple[str, ...]
    internal_response: HTTPResponse

    @property
    def shared(self) -> bool:
        """Whether script can read the response."""
        return self.type in {"basic", "cors"}

    @property
    def url(self) -> str:
        """The URL that answered, after redirects."""
        return self.hop.url

    @property
    def redirected(self) -> bool:
        """Whether there was a redirect on the way."""
        return len(self.hop.urls) > 1

    def message(self, engine: str) -> tuple[str, ...]:
        """Return the lines that an engine's console prints for it.

        Args:
            engine: "chromium", "firefox" or "webkit".
        """
        return consoles.for_response(engine, self.url, self.internal_response)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkError:
    """A network error (#concept-network-error): script learns nothing.

    Attributes:
        request: What script asked for.
        engine: The engine that the model played.
        hop: The request as it was when it failed.
        exchanges: What went over the wire, in order.
        withheld_cookies: Cookies that were not sent or not stored, and why.
        evidence: The step of the standard that failed, and what it looked at.
    """

    request: Request
    engine: Engine
    hop: Hop
    exchanges: tuple[Exchange, ...]
    withheld_cookies: tuple[WithheldCookie, ...] = ()
    evidence: Failure

    @property
    def shared(self) -> bool:
        """Whether script can read the response: never."""
        return False

    @property
    def step(self) -> Step:
        """The step of the standard that failed."""
        return self.evidence.step

    @property
    def failure(self) -> str | None:
        """The id of the failure in this project's catalogue, or None where it has no row for it."""
        return _failures.failure_id(self.hop, self.evidence, self.response)

    @property
    def reason(self) -> str:
        """What went wrong, in a sentence."""
        return _failures.reason(self.evidence, self.response)

    @property
    def response(self) -> HTTPResponse | None:
        """The response that failed, if there was one."""
        if self.evidence.response is not None:
            return self.evidence.response
        last = self.exchanges[-1].response if self.exchanges else None
        return last if isinstance(last, HTTPResponse) else None

    def message(self, engine: str) -> tuple[str, ...]:
        """Return what an engine's console prints for it; empty if that engine would not fail.

        Args:
            engine: "chromium", "firefox" or "webkit".
        """
        return consoles.for_error(engine, self.hop, self.evidence, self.response)


Outcome: TypeAlias = FilteredResponse | NetworkError
"""What a fetch comes to."""


def exposed_names(hop: Hop, response: HTTPResponse, engine: Engine) -> frozenset[str]:
    """Return the CORS-exposed header-name list, in lower case (#concept-main-fetch, step 14.1)."""
    names = _lists.extract_tokens(response.headers, EXPOSE_HEADERS)
    survivors = names if isinstance(names, tuple) else ()
    if engine.exposed_wildcard_survives and hop.request.initiator == "fetch":
        survivors = _lists.leading_tokens(response.headers, EXPOSE_HEADERS)
    if "*" in survivors and not hop.include:
        return frozenset(name.lower() for name, _ in response.headers)
    return frozenset(name.lower() for name in names) if isinstance(names, tuple) else frozenset()


def readable_headers(hop: Hop, response: HTTPResponse, engine: Engine) -> dict[str, str]:
    """Return the headers that script can read (#concept-filtered-response-cors and -basic)."""
    names = {name.lower() for name, _ in response.headers}
    names -= _standard.FORBIDDEN_RESPONSE_HEADERS
    if hop.tainting == "cors":
        names &= _standard.SAFELISTED_RESPONSE_HEADERS | exposed_names(hop, response, engine)
    return {name: _lists.get(response.headers, name) or "" for name in sorted(names)}


def filtered(
    hop: Hop,
    response: HTTPResponse,
    engine: Engine,
    exchanges: tuple[Exchange, ...],
    withheld: tuple[WithheldCookie, ...],
) -> FilteredResponse:
    """Return the filtered response that script gets for what came over the wire."""
    kind: ResponseType = hop.tainting
    if _redirect.is_opaque(hop, response, engine):
        kind = "opaqueredirect"
    opaque = kind in {"opaque", "opaqueredirect"}
    headers = {} if opaque else readable_headers(hop, response, engine)
    return FilteredResponse(
        request=hop.request,
        engine=engine,
        hop=hop,
        exchanges=exchanges,
        withheld_cookies=withheld,
        type=kind,
        status=0 if opaque else response.status,
        headers=headers,
        body=b"" if opaque or hop.method == "HEAD" else response.body,
        hidden_headers=tuple(
            sorted({name.lower() for name, _ in response.headers} - headers.keys())
        ),
        internal_response=response,
    )
