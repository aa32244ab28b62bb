"""The shop with CORS added by hand, each time with a mistake that people make.

Each function is a middleware, and the last one in its application's MIDDLEWARE.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]
Headers = dict[str, str]


def right() -> Headers:
    return {
        "Access-Control-Allow-Origin": settings.FRONT_ENDS[0],
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": "Content-Type, X-CSRFToken",
    }


def add(response: HttpResponse, headers: Headers) -> HttpResponse:
    for name, value in headers.items():
        response[name] = value
    return response


def with_headers(get_response: View, headers: Headers) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        return add(get_response(request), headers)

    return middleware


def with_preflights(get_response: View, headers: Headers) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204)
        return get_response(request)

    return with_headers(middleware, headers)


def preflight_405(get_response: View) -> View:
    # Every answer has the headers, but the view says @require_POST.
    return with_headers(get_response, right())


def preflight_html_200(get_response: View) -> View:
    get_response = with_headers(get_response, right())

    def middleware(request: HttpRequest) -> HttpResponse:
        # A preflight never carries the cookie, so it is shown the login page.
        if not request.user.is_authenticated:
            return HttpResponse("<!doctype html><title>Log in</title><h1>Log in</h1>")
        return get_response(request)

    return middleware


def origin_missing(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.headers.get("Origin") in {"https://shop.example", "https://www.shop.example"}:
            response["Access-Control-Allow-Origin"] = request.headers["Origin"]
        return response

    return middleware


def origin_mismatch(get_response: View) -> View:
    headers = right() | {"Access-Control-Allow-Origin": "https://shop.example"}
    return with_preflights(get_response, headers)


def header_missing(get_response: View) -> View:
    headers = right() | {"Access-Control-Allow-Headers": "Content-Type"}  # and X-CSRFToken?
    return with_preflights(get_response, headers)


def error_without_cors(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code < 400:  # as nginx's add_header does, unless it says "always"
            add(response, right())
        return response

    return middleware
