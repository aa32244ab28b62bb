"""What wraps `wsgi_app` outside the policy is noticed, and named."""

import functools
import inspect
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import flask
import flask_socketio
import pytest
import webtest
from flask_adapter.test_flask import APP, POLICY, allowed_origin, make_app
from flask_cors_wsgi import CORS, _cli
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix


def wrapping(wrap: Callable[[Any], Any]) -> Callable[[flask.Flask], None]:
    """Return what wraps an application's `wsgi_app`."""

    def replace(app: flask.Flask) -> None:
        app.wsgi_app = wrap(app.wsgi_app)  # type: ignore[method-assign]

    return replace


def closure(inner: Any) -> Any:
    def wrapper(environ: Any, start_response: Any) -> Any:
        return inner(environ, start_response)

    return wrapper


def closure_with_another_name(inner: Any) -> Any:
    return functools.wraps(inner.__call__)(closure(inner))


def passed_on(inner: Any, environ: Any, start_response: Any) -> Any:
    return inner(environ, start_response)


class Layer:
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def serve(self, environ: Any, start_response: Any) -> Any:
        return self.inner(environ, start_response)

    __call__ = serve


class OfAnyAttribute(Layer):
    def __getattr__(self, name: str) -> Any:
        return OfAnyAttribute(self.inner)


class OfFailingAttributes(Layer):
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


class OurProxyFix(ProxyFix):
    pass


# As `FlaskInstrumentor().instrument_app(app)` wraps it.
opentelemetry: dict[str, Any] = {"__name__": "opentelemetry.instrumentation.flask"}
exec(
    """
def _rewrapped_app(inner):
    def _wrapped_app(environ, start_response):
        return inner(environ, start_response)
    return _wrapped_app
""",
    opentelemetry,
)


dispatcher = wrapping(lambda inner: DispatcherMiddleware(inner, {}))
proxy_fix = wrapping(ProxyFix)


def socketio(app: flask.Flask) -> None:
    flask_socketio.SocketIO(app, async_mode="threading")


def both(app: flask.Flask) -> None:
    dispatcher(app)
    proxy_fix(app)


DISPATCHER = "werkzeug.middleware.dispatcher.DispatcherMiddleware"
MOCK = "unittest.mock.MagicMock"
WRAPPERS = [
    pytest.param(wrapping(closure), "{here}.closure.<locals>.wrapper", id="a function"),
    pytest.param(
        wrapping(closure_with_another_name),
        "{here}.closure.<locals>.wrapper",
        id="a function by functools.wraps",
    ),
    pytest.param(
        wrapping(lambda inner: functools.partial(passed_on, inner)),
        "{here}.passed_on",
        id="a partial",
    ),
    pytest.param(wrapping(lambda inner: Layer(inner).serve), "{here}.Layer", id="a method"),
    pytest.param(wrapping(lambda inner: MagicMock(side_effect=inner)), MOCK, id="a mock"),
    pytest.param(wrapping(OfAnyAttribute), "{here}.OfAnyAttribute", id="any attribute"),
    pytest.param(
        wrapping(OfFailingAttributes), "{here}.OfFailingAttributes", id="failing attributes"
    ),
    pytest.param(dispatcher, DISPATCHER, id="another"),
    pytest.param(socketio, "flask_socketio._SocketIOMiddleware", id="Flask-SocketIO"),
    pytest.param(both, DISPATCHER, id="two"),
    pytest.param(proxy_fix, None, id="ProxyFix only corrects the request"),
    pytest.param(wrapping(OurProxyFix), None, id="and so does what is derived from it"),
    pytest.param(wrapping(lambda inner: ProxyFix(inner).__call__), None, id="and its method"),
    pytest.param(wrapping(opentelemetry["_rewrapped_app"]), None, id="OpenTelemetry passes all on"),
    pytest.param(lambda app: None, None, id="nothing"),
]


class OurCORS(CORS):
    def __init__(self, app: flask.Flask) -> None:
        super().__init__(app, POLICY)


def without_its_decorator(app: flask.Flask) -> None:
    inspect.unwrap(CORS.__init__)(CORS(), app, POLICY)


@pytest.mark.parametrize(
    "set_up",
    [
        pytest.param(lambda app: CORS(app, POLICY), id="the class"),
        pytest.param(lambda app: CORS().init_app(app, POLICY), id="its method"),
        pytest.param(OurCORS, id="a class that is derived from it"),
        pytest.param(without_its_decorator, id="the class without its decorator"),
    ],
)
def test_the_line_of_a_set_up_is_in_the_users_code(set_up: Callable[[flask.Flask], Any]) -> None:
    app = make_app()
    set_up(app)
    assert app.extensions["cors_wsgi"].where.startswith(f"{__file__}:")
    code = set_up.__init__.__code__ if isinstance(set_up, type) else set_up.__code__
    lines = {line for _, _, line in code.co_lines()}
    assert int(app.extensions["cors_wsgi"].where.rpartition(":")[2]) in lines


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
    named = (name or "").format(here=__name__)
    message = (
        f"{named} wraps app.wsgi_app outside the CORS policy: what it answers has no CORS "
        f"headers. Move CORS(app, ...) at {where} below the line that sets it up"
    )
    assert told == ([] if name is None else [("WARNING", message)])


@pytest.mark.parametrize(
    ("wrap", "names"),
    [
        pytest.param(lambda inner: inner, ["flask.app.Flask"], id="as it was"),
        pytest.param(ProxyFix, ["flask.app.Flask"], id="below what only corrects the request"),
        pytest.param(
            lambda inner: DispatcherMiddleware(inner, {}),
            [DISPATCHER, "flask.app.Flask"],
            id="below what answers",
        ),
    ],
)
def test_flask_itself_is_outside_where_the_policy_is_gone(wrap: Any, names: list[str]) -> None:
    app = make_app()
    inner = app.wsgi_app
    CORS(app, POLICY)
    app.wsgi_app = wrap(inner)  # type: ignore[method-assign]
    gaps = app.extensions["cors_wsgi"].gaps()
    assert [gap.partition(" ")[0] for gap in gaps] == names


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
