"""The stockroom with CORS added by hand, each time with a mistake that people make."""

import json
import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Headers = dict[str, str]


def right(origin: str) -> Headers:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, PUT",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
    }


def with_headers(application: WSGIApplication, headers: Headers) -> WSGIApplication:
    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, own: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*own, *headers.items()], exc_info)

        return application(environ, start)

    return wrapped


def with_preflights(application: WSGIApplication, headers: Headers) -> WSGIApplication:
    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", [])
            return []
        return application(environ, start_response)

    return with_headers(wrapped, headers)


def preflight_404(application: WSGIApplication, origin: str) -> WSGIApplication:
    # Every answer has the headers, but no route takes OPTIONS.
    return with_headers(application, right(origin))


def origin_invalid(application: WSGIApplication, origin: str) -> WSGIApplication:
    headers = right(origin) | {"Access-Control-Allow-Origin": origin + "/"}
    return with_preflights(application, headers)


def origin_undefined(application: WSGIApplication, origin: str) -> WSGIApplication:
    configured = str(os.environ.get("FRONT_END"))  # nobody has set it
    return with_preflights(application, right(origin) | {"Access-Control-Allow-Origin": configured})


def origin_duplicate(application: WSGIApplication, origin: str) -> WSGIApplication:
    application = with_preflights(application, right(origin))
    # And once more outside, as a proxy does.
    return with_headers(application, {"Access-Control-Allow-Origin": origin})


def list_unparsable(application: WSGIApplication, origin: str) -> WSGIApplication:
    names = json.dumps(["Authorization", "Content-Type"])
    return with_preflights(application, right(origin) | {"Access-Control-Allow-Headers": names})


def redirect_cross_origin(application: WSGIApplication, origin: str) -> WSGIApplication:
    def moved(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host, port = environ["HTTP_HOST"].split(":")
        if host == "localhost":
            return application(environ, start_response)
        # To the new host, which allows the page. But the browser, sent on
        # from one origin to another, now says "Origin: null".
        path = environ["SCRIPT_NAME"] + environ["PATH_INFO"]
        location = f"http://localhost:{port}{path}?{environ['QUERY_STRING']}"
        start_response("307 Temporary Redirect", [("Location", location)])
        return []

    return with_preflights(moved, right(origin))
