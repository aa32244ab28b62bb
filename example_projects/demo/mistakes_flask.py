"""The bookings API with CORS added by hand, each time with a mistake that people make."""

from flask import Flask, Response, abort, g, request, session

Headers = dict[str, str]


def right(origin: str) -> Headers:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
    }


def add_headers(app: Flask, headers: Headers) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(headers)
        return response


def preflight_auth(app: Flask, origin: str) -> None:
    @app.before_request
    def log_in_first() -> None:
        # A preflight never carries the cookie.
        if "user" not in session and request.endpoint != "accounts.log_in":
            abort(401)

    add_headers(app, right(origin))


def preflight_redirect(app: Flask, origin: str) -> None:
    # The route is /bookings/, the page asks for /bookings: Flask redirects.
    add_headers(app, right(origin))


def preflight_5xx(app: Flask, origin: str) -> None:
    @app.before_request
    def read_token() -> None:
        # A preflight has no Authorization, and None no removeprefix.
        g.token = request.headers.get("Authorization").removeprefix("Bearer ")

    add_headers(app, right(origin))


def origin_wildcard_credentials(app: Flask, origin: str) -> None:
    add_headers(app, right(origin) | {"Access-Control-Allow-Origin": "*"})


def credentials_missing(app: Flask, origin: str) -> None:
    # Python's True, where the header must say "true".
    add_headers(app, right(origin) | {"Access-Control-Allow-Credentials": str(True)})


def method_missing(app: Flask, origin: str) -> None:
    add_headers(app, right(origin) | {"Access-Control-Allow-Methods": "GET, POST, PUT, DELETE"})


def response_header_hidden(app: Flask, origin: str) -> None:
    # Nothing says that the page may see X-Total-Count.
    add_headers(app, right(origin))


def cache_poisoned(app: Flask, origin: str) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        response.headers["Cache-Control"] = "max-age=60"
        # Two different answers, and no "Vary: Origin" to tell them apart.
        if request.headers.get("Origin") == origin:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response
