"""The CORS headers of the response to a request, and the responses that are not an application's.

Requests are WSGI environs here. What decides is the compiled policy; this adds what a developer
and an operator want to know.
"""

import traceback
from collections.abc import Mapping
from typing import Any

from cors_wsgi._headers import Header
from cors_wsgi._log import report, reports_refusals, warn_of_local_server
from cors_wsgi._policy.decision import Request
from cors_wsgi._policy.policy import Policy


def is_preflight(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request is a CORS-preflight request.

    Source: https://fetch.spec.whatwg.org/#cors-preflight-request

    Args:
        environ: The WSGI environ.
    """
    return (
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        and "HTTP_ORIGIN" in environ
        and environ["REQUEST_METHOD"] == "OPTIONS"
    )


def preflight_response(
    policy: Policy, environ: Mapping[str, Any], *, debug: bool
) -> tuple[int, list[Header]]:
    """Return the status and all headers of a preflight's response, and report a refusal.

    Args:
        policy: The policy that governs the request.
        environ: The WSGI environ of a request that `is_preflight`.
        debug: Whether this is development, as for `CORSMiddleware`.
    """
    compiled = policy.compiled
    headers = compiled.preflight_headers(
        environ["HTTP_ORIGIN"],
        environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"],
        environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
    )
    if reports_refusals(debug=debug):
        headers += report(compiled, Request.from_environ(environ), debug=debug)
    return compiled.fields.preflight_status, headers


def actual_headers(
    policy: Policy, environ: Mapping[str, Any], *, debug: bool
) -> tuple[bool, list[Header]]:
    """Return the CORS headers of a response that is no preflight's, and report a refusal.

    Args:
        policy: The policy that governs the request.
        environ: The WSGI environ of the request, as it arrived.
        debug: Whether this is development, as for `CORSMiddleware`.

    Returns:
        Whether the request comes from an allowed origin, and the headers. They may be shared
        between requests, and must not be changed.
    """
    compiled = policy.compiled
    origin = environ.get("HTTP_ORIGIN")
    if origin is None:
        return False, compiled.unshared
    shared = compiled.shared_with(origin)
    headers = compiled.unshared if shared is None else shared
    if debug or shared is None or compiled.allows_any_origin:
        headers = reported(headers, policy, environ, debug=debug)
    return shared is not None, headers


def reported(
    headers: list[Header], policy: Policy, environ: Mapping[str, Any], *, debug: bool
) -> list[Header]:
    """Report what a developer or an operator wants to know of a CORS request.

    Args:
        headers: The CORS headers of its response.
        policy: The policy that governs it.
        environ: Its WSGI environ, which has an origin.
        debug: Whether this is development, as for `CORSMiddleware`.

    Returns:
        The headers; in development, with the one that says why they are as they are.
    """
    compiled = policy.compiled
    if compiled.allows_any_origin:
        warn_of_local_server(environ)
    if (debug or not compiled.allows_any_origin) and reports_refusals(debug=debug):
        return [*headers, *report(compiled, Request.from_environ(environ), debug=debug)]
    return headers


def crash_response(method: str, cors: list[Header], *, debug: bool) -> tuple[list[Header], bytes]:
    """Return the headers and the body of the 500 for the exception that is being handled.

    Args:
        method: The request's method.
        cors: The CORS headers of its response.
        debug: Whether this is development: the body is then the traceback.
    """
    text = traceback.format_exc() if debug else "Internal Server Error"
    body = text.encode(errors="backslashreplace")
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *cors,
    ]
    return headers, b"" if method == "HEAD" else body
