"""The candidates of plain WSGI, and what the other adapters need of them."""

from typing import Any

import wsgicors
from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Setup

from cors_wsgi import CORSMiddleware, Policy

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


def application(setup: Setup) -> Any:
    """Return the bare application: constant headers and one block."""
    response_headers = setup.response_headers

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [*response_headers])
        return [BODY]

    return app


class ByHand:
    """Headers written by hand, for one origin: the least that a middleware can do.

    It decides nothing, does not look at the application's headers, and is wrong for every other
    origin: a yardstick. It has no annotations, since an inner function evaluates them on each call.
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


def policy(setup: Setup) -> Policy:
    """Return the policy of a case."""
    patterns = [f"https://*.{name}.example" for name in setup.team_names()]
    return Policy(
        allow_origins=[*setup.exact_origins(), *patterns],
        allow_methods=METHODS,
        allow_headers="*" if setup.any_header else HEADERS,
        allow_credentials=True,
        max_age=MAX_AGE,
    )


def with_wsgicors(setup: Setup) -> Any:
    """Return the application behind wsgicors."""
    patterns = [f"https://*.{name}.example" for name in setup.team_names()]
    return wsgicors.CORS(
        application(setup),
        origin=" ".join([*setup.exact_origins(), *patterns]),
        methods=",".join(METHODS),
        headers="*" if setup.any_header else ", ".join(HEADERS),
        credentials="true",
        maxage=str(MAX_AGE),
    )


CANDIDATES = {
    "bare": application,
    "by hand": lambda setup: ByHand(application(setup)),
    "cors-wsgi": lambda setup: CORSMiddleware(application(setup), policy(setup)),
    "wsgicors": with_wsgicors,
}
