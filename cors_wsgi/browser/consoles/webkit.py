"""WebKit's console, its `security` lines (Source/WebCore/loader/CrossOriginAccessControl.cpp).

WebKit prints a second line after each, `Fetch API cannot load URL due to access control checks.`
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cors_wsgi.browser import _check, _lists, _preflight, _redirect, _standard, _urls
from cors_wsgi.browser._engines import WEBKIT
from cors_wsgi.browser._steps import Failure, Step

if TYPE_CHECKING:
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse

# The headers that WebKit knows and script may set, as WebKit spells them (HTTPHeaderNames.in).
# Their names come before all others, and the others keep the spelling that script gave them.
_KNOWN = {
    name.lower(): name
    for name in re.findall(
        r"\S+",
        """
        Accept Accept-Language Accept-Ranges Age Authorization Cache-Control Content-Disposition
        Content-Encoding Content-Language Content-Location Content-Range Content-Type ETag Expires
        If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Last-Event-ID
        Last-Modified Location Pragma Purpose Range Refresh Server User-Agent Vary
        X-Content-Type-Options X-Frame-Options X-Powered-By X-XSS-Protection
        """,
    )
}


def console(hop: Hop, failure: Failure, response: HTTPResponse | None) -> tuple[str, ...]:
    """Return the lines that WebKit prints for a network error."""
    if failure.step is Step.OPAQUE_REDIRECT_MODE:
        return ("No-Cors mode requires follow redirect mode", "Not allowed to request resource")
    unwrapped = _unwrapped_line(hop, failure, response)
    if unwrapped is not None:
        return (unwrapped,) if unwrapped else ()
    line = _line(hop, failure, response)
    if line is None:
        return ()
    if response is None or failure.preflight:
        return (line,)
    reference = _redirect.reference(response, WEBKIT)
    if _redirect.redirects(response, WEBKIT) and reference is not None:
        base = hop.urls[-2] if failure.response is not None else hop.url
        line = _redirection(base, reference, line)
    return (line,)


def _unwrapped_line(hop: Hop, failure: Failure, response: HTTPResponse | None) -> str | None:
    """Return a line without a redirect in it; empty for no line, None where CORS decides."""
    if _location(hop, failure, response).startswith("ftp:"):
        return "FTP URLs are disabled"
    if failure.step is Step.SAME_ORIGIN_MODE and len(hop.urls) > 1:
        url = _urls.without_credentials(hop.url)
        return (
            f"Unsafe attempt to load URL {url} from origin {hop.request.origin}. "
            "Domains, protocols and ports must match."
        )
    if failure.step is Step.REDIRECT_LOCATION:
        return _location_line(hop, _location(hop, failure, response))
    if failure.step is Step.BLOCKED_PORT:
        return f"Not allowed to use restricted network port {_urls.port_of(hop.url)}: {hop.url}"
    limit = _standard.REDIRECT_LIMIT
    return {
        Step.REDIRECT_LIMIT: f"Load cannot follow more than {limit} redirections",
        Step.REDIRECT_MODE_ERROR: f"Not allowed to follow a redirection while loading {hop.url}",
        Step.SAME_ORIGIN_MODE: f"Fetch API cannot load {hop.url}.",
        Step.STREAM: "",
    }.get(failure.step)


def _location(hop: Hop, failure: Failure, response: HTTPResponse | None) -> str:
    """Return where the response redirects to; empty if it does not, or leads nowhere."""
    if response is None or failure.preflight or not _redirect.redirects(response, WEBKIT):
        return ""
    reference = _redirect.reference(response, WEBKIT)
    return "" if reference is None else _urls.resolve(hop.url, reference)


def _location_line(hop: Hop, location: str) -> str | None:
    """Return the line for a redirect to no http or https URL, as `_unwrapped_line` does."""
    if not location:
        return ""
    if hop.tainting == "cors":
        return None
    scheme = location.partition(":")[0]
    if scheme in {"http", "https"}:
        return "The URL can’t be shown"  # noqa: RUF001 - WebKit's own
    if scheme == "file" or hop.request.mode == "same-origin":
        return "Redirect was not allowed"
    return "" if scheme in {"blob", "ws", "wss"} or hop.request.mode != "cors" else None


def _line(hop: Hop, failure: Failure, response: HTTPResponse | None) -> str | None:
    without_cors = {
        Step.RESOURCE_POLICY: (
            f"Cancelled load to {hop.url} because it violates the resource's "
            "Cross-Origin-Resource-Policy response header."
        ),
        Step.REDIRECT_CREDENTIALS: f"redirection URL {failure.value} has credentials",
        Step.REDIRECT_LOCATION: (
            "not allowed to follow a cross-origin CORS redirection with non CORS scheme"
        ),
    }
    if failure.step in without_cors:
        return without_cors[failure.step]
    if response is None or hop.tainting != "cors":
        return None
    if failure.response is not None:  # the redirect that led here, judged as if credentialed
        before = replace(hop, urls=hop.urls[:-1])
        return _access_line(response, before.origin, include=True)
    if failure.preflight:
        return _preflight_line(hop, response)
    return _access_line(response, hop.origin, include=hop.include)


def error_status(url: str, response: HTTPResponse) -> str:
    """Return the line for a response with an error status that script can read."""
    return (
        "Failed to load resource: the server responded with a status of "
        f"{response.status} ({response.reason})  [{url}]"
    )


def _redirection(base: str, location: str, line: str) -> str:
    _, mark, fragment = location.partition("#")
    target = _urls.without_credentials(_urls.resolve(base, location)) + mark + fragment
    scheme, _, rest = target.partition(":")
    # A path without a slash, as that of `data:`, is opaque and keeps its spaces (URL Standard).
    if scheme not in {"http", "https"} and rest.startswith("/"):
        target = target.replace(" ", "%20")
    return (
        f"Cross-origin redirection to {target} denied by Cross-Origin Resource Sharing policy: "
        f"{line}"
    )


def _preflight_line(hop: Hop, response: HTTPResponse) -> str | None:
    if not _standard.is_ok_status(response.status):
        return f"Preflight response is not successful. Status code: {response.status}"
    access = _access_line(response, hop.origin, include=hop.include)
    if access is not None:
        return access
    unparsable = _preflight.unparsable_list(response)
    if unparsable is not None:
        value = _lists.get(response.headers, unparsable)
        return f"Header {unparsable} has an invalid value: {value}"
    if not _preflight.method_passes(hop, response):
        return f"Method {hop.method} is not allowed by Access-Control-Allow-Methods."
    refused = _preflight.refused_headers(hop, response, WEBKIT)
    if refused:
        name = _first_refused(hop, refused)
        return f"Request header field {name} is not allowed by Access-Control-Allow-Headers."
    return None


def _first_refused(hop: Hop, refused: tuple[str, ...]) -> str:
    names = [name for name, _ in hop.set_headers if name.lower() in refused]
    known = [_KNOWN[name.lower()] for name in names if name.lower() in _KNOWN]
    return known[0] if known else names[0]


def _access_line(response: HTTPResponse, origin: str, *, include: bool) -> str | None:
    failure = _check.cors_check(response, origin, include=include)
    if failure is None:
        return None
    if failure.step is Step.ORIGIN_WILDCARD:
        return "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."
    if failure.step is Step.CREDENTIALS_NOT_ALLOWED:
        return 'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".'
    if "," in (failure.value or ""):
        return "Access-Control-Allow-Origin cannot contain more than one origin."
    return (
        f"Origin {origin} is not allowed by Access-Control-Allow-Origin. "
        f"Status code: {response.status}"
    )
