"""The CORS-preflight fetch (https://fetch.spec.whatwg.org/#cors-preflight-fetch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser import _check, _lists, _safelist, _standard, _urls
from cors_wsgi.browser._steps import Failure, Step
from cors_wsgi.browser._wire import HTTPRequest, HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._hop import Hop

ALLOW_METHODS = "Access-Control-Allow-Methods"
ALLOW_HEADERS = "Access-Control-Allow-Headers"
MAX_AGE = "Access-Control-Max-Age"


def unsafe_names(hop: Hop, engine: Engine) -> tuple[str, ...]:
    """Return the CORS-unsafe request-header names, sorted and lower-case."""
    return _safelist.unsafe_names(hop.named_headers, engine)


def preflight_reasons(hop: Hop, engine: Engine) -> tuple[str, ...]:
    """Say why a request needs a preflight, if it does (#concept-main-fetch, step 12)."""
    reasons = []
    if not _standard.is_safelisted_method(hop.method):
        reasons.append(f"the method {hop.method} is not CORS-safelisted")
    judged = hop.set_headers if engine.preflights_for_dropped_headers else hop.named_headers
    reasons += _safelist.reasons(judged, engine)
    if hop.use_cors_preflight:
        cause = (
            "the body is a stream" if hop.request.streams else "an upload listener is registered"
        )
        reasons.append(cause)
    if hop.was_preflighted and not reasons and engine.preflights_after_redirect:
        reasons.append("the request was preflighted before it was redirected")
    return tuple(reasons)


def preflight_origin(hop: Hop, engine: Engine) -> str:
    """Return the origin that a preflight carries and is checked against."""
    return hop.request.origin if engine.page_origin_in_later_preflights else hop.origin


def preflight_cors_check(hop: Hop, response: HTTPResponse, engine: Engine) -> Failure | None:
    """Perform the CORS check on a preflight's response."""
    origin = preflight_origin(hop, engine)
    if engine.page_origin_in_later_preflights and hop.target_origin == origin:
        return None
    return _check.cors_check(response, origin, include=hop.include, preflight=True)


def preflight_request(hop: Hop, engine: Engine) -> HTTPRequest:
    """Return the CORS-preflight request: without credentials, names sorted and joined by `,`."""
    headers = [
        ("Accept", "*/*"),
        ("Origin", preflight_origin(hop, engine)),
        ("Access-Control-Request-Method", hop.method),
    ]
    names: Sequence[str] = unsafe_names(hop, engine)
    if engine.repeats_unsafe_names:
        unsafe = (h[0] for h in hop.named_headers if not _safelist.is_safelisted(*h, engine))
        names = sorted(map(str.lower, unsafe))
    if names:
        headers.append(("Access-Control-Request-Headers", ",".join(names)))
    headers += [
        header for header in hop.headers if header[0].lower() in engine.headers_on_preflights
    ]
    return HTTPRequest("OPTIONS", _urls.without_credentials(hop.url), tuple(headers))


def status_passes(response: HTTPResponse) -> bool:
    """Tell whether the preflight's status is an ok status."""
    return _standard.is_ok_status(response.status)


def method_is_listed(method: str, methods: tuple[str, ...]) -> bool:
    """Tell whether the method is an item of the list, case-sensitively."""
    return method in methods


def header_is_listed(name: str, names: tuple[str, ...]) -> bool:
    """Tell whether the header name is an item of the list, whatever its case."""
    return name.lower() in {item.lower() for item in names}


def has_wildcard(items: tuple[str, ...], *, include: bool) -> bool:
    """Tell whether the list has a `*` that means anything; with credentials it is a mere name."""
    return "*" in items and not include


def allowed_methods(response: HTTPResponse) -> tuple[str, ...]:
    """Return the items of Access-Control-Allow-Methods that parsed."""
    return _tokens(response, ALLOW_METHODS)


def allowed_headers(response: HTTPResponse) -> tuple[str, ...]:
    """Return the items of Access-Control-Allow-Headers that parsed."""
    return _tokens(response, ALLOW_HEADERS)


def _tokens(response: HTTPResponse, name: str) -> tuple[str, ...]:
    tokens = _lists.extract_tokens(response.headers, name)
    return tokens if isinstance(tokens, tuple) else ()


def method_passes(hop: Hop, response: HTTPResponse) -> bool:
    """Tell whether the method is listed, safelisted, or covered by `*` (step 7.5)."""
    methods = allowed_methods(response)
    return (
        method_is_listed(hop.method, methods)
        or _standard.is_safelisted_method(hop.method)
        or has_wildcard(methods, include=hop.include)
    )


def header_passes(hop: Hop, response: HTTPResponse, name: str, engine: Engine) -> bool:
    """Tell whether one header name passes (steps 7.6 and 7.7)."""
    names = allowed_headers(response)
    if header_is_listed(name, names):
        return True
    if not has_wildcard(names, include=hop.include):
        return False
    return (
        name.lower() not in _standard.NON_WILDCARD_REQUEST_HEADERS
        or engine.wildcard_allows_authorization
    )


def refused_headers(hop: Hop, response: HTTPResponse, engine: Engine) -> tuple[str, ...]:
    """Return the request's unsafe header names that the answer does not allow, sorted."""
    return tuple(
        name for name in unsafe_names(hop, engine) if not header_passes(hop, response, name, engine)
    )


def unparsable_list(response: HTTPResponse) -> str | None:
    """Return which of the two lists does not parse, or None (step 7.3)."""
    for name in (ALLOW_METHODS, ALLOW_HEADERS):
        if _lists.extract_tokens(response.headers, name) is _lists.FAILURE:
            return name
    return None


def check_preflight(  # noqa: PLR0911 - one for each check that can fail
    hop: Hop, response: HTTPResponse, engine: Engine
) -> Failure | None:
    """Check a preflight's response, in the standard's order (#cors-preflight-fetch-0, step 7)."""
    failure = preflight_cors_check(hop, response, engine)
    if failure is not None:
        return failure
    if not status_passes(response):
        return _failure(Step.PREFLIGHT_STATUS, response, None, "200 to 299")
    unparsable = unparsable_list(response)
    if unparsable is not None:
        return _failure(Step.LIST_UNPARSABLE, response, unparsable, "a list of tokens")
    if not method_passes(hop, response):
        return _failure(Step.METHOD_NOT_ALLOWED, response, ALLOW_METHODS, hop.method)
    refused = refused_headers(hop, response, engine)
    if not refused:
        return None
    non_wildcard = [name for name in refused if name in _standard.NON_WILDCARD_REQUEST_HEADERS]
    if non_wildcard:
        return _failure(Step.NON_WILDCARD_HEADER, response, ALLOW_HEADERS, non_wildcard[0])
    return _failure(Step.HEADER_NOT_ALLOWED, response, ALLOW_HEADERS, refused[0])


def _failure(step: Step, response: HTTPResponse, header: str | None, wanted: str) -> Failure:
    value = str(response.status) if header is None else _lists.get(response.headers, header)
    return Failure(step=step, preflight=True, header=header, value=value, wanted=wanted)


def max_age(response: HTTPResponse, engine: Engine) -> int:
    """Return for how many seconds an answer is cached (step 7.8 to 7.10); 0 or less: not at all."""
    value = _lists.get(response.headers, MAX_AGE)
    if not value:
        return 5
    # Two lines never parse: their combined value has a comma.
    seconds = _lists.extract_seconds(value, signed=engine.signed_max_age)
    if seconds is None:
        seconds = engine.invalid_max_age
    return seconds if engine.max_age_limit is None else min(seconds, engine.max_age_limit)
