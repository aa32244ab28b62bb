"""HTTP-redirect fetch (https://fetch.spec.whatwg.org/#concept-http-redirect-fetch)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cors_wsgi.browser import _lists, _standard, _urls
from cors_wsgi.browser._steps import Failure, Step

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse


def follow(hop: Hop, response: HTTPResponse, engine: Engine) -> Hop | Failure | None:
    """The next hop, or why there can be none; None if there is no Location to follow."""
    if hop.request.redirect == "error":
        return Failure(step=Step.REDIRECT_MODE_ERROR, value=str(response.status))
    locations = _lists.get_all(response.headers, "Location")
    if not locations:
        return None
    location = _urls.resolve(hop.url, locations[0])
    failure = _location_failure(hop, response, location)
    return failure or _next_hop(hop, response, location, engine)


def _location_failure(hop: Hop, response: HTTPResponse, location: str) -> Failure | None:
    if not _urls.is_http_url(location):
        return _failure(Step.REDIRECT_LOCATION, location, "an http or https URL")
    if len(hop.urls) > _standard.REDIRECT_LIMIT:
        return _failure(Step.REDIRECT_LIMIT, location, f"at most {_standard.REDIRECT_LIMIT}")
    crosses = hop.request.mode == "cors" and hop.request.origin != _urls.origin_of(location)
    if _urls.includes_credentials(location) and (crosses or hop.tainting == "cors"):
        return _failure(Step.REDIRECT_CREDENTIALS, location, "a URL without a username")
    if response.status != 303 and hop.body is not None and hop.request.streams:
        return _failure(Step.REDIRECT_STREAM, location, "a body that can be sent twice")
    return None


def _failure(step: Step, location: str, wanted: str) -> Failure:
    return Failure(step=step, header="Location", value=location, wanted=wanted)


def becomes_get(hop: Hop, status: int) -> bool:
    """Whether the redirect turns the request into a GET (step 12)."""
    if status in {301, 302}:
        return hop.method == "POST"
    return status == 303 and hop.method not in {"GET", "HEAD"}


def _next_hop(hop: Hop, response: HTTPResponse, location: str, engine: Engine) -> Hop:
    crosses = hop.target_origin != _urls.origin_of(location)
    dropped: frozenset[str] = frozenset()
    hop = replace(hop, urls=(*hop.urls, location))
    if becomes_get(hop, response.status):
        hop = replace(hop, method="GET", body=None)
        dropped |= _standard.REQUEST_BODY_HEADERS
    elif crosses and hop.method == "DELETE" and engine.delete_redirects_as_get:
        hop = replace(hop, method="GET", body=None)
    if crosses:
        dropped |= _standard.NON_WILDCARD_REQUEST_HEADERS
    if engine.names_dropped_headers:
        return replace(hop, unsent=hop.unsent | dropped)
    return replace(hop, headers=_lists.without(hop.headers, dropped))
