"""The candidates of Flask: the bare application, ours, and flask-cors."""

from typing import Any

import flask
import flask_cors
from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Case, Setup
from benchmarks.yardsticks import policy
from flask_cors_wsgi import CORS


def application() -> flask.Flask:
    """Return the smallest application: one view for every path, one answer."""
    app = flask.Flask("hello")

    @app.get("/")
    @app.get("/<path:_path>")
    def hello(_path: str = "") -> flask.Response:
        return flask.Response(BODY, mimetype="text/plain")

    return app


def with_flask_cors(setup: Setup) -> flask.Flask:
    """Return the application with flask-cors; a path policy is a resource pattern."""
    app = application()
    patterns = [rf"https://([a-z0-9-]+\.)+{name}\.example$" for name in setup.team_names()]
    flask_cors.CORS(
        app,
        resources=[f"{prefix}/*" for prefix in setup.prefixes()] or "/*",
        origins=setup.exact_origins() + patterns,
        methods=METHODS,
        allow_headers="*" if setup.reflect else HEADERS,
        supports_credentials=True,
        max_age=MAX_AGE,
    )
    return app


def candidates(case: Case) -> dict[str, Any]:
    """Return the applications to compare on a case, the baseline first.

    Each has served a request, as those of a server have: what Flask and its extensions do
    only until then is not to be timed.
    """
    ours = application()
    CORS(ours, policy(case.setup))
    found = {"bare": application(), "ours": ours, "flask-cors": with_flask_cors(case.setup)}
    for app in found.values():
        app.test_client().get("/")
    return found
