"""Chromium's console (third_party/blink/renderer/platform/loader/cors/cors_error_string.cc)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser import _check, _lists, _preflight, _standard, _urls
from cors_wsgi.browser._engines import CHROMIUM
from cors_wsgi.browser._steps import Failure, Step

if TYPE_CHECKING:
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse

_SEND_A_VALID_VALUE = " Have the server send the header with a valid value."
_WITH_CREDENTIALS = (
    " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the "
    "withCredentials attribute."
)
_PREFLIGHT = "Response to preflight request doesn't pass access control check: "


def console(hop: Hop, failure: Failure, response: HTTPResponse | None) -> tuple[str, ...]:
    """The lines that Chromium prints for a network error."""
    mode = _mode_line(hop, failure)
    if mode is not None:
        return (mode,)
    detail = _detail(hop, failure, response)
    if detail is None:
        return ()
    kind = "XMLHttpRequest" if hop.request.initiator == "xhr" else "fetch"
    first, last = hop.urls[0], hop.url
    redirected = f"(redirected from '{first}') " if first != last else ""
    return (
        (
            f"Access to {kind} at '{last}' {redirected}from origin '{hop.request.origin}' "
            f"has been blocked by CORS policy: {detail}"
        ),
    )


def _mode_line(hop: Hop, failure: Failure) -> str | None:
    """What is wrong with the mode, before anything is sent."""
    page = hop.request.origin
    if failure.step is Step.OPAQUE_REDIRECT_MODE:
        return (
            f'Fetch API cannot load {hop.url}. Request mode is "no-cors" but the redirect mode '
            'is not "follow".'
        )
    if failure.step is not Step.SAME_ORIGIN_MODE:
        return None
    if len(hop.urls) > 1:
        # The address is the page's; a page at the origin's root is assumed.
        return (
            f"Unsafe attempt to load URL {hop.url} from frame with URL {page}/. "
            "Domains, protocols and ports must match."
        )
    return (
        f'Fetch API cannot load {hop.url}. Request mode is "same-origin" but the URL\'s '
        f"origin is not same as the request origin {page}."
    )


def _detail(hop: Hop, failure: Failure, response: HTTPResponse | None) -> str | None:
    if failure.step is Step.REDIRECT_CREDENTIALS:
        # The message has a place for the location, but Chromium leaves it empty.
        return (
            "Redirect location '' contains a username and password, "
            "which is disallowed for cross-origin requests."
        )
    if response is None or hop.tainting != "cors":
        return None
    if failure.preflight:
        return _preflight_detail(hop, response)
    return _access_detail(hop, response, hop.origin)


def _preflight_detail(  # noqa: PLR0911 - one for each check that can fail
    hop: Hop, response: HTTPResponse
) -> str | None:
    location = _lists.get(response.headers, "Location")
    if response.status in _standard.REDIRECT_STATUSES and location is not None:
        return _PREFLIGHT + "Redirect is not allowed for a preflight request."
    access = _access_detail(hop, response, hop.origin)
    if access is not None:
        return _PREFLIGHT + access
    if not _standard.is_ok_status(response.status):
        return _PREFLIGHT + "It does not have HTTP ok status."
    unparsable = _preflight.unparsable_list(response)
    if unparsable is not None:
        return f"Cannot parse {unparsable} response header field in preflight response."
    if not _preflight.method_passes(hop, response):
        return (
            f"Method {_hint(hop.method)} is not allowed by Access-Control-Allow-Methods in "
            "preflight response."
        )
    refused = _preflight.refused_headers(hop, response, CHROMIUM)
    if refused:
        return (
            f"Request header field {_hint(refused[0])} is not allowed by "
            "Access-Control-Allow-Headers in preflight response."
        )
    return None


def _access_detail(hop: Hop, response: HTTPResponse, origin: str) -> str | None:
    failure = _check.cors_check(response, origin, include=hop.include)
    if failure is None:
        return None
    value = failure.value or ""
    xhr = hop.request.initiator == "xhr"
    if failure.step is Step.ORIGIN_ABSENT:
        return "No 'Access-Control-Allow-Origin' header is present on the requested resource."
    if failure.step is Step.ORIGIN_WILDCARD:
        return (
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the "
            "wildcard '*' when the request's credentials mode is 'include'."
        ) + (_WITH_CREDENTIALS if xhr else "")
    if failure.step is Step.CREDENTIALS_NOT_ALLOWED:
        return (
            "The value of the 'Access-Control-Allow-Credentials' header in the response is "
            f"'{_hint(value)}' which must be 'true' when the request's credentials mode is "
            "'include'."
        ) + (_WITH_CREDENTIALS if xhr else "")
    return _origin_detail(value) + ("" if xhr else _SEND_A_VALID_VALUE)


def _origin_detail(value: str) -> str:
    hint = _hint(value)
    if " " in value or "," in value:
        return (
            "The 'Access-Control-Allow-Origin' header contains multiple values "
            f"'{hint}', but only one is allowed."
        )
    if value != "null" and not _urls.parses_as_url(value):
        return f"The 'Access-Control-Allow-Origin' header contains the invalid value '{hint}'."
    return (
        f"The 'Access-Control-Allow-Origin' header has a value '{hint}' that is not equal to the "
        "supplied origin."
    )


def _hint(value: str) -> str:
    """A value as the message repeats it: bytes that do not print are escaped."""
    return "".join(char if " " <= char <= "~" else f"\\u{ord(char):04X}" for char in value)
