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

LOCATION = "Location"


def redirects(response: HTTPResponse, engine: Engine) -> bool:
    """Tell whether an engine takes a response for a redirect, wherever that may lead."""
    locations = _lists.get_all(response.headers, LOCATION)
    statuses = engine.redirect_statuses
    if not any(locations):
        if engine.empty_location == "ignored":
            return False
        statuses = _standard.REDIRECT_STATUSES
    return response.status in statuses and bool(locations)


def is_error(hop: Hop, response: HTTPResponse, engine: Engine) -> bool:
    """Tell whether redirect mode `error` refuses a response (#concept-http-fetch, step 6)."""
    if hop.request.redirect != "error":
        return False
    if engine.error_needs_location:
        return any(_lists.get_all(response.headers, LOCATION)) and redirects(response, engine)
    return response.status in _standard.REDIRECT_STATUSES


def is_opaque(hop: Hop, response: HTTPResponse, engine: Engine) -> bool:
    """Tell whether redirect mode `manual` hides a response (#concept-http-fetch, step 6)."""
    if hop.request.redirect != "manual":
        return False
    return response.status in _standard.REDIRECT_STATUSES or redirects(response, engine)


def locations_differ(response: HTTPResponse, engine: Engine) -> Failure | None:
    """Refuse a response of any status whose Location lines differ, where the engine does."""
    lines = _lists.get_all(response.headers, LOCATION)
    if engine.location_lines != "alike" or len(set(lines)) < 2:
        return None
    return _failure(Step.REDIRECT_LOCATIONS, ", ".join(lines), "one Location")


def follow(hop: Hop, response: HTTPResponse, engine: Engine) -> Hop | Failure:
    """Return the next hop, or why there can be none."""
    text = reference(response, engine)
    if text is None:
        lines = _lists.get_all(response.headers, LOCATION)
        step = Step.REDIRECT_LOCATIONS if any(lines) else Step.REDIRECT_LOCATION
        return _failure(step, ", ".join(lines), "one Location that is a URL")
    location = _urls.resolve(hop.url, text)
    failure = _location_failure(hop, response, location, engine)
    return failure or _next_hop(hop, response, location, engine)


def reference(response: HTTPResponse, engine: Engine) -> str | None:
    """Return the one reference that Location lines make, or None (#extract-header-list-values)."""
    lines = _lists.get_all(response.headers, LOCATION)
    if engine.location_lines == "combined":
        text = ", ".join(lines)
    elif len(lines) == 1 or (engine.location_lines == "alike" and len(set(lines)) == 1):
        text = lines[0]
    else:
        return None
    return None if not text and engine.empty_location == "refused" else text


def _location_failure(
    hop: Hop, response: HTTPResponse, location: str, engine: Engine
) -> Failure | None:
    if not _urls.is_http_url(location):
        return _failure(Step.REDIRECT_LOCATION, location, "an http or https URL")
    if len(hop.urls) > _standard.REDIRECT_LIMIT:
        return _failure(Step.REDIRECT_LIMIT, location, f"at most {_standard.REDIRECT_LIMIT}")
    crosses = hop.request.mode == "cors" and hop.request.origin != _urls.origin_of(location)
    everywhere = engine.refuses_redirects_with_credentials and hop.request.initiator == "fetch"
    refused = crosses or hop.tainting == "cors" or everywhere
    if _urls.includes_credentials(location) and refused:
        return _failure(Step.REDIRECT_CREDENTIALS, location, "a URL without a username")
    streams = hop.request.streams and engine.streams != "sent as text"
    if response.status != 303 and hop.body is not None and streams:
        return _failure(Step.REDIRECT_STREAM, location, "a body that can be sent twice")
    return None


def _failure(step: Step, location: str, wanted: str) -> Failure:
    return Failure(step=step, header="Location", value=location, wanted=wanted)


def becomes_get(method: str, status: int) -> bool:
    """Tell whether a redirect turns a method into GET (step 12)."""
    if status in {301, 302}:
        return method == "POST"
    return status == 303 and method not in {"GET", "HEAD"}


def _next_hop(hop: Hop, response: HTTPResponse, location: str, engine: Engine) -> Hop:
    crosses = hop.target_origin != _urls.origin_of(location)
    rewritten = becomes_get(hop.method, response.status)
    deletes_as_get = crosses and hop.method == "DELETE" and engine.delete_redirects_as_get
    get = rewritten or deletes_as_get
    method = "GET" if get else hop.method
    return replace(
        hop,
        urls=(*hop.urls, location),
        method=method,
        body=None if get else hop.body,
        arrived_with=method if crosses else hop.arrived_with,
        redirected_by=response,
        dropped=_dropped(hop, response, location, engine),
        unnamed=_unnamed(hop, engine, rewritten=rewritten, crosses=crosses),
    )


def _dropped(hop: Hop, response: HTTPResponse, location: str, engine: Engine) -> frozenset[str]:
    """Return the names of the headers that the next request does not carry (steps 12 and 13)."""
    dropped = hop.dropped - _restored(hop, location, engine)
    method = hop.request.method if engine.restores_by_first_method else hop.method
    if becomes_get(method, response.status):
        dropped |= _standard.REQUEST_BODY_HEADERS
    if hop.target_origin != _urls.origin_of(location):
        dropped |= _standard.NON_WILDCARD_REQUEST_HEADERS
    return dropped


def _restored(hop: Hop, location: str, engine: Engine) -> frozenset[str]:
    """Return the names of dropped headers that come back with the next request."""
    with_cors = hop.request.mode == "cors" and (
        hop.tainting == "cors" or _urls.origin_of(location) != hop.request.origin
    )
    if engine.restores_only_with_cors and not with_cors:
        return frozenset()
    restored = engine.restores_dropped_headers
    if engine.restores_by_first_method and hop.request.type_is_the_bodys:
        restored -= {"content-type"}
    return restored


def _unnamed(hop: Hop, engine: Engine, *, rewritten: bool, crosses: bool) -> frozenset[str]:
    """Return the names of the headers that the next preflight does not ask about."""
    if engine.names_dropped_headers:
        return frozenset()
    unnamed = hop.unnamed - engine.restores_dropped_headers
    if rewritten:
        unnamed |= _standard.REQUEST_BODY_HEADERS
    return unnamed | _standard.NON_WILDCARD_REQUEST_HEADERS if crosses else unnamed
