# ruff: noqa: RUF001 - the quotation marks are Firefox's own
"""Firefox's console (netwerk/protocol/http/nsCORSListenerProxy.cpp)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cors_wsgi.browser import _check, _lists, _preflight, _redirect, _standard, _urls
from cors_wsgi.browser._engines import FIREFOX
from cors_wsgi.browser._steps import Failure, Step

if TYPE_CHECKING:
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse

_WILDCARD_WITH_CREDENTIALS = (
    f"Credential is not supported if the CORS header ‘{_check.ALLOW_ORIGIN}’ is ‘*’)."
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):")
_REDIRECT_STEPS = {
    Step.REDIRECT_CREDENTIALS,
    Step.REDIRECT_LOCATIONS,
    Step.REDIRECT_LOCATION,
    Step.REDIRECT_LIMIT,
}
_LOCATION_STEPS = {Step.REDIRECT_LOCATION, Step.ORIGIN_ABSENT, Step.ORIGIN_DIFFERS}
_NOT_HTTP = "CORS request not http)."
# A redirect to one of these ends before CORS is looked at, without a line of its own.
_KNOWN_SCHEMES = frozenset({"http", "https", "data", "javascript", "ws", "wss", "chrome"})
_DID_NOT_SUCCEED = "CORS request did not succeed). Status code: (null)."


def console(hop: Hop, failure: Failure, response: HTTPResponse | None) -> tuple[str, ...]:
    """Return the lines that Firefox prints for a network error."""
    url = hop.url
    if failure.step is Step.RESOURCE_POLICY:
        line = (
            f"The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header "
            "(or lack thereof). See https://developer.mozilla.org/docs/Web/HTTP/"
            "Cross-Origin_Resource_Policy_(CORP)#"
        )
        return (line,)
    if failure.step is Step.SAME_ORIGIN_MODE:
        # The address is the page's; a page at the origin's root is assumed.
        page = hop.request.origin
        return (f"Security Error: Content at {page}/ may not load data from {url}.",)
    if failure.step is Step.BLOCKED_PORT:
        return _blocked_port(hop)
    lines = tuple(_blocked(url, reason) for reason in _reasons_with_cors(hop, failure, response))
    return (*_location_lines(hop, failure, response), *lines)


def _reasons_with_cors(hop: Hop, failure: Failure, response: HTTPResponse | None) -> list[str]:
    refused_user = failure.step is Step.REDIRECT_CREDENTIALS and hop.request.mode == "cors"
    if hop.tainting != "cors":
        return [_DID_NOT_SUCCEED] if refused_user else []
    if response is not None:
        response = replace(response, headers=_lists.without_idle_lines(response.headers))
    return _reasons(hop, failure, response)


def _blocked_port(hop: Hop) -> tuple[str, ...]:
    """Return what is printed of a redirect to a blocked port; a request to one prints nothing."""
    if len(hop.urls) == 1 or hop.request.mode != "cors":
        return ()
    return (_blocked(hop.urls[-2], _DID_NOT_SUCCEED),)


def _location_lines(hop: Hop, failure: Failure, response: HTTPResponse | None) -> tuple[str, ...]:
    """Return what is printed first of a redirect to another scheme."""
    location = _location(hop, response) if failure.step in _LOCATION_STEPS else None
    match = _SCHEME.match(location or "")
    if match is None or match[1] in _KNOWN_SCHEMES:
        return ()
    page = f"{hop.request.origin}/"
    if hop.request.mode == "same-origin":
        return (f"Security Error: Content at {page} may not load data from {location}.",)
    if match[1] == "file":
        content = hop.url if hop.request.mode == "cors" else page
        return (f"Security Error: Content at {content} may not load or link to {location}.",)
    if match[1] == "blob":
        text = f"Security Error: Content at {hop.url} may not load data from {location}."
        return (text,) if hop.tainting != "basic" else ()
    refused = failure.step is not Step.REDIRECT_LOCATION or hop.request.mode != "cors"
    return () if refused else (_blocked(location or "", _NOT_HTTP),)


def _blocked(url: str, reason: str) -> str:
    if reason == _WILDCARD_WITH_CREDENTIALS:  # the one text that has the address in quotation marks
        url = f"‘{url}’"
    return (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
        f"resource at {url}. (Reason: {reason}"
    )


def _reasons(hop: Hop, failure: Failure, response: HTTPResponse | None) -> list[str]:
    if failure.step in _REDIRECT_STEPS:
        return [_DID_NOT_SUCCEED]
    if response is None:
        return [_DID_NOT_SUCCEED, _DID_NOT_SUCCEED] if failure.preflight else [_DID_NOT_SUCCEED]
    if not failure.preflight:
        check = _check.cors_check(response, hop.origin, include=hop.include)
        if check is None:
            return []
        if _leads_nowhere(hop, response):
            return [_DID_NOT_SUCCEED]
        redirects = _redirects(response) and hop.request.redirect == "follow"
        return [_access_reason(check, response), *([_DID_NOT_SUCCEED] if redirects else [])]
    reasons = _preflight_reasons(hop, response)
    # The preflight's failure cancels the request, and that is reported once more.
    return [*reasons, _DID_NOT_SUCCEED] if reasons else []


def _preflight_reasons(  # noqa: PLR0911 - one for each check that can fail
    hop: Hop, response: HTTPResponse
) -> list[str]:
    check = _preflight.preflight_cors_check(hop, response, FIREFOX)
    if check is not None:
        reason = _access_reason(check, response)
        # Checked as a redirect, which cancels it, and once more as a response.
        return [reason, _DID_NOT_SUCCEED] if _redirects(response) else [reason]
    if not _standard.is_ok_status(response.status):
        status = f"CORS preflight response did not succeed). Status code: {response.status}."
        if _redirects(response):
            return ["CORS request external redirect not allowed).", status]
        return [status]
    # Each list is parsed only when its turn comes: a missing method hides a malformed header list.
    methods = _lists.get(response.headers, _preflight.ALLOW_METHODS) or ""
    token = _lists.malformed_element(methods)
    if token is not None:
        return [f"invalid token ‘{_text(token)}’ in CORS header ‘{_preflight.ALLOW_METHODS}’)."]
    if not _preflight.method_passes(hop, response):
        return [f"Did not find method in CORS header ‘{_preflight.ALLOW_METHODS}’)."]
    headers = _lists.get(response.headers, _preflight.ALLOW_HEADERS) or ""
    token = _lists.malformed_element(headers)
    if token is not None:
        return [f"invalid token ‘{_text(token)}’ in CORS header ‘{_preflight.ALLOW_HEADERS}’)."]
    refused = _preflight.refused_headers(hop, response, FIREFOX)
    if refused:
        return [
            (
                f"header ‘{_text(refused[0])}’ is not allowed according to header "
                f"‘{_preflight.ALLOW_HEADERS}’ from CORS preflight response)."
            )
        ]
    return []


def _redirects(response: HTTPResponse) -> bool:
    return _redirect.redirects(response, FIREFOX)


def _location(hop: Hop, response: HTTPResponse | None) -> str | None:
    """Return where a response redirects to; None if nowhere, or if its lines are not one URL."""
    if response is None or not _redirects(response):
        return None
    reference = _redirect.reference(response, FIREFOX)
    return None if reference is None else _urls.resolve(hop.url, reference)


def _leads_nowhere(hop: Hop, response: HTTPResponse) -> bool:
    """Tell whether a redirect fails before its CORS check."""
    if not _redirects(response) or hop.request.redirect != "follow":
        return False
    location = _location(hop, response)
    if location is None:
        return True
    scheme = location.partition(":")[0]
    return not _urls.is_http_url(location) and scheme in {*_KNOWN_SCHEMES, "file", "blob"}


def _access_reason(failure: Failure, response: HTTPResponse) -> str:
    # Lines are counted by the name's exact spelling; others are merely combined.
    lines = sum(name == _check.ALLOW_ORIGIN for name, _ in response.headers)
    if lines > 1:
        return f"Multiple CORS header ‘{_check.ALLOW_ORIGIN}’ not allowed)."
    if failure.step is Step.ORIGIN_ABSENT:
        return f"CORS header ‘{_check.ALLOW_ORIGIN}’ missing). Status code: {response.status}."
    if failure.step is Step.ORIGIN_WILDCARD:
        return _WILDCARD_WITH_CREDENTIALS
    if failure.step is Step.ORIGIN_DIFFERS:
        value = _text(failure.value or "")
        return f"CORS header ‘{_check.ALLOW_ORIGIN}’ does not match ‘{value}’)."
    return f"expected ‘true’ in CORS header ‘{_check.ALLOW_CREDENTIALS}’)."


def _text(value: str) -> str:
    """Return a value as the message repeats it: Firefox reads the bytes as UTF-8."""
    return value.encode("latin-1").decode("utf-8", errors="replace")
