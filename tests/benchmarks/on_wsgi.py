"""The candidates of plain WSGI: the bare application, the limit, ours, and wsgicors."""

from collections.abc import Callable
from typing import Any

import wsgicors
from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Case, Setup

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


def with_wsgicors(app: Any, setup: Setup) -> Any:
    """Return the application behind wsgicors, which knows no policy by path."""
    patterns = [f"https://*.{name}.example" for name in setup.team_names()]
    return wsgicors.CORS(
        app,
        origin=" ".join(setup.exact_origins() + patterns),
        methods=",".join(METHODS),
        headers="*" if setup.reflect else ", ".join(HEADERS),
        credentials="true",
        maxage=str(MAX_AGE),
    )


def candidates(case: Case) -> dict[str, Any]:
    """Return the applications to compare on a case, the baseline first."""
    app = application(case.setup)
    found = {
        "bare": app,
        "limit": Limit(app),
        "limit fn": Limit(app).__call__,
        "ours": cors_wsgi.CORSMiddleware(app, policy(case.setup)),
    }
    if not case.setup.paths and "wsgicors" not in case.without:
        found["wsgicors"] = with_wsgicors(app, case.setup)
    return found
