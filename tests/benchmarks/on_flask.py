"""The candidates of Flask."""

import flask
import flask_cors
from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Setup
from benchmarks.on_wsgi import ByHand, policy
from flask_cors_wsgi import CORS


def application(setup: Setup) -> flask.Flask:
    """Return the bare application: one view."""
    app = flask.Flask("hello")

    @app.get("/")
    def hello() -> flask.Response:
        return flask.Response(BODY, headers=[*setup.response_headers])

    return app


def by_hand(setup: Setup) -> flask.Flask:
    """Return the application with headers written by hand."""
    app = application(setup)
    app.wsgi_app = ByHand(app.wsgi_app)  # type: ignore[method-assign]
    return app


def ours(setup: Setup) -> flask.Flask:
    """Return the application behind our extension."""
    app = application(setup)
    CORS(app, policy(setup))
    return app


def with_flask_cors(setup: Setup) -> flask.Flask:
    """Return the application behind flask-cors."""
    app = application(setup)
    patterns = [rf"https://([a-z0-9-]+\.)+{name}\.example$" for name in setup.team_names()]
    flask_cors.CORS(
        app,
        origins=[*setup.exact_origins(), *patterns],
        methods=METHODS,
        allow_headers="*" if setup.any_header else HEADERS,
        supports_credentials=True,
        max_age=MAX_AGE,
    )
    return app


CANDIDATES = {
    "bare": application,
    "by hand": by_hand,
    "cors-wsgi": ours,
    "flask-cors": with_flask_cors,
}
