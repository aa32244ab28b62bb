"""Chromium's console (third_party/blink/renderer/platform/loader/cors/cors_error_string.cc)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cors_wsgi.browser import _check, _lists, _preflight, _redirect, _standard, _url_parser, _urls
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
_ONLY_SOME_SCHEMES = (
    "Cross origin requests are only supported for protocol schemes: chrome, "
    "chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, "
    "https, isolated-app."
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):")
# A redirect to one of these, if it is refused, prints nothing about CORS.
_KNOWN_SCHEMES = frozenset({"http", "https", "data", "blob", "file", "about", "chrome"})
_WITHOUT_CORS = {
    Step.BLOCKED_PORT,
    Step.STREAM,
    Step.PROXY_AUTHENTICATION,
    Step.REDIRECT_LOCATIONS,
}
_PREFLIGHT = "Response to preflight request doesn't pass access control check: "


def console(hop: Hop, failure: Failure, response: HTTPResponse | None) -> tuple[str, ...]:
    """Return the lines that Chromium prints for a network error."""
    mode = _mode_line(hop, failure)
    if mode is not None:
        return (mode,)
    detail = _detail(hop, failure, response)
    if detail is None:
        return ()
    kind = "XMLHttpRequest" if hop.request.initiator == "xhr" else "fetch"
    first, last = hop.urls[0], hop.url
    if failure.step is Step.REDIRECT_LOCATION:
        last = failure.value or last
    redirected = f"(redirected from '{first}') " if first != last else ""
    return (
        (
            f"Access to {kind} at '{last}' {redirected}from origin '{hop.request.origin}' "
            f"has been blocked by CORS policy: {detail}"
        ),
    )


def _mode_line(hop: Hop, failure: Failure) -> str | None:
    """Return what is wrong with the mode, before anything is sent."""
    page = hop.request.origin
    if failure.step is Step.OPAQUE_REDIRECT_MODE:
        return (
            f'Fetch API cannot load {hop.url}. Request mode is "no-cors" but the redirect mode '
            'is not "follow".'
        )
    url = hop.url
    location_steps = {Step.REDIRECT_LOCATION, Step.REDIRECT_CREDENTIALS}
    if failure.step in location_steps and hop.request.mode == "same-origin":
        url = failure.value or ""
        if not _url_parser.parses_as_url(url) or url.startswith("file:"):
            return None
        if _urls.is_http_url(url) and _urls.origin_of(url) == page:
            return None
    elif failure.step is not Step.SAME_ORIGIN_MODE:
        return None
    if len(hop.urls) > 1 or url != hop.url:
        # The address is the page's; a page at the origin's root is assumed.
        return (
            f"Unsafe attempt to load URL {url} from frame with URL {page}/. "
            "Domains, protocols and ports must match."
        )
    return (
        f'Fetch API cannot load {hop.url}. Request mode is "same-origin" but the URL\'s '
        f"origin is not same as the request origin {page}."
    )


def _detail(hop: Hop, failure: Failure, response: HTTPResponse | None) -> str | None:
    if failure.step is Step.REDIRECT_LOCATION:
        return _ONLY_SOME_SCHEMES if _is_refused_by_scheme(hop, failure.value or "") else None
    if failure.step is Step.REDIRECT_CREDENTIALS:
        return _redirect_credentials_detail(hop, failure)
    if response is None or hop.tainting != "cors" or failure.step in _WITHOUT_CORS:
        return None
    if failure.preflight:
        return _preflight_detail(hop, response)
    if _leads_nowhere(hop, response):  # a network error before CORS is looked at
        return None
    return _access_detail(hop, response, hop.origin)


def _redirect_credentials_detail(hop: Hop, failure: Failure) -> str | None:
    own = hop.tainting == "basic" and hop.request.origin == _urls.origin_of(failure.value or "")
    if hop.request.mode != "cors" or own:
        return None
    # The message has a place for the location, but Chromium leaves it empty.
    return (
        "Redirect location '' contains a username and password, "
        "which is disallowed for cross-origin requests."
    )


def _leads_nowhere(hop: Hop, response: HTTPResponse) -> bool:
    if not _redirect.redirects(response, CHROMIUM):
        return False
    reference = _redirect.reference(response, CHROMIUM)
    if reference is None:
        return True
    # A space in a host is escaped, and the URL is refused only when its turn comes.
    location = _urls.resolve(hop.url, reference).replace(" ", "").replace("%20", "")
    return not _url_parser.parses_as_url(location)


def _is_refused_by_scheme(hop: Hop, location: str) -> bool:
    match = _SCHEME.match(location)
    return hop.request.mode == "cors" and match is not None and match[1] not in _KNOWN_SCHEMES


def _preflight_detail(  # noqa: PLR0911 - one for each check that can fail
    hop: Hop, response: HTTPResponse
) -> str | None:
    if response.status == _standard.PROXY_AUTHENTICATION:  # a network error before all
        return None
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
    if value != "null" and not _url_parser.parses_as_url(value):
        return f"The 'Access-Control-Allow-Origin' header contains the invalid value '{hint}'."
    return (
        f"The 'Access-Control-Allow-Origin' header has a value '{hint}' that is not equal to the "
        "supplied origin."
    )


def _hint(value: str) -> str:
    """Return a value as the message repeats it: bytes that do not print are escaped."""
    return "".join(char if " " <= char <= "~" else f"\\u{ord(char):04X}" for char in value)
