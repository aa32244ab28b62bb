"""What wraps `wsgi_app` outside the policy is noticed, and named."""

from typing import Any

import flask
import flask_socketio
import pytest
import webtest
from flask_adapter.test_flask import APP, POLICY, allowed_origin, make_app
from flask_cors_wsgi import CORS, _cli
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix


def closure(app: flask.Flask) -> None:
    inner = app.wsgi_app

    def wrapper(environ: Any, start_response: Any) -> Any:
        return inner(environ, start_response)

    app.wsgi_app = wrapper  # type: ignore[method-assign]


def dispatcher(app: flask.Flask) -> None:
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {})  # type: ignore[method-assign]


def socketio(app: flask.Flask) -> None:
    flask_socketio.SocketIO(app, async_mode="threading")


def proxy_fix(app: flask.Flask) -> None:
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]


def both(app: flask.Flask) -> None:
    dispatcher(app)
    proxy_fix(app)


WRAPPERS = [
    pytest.param(closure, f"{__name__}.closure.<locals>.wrapper", id="a function"),
    pytest.param(dispatcher, "werkzeug.middleware.dispatcher.DispatcherMiddleware", id="another"),
    pytest.param(socketio, "flask_socketio._SocketIOMiddleware", id="Flask-SocketIO"),
    pytest.param(both, "werkzeug.middleware.dispatcher.DispatcherMiddleware", id="two"),
    pytest.param(proxy_fix, None, id="ProxyFix only corrects the request"),
    pytest.param(lambda app: None, None, id="nothing"),
]


@pytest.mark.parametrize(("wrap", "name"), WRAPPERS)
def test_a_wrapper_outside_is_reported_once(
    wrap: Any, name: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    CORS(app, POLICY)
    where = app.extensions["cors_wsgi"].where
    assert where.startswith(f"{__file__}:")
    wrap(app)
    for _ in range(2):
        webtest.TestApp(app).get("/", headers={"Origin": APP}, status=404)
    told = [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if "outside the CORS policy" in record.getMessage()
    ]
    message = (
        f"{name} wraps app.wsgi_app outside the CORS policy: what it answers has no CORS "
        f"headers. Move CORS(app, ...) at {where} below the line that sets it up"
    )
    assert told == ([] if name is None else [("WARNING", message)])


@pytest.mark.parametrize("wrap", [dispatcher, socketio, proxy_fix])
def test_a_wrapper_inside_is_behind_the_policy(wrap: Any, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    wrap(app)
    CORS(app, POLICY)
    assert allowed_origin(app, "/") == APP
    path = "/socket.io/?EIO=4&transport=polling"
    assert allowed_origin(app, path) == APP
    assert "outside the CORS policy" not in caplog.text


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param(["policy"], "what reaches it: see the note above", id="policy"),
        pytest.param(["explain", "GET", APP, "/"], "ALLOWED", id="explain"),
    ],
)
def test_flask_cors_names_what_is_outside(command: list[str], said: str) -> None:
    app = make_app()
    CORS(app, POLICY)
    dispatcher(app)
    result = app.test_cli_runner().invoke(_cli.cors, command)
    assert said in result.output
    assert "every path" not in result.output
    assert "DispatcherMiddleware wraps app.wsgi_app outside" in " ".join(result.output.split())
