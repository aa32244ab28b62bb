"""The bare WSGI application, the limit, and ours: all that can be compared without peers."""

from collections.abc import Callable
from typing import Any

from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Setup

import cors_wsgi

Start = Callable[..., Any]


def application(setup: Setup) -> Any:
    """Return the bare application: constant headers in a list of its own, and one chunk."""
    response_headers = setup.response_headers

    def app(environ: dict[str, Any], start_response: Start) -> list[bytes]:
        start_response("200 OK", [*response_headers])
        return [BODY]

    return app


ADDED = [
    ("Access-Control-Allow-Origin", "https://app.example"),
    ("Access-Control-Allow-Credentials", "true"),
    ("Vary", "Origin"),
]
ANSWERED = [
    *ADDED,
    ("Access-Control-Allow-Methods", ", ".join(METHODS)),
    ("Access-Control-Allow-Headers", ", ".join(HEADERS)),
    ("Access-Control-Max-Age", str(MAX_AGE)),
]


class Limit:
    """What a middleware cannot do without: one origin, typed in by hand, on every response.

    It decides nothing, does not look at the application's headers, and is wrong for every
    other origin: a yardstick, and no middleware to use. Like ours it is an object that is
    called. It has no annotations, which inner functions would evaluate at every request.
    """

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if (
            environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        ):
            start_response("204 No Content", ANSWERED.copy())
            return []

        def start(status, headers, exc_info=None):
            return start_response(status, headers + ADDED, exc_info)

        return self.app(environ, start)


def policy(setup: Setup) -> Any:
    """Return the policy of a case in our own words."""

    def one() -> cors_wsgi.Policy:
        return cors_wsgi.Policy(
            allow_origins=[
                *setup.exact_origins(),
                *(f"https://*.{name}.example" for name in setup.team_names()),
            ],
            allow_methods=METHODS,
            allow_headers="*" if setup.reflect else HEADERS,
            allow_credentials=True,
            max_age=MAX_AGE,
        )

    if setup.paths:
        return cors_wsgi.PathPolicies({prefix: one() for prefix in setup.prefixes()})
    return one()
