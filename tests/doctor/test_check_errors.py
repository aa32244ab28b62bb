"""Errors that are provoked safely: does the page get to read them? In process, and as a table."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

import django_settings  # noqa: F401 - configures Django
import flask
import flask_cors
import pytest
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from flask_cors_wsgi import CORS

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.adapting import cors_policy
from cors_wsgi.browser import HTTPRequest, HTTPResponse
from cors_wsgi.doctor.check.diagnosis.diagnose import diagnose
from cors_wsgi.doctor.check.diagnosis.findings import Finding
from cors_wsgi.doctor.check.probe import Target, observe
from cors_wsgi.doctor.transport.crash import failing_views
from cors_wsgi.doctor.transport.in_process import ProcessTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from cors_wsgi.browser import Answer

PAGE, HOME, URL = "https://app.example", "http://localhost", "http://localhost/data"
POLICY = Policy(allow_origins=PAGE)
ALLOWED = ("Access-Control-Allow-Origin", PAGE)
INSTEAD = "the browser will report CORS instead of the error."


def hidden(what: str, level: Any = "warning") -> list[Finding]:
    return [Finding("error-without-cors", level, f"{what}: {INSTEAD}")]


def let_out(setting: str) -> list[Finding]:
    text = (
        f"With {setting} on, an exception in the view leaves the application, and the 500 that a "
        "server makes of it has no CORS headers. To judge your own, check again with it off."
    )
    return [Finding("error-without-cors", "note", text)]


IN_THE_VIEW = hidden("An exception in the view (500 to GET) has no CORS headers")


def errors_of(app: WSGIApplication, **ask: Any) -> list[Finding]:
    """What is found about the errors of an application that allows the fetch itself."""
    transport = ProcessTransport(app, HOME)
    target = Target(url=URL, origin=PAGE, **ask)
    seen = transport.located(observe(target, transport.send, crash=transport.crash))
    diagnosis = diagnose(seen)
    assert (diagnosis.verdict, diagnosis.failure) == ("allowed", None)
    # 404 and 405 are looked at elsewhere.
    aside = {"PROPFIND", "404"}
    return [
        finding
        for finding in diagnosis.findings
        if finding.id == "error-without-cors" and not any(word in finding.text for word in aside)
    ]


def flask_app(*view_decorators: Callable[[Any], Any], **config: Any) -> flask.Flask:
    app = flask.Flask("site")
    app.config.update(config)

    def data() -> str:
        return "{}"

    for decorate in view_decorators:
        data = decorate(data)
    app.add_url_rule("/data", view_func=data)
    return app


def with_flask_cors(**config: Any) -> WSGIApplication:
    app = flask_app(**config)
    flask_cors.CORS(app, origins=[PAGE])
    return app


def decorated(**config: Any) -> flask.Flask:
    """Flask-CORS's decorator sets the headers when the view has returned."""
    return flask_app(flask_cors.cross_origin(origins=[PAGE]), **config)


def on_success_only() -> flask.Flask:
    app = flask_app()

    @app.after_request
    def add(response: flask.Response) -> flask.Response:
        if response.status_code == 200:
            response.headers.add(*ALLOWED)
        return response

    return app


def with_an_error_handler() -> flask.Flask:
    app = decorated(TESTING=True)

    @app.errorhandler(Exception)
    def answer(error: Exception) -> tuple[str, int, list[tuple[str, str]]]:
        return "sorry", 500, [ALLOWED]

    return app


def behind_our_extension() -> flask.Flask:
    app = on_success_only()
    CORS(app, POLICY)
    return app


def for_nobody_in_particular() -> flask.Flask:
    """The error has a star, which does not do for a fetch with credentials."""
    app = flask_app()

    @app.after_request
    def add(response: flask.Response) -> flask.Response:
        fine = response.status_code == 200
        response.headers.add("Access-Control-Allow-Origin", PAGE if fine else "*")
        response.headers.add("Access-Control-Allow-Credentials", "true")
        return response

    return app


UNFIT = hidden("An exception in the view (500 to GET) has CORS headers that do not fit")
FLASK: list[Any] = [
    pytest.param(with_flask_cors(), [], id="Flask-CORS"),
    pytest.param(decorated(), IN_THE_VIEW, id="Flask-CORS's decorator"),
    pytest.param(on_success_only(), IN_THE_VIEW, id="a hook that looks at the status"),
    pytest.param(with_an_error_handler(), [], id="an error handler of its own"),
    pytest.param(behind_our_extension(), [], id="our extension"),
    pytest.param(CORSMiddleware(on_success_only(), POLICY), [], id="CORSMiddleware"),
    pytest.param(with_flask_cors(TESTING=True), let_out("TESTING"), id="TESTING"),
    pytest.param(with_flask_cors(DEBUG=True), let_out("DEBUG"), id="DEBUG"),
    pytest.param(
        with_flask_cors(PROPAGATE_EXCEPTIONS=True),
        let_out("PROPAGATE_EXCEPTIONS"),
        id="PROPAGATE_EXCEPTIONS",
    ),
    pytest.param(
        with_flask_cors(TESTING=True, PROPAGATE_EXCEPTIONS=False), [], id="TESTING, and not let out"
    ),
    pytest.param(
        CORSMiddleware(with_flask_cors(TESTING=True), POLICY), [], id="TESTING in CORSMiddleware"
    ),
]


@pytest.mark.parametrize(("app", "found"), FLASK)
def test_a_view_of_flask_that_fails(app: WSGIApplication, found: list[Finding]) -> None:
    assert errors_of(app) == found


def test_an_error_is_to_be_read_as_the_answer_is() -> None:
    assert errors_of(for_nobody_in_particular()) == []
    assert errors_of(for_nobody_in_particular(), credentials=True) == UNFIT


def by_hand(request: HttpRequest) -> HttpResponse:
    return HttpResponse("{}", headers={"Access-Control-Allow-Origin": PAGE})


by_hand.needs_no_login = True  # type: ignore[attr-defined]  # as Django's decorators mark views


@cors_policy(POLICY)
def with_a_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("{}")


class DemandsALogin:
    """As Django's LoginRequiredMiddleware: what needs no login says so by a mark."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        return None if hasattr(view, "needs_no_login") else HttpResponse(status=401)


async def later(request: HttpRequest) -> HttpResponse:
    return HttpResponse("{}", headers={"Access-Control-Allow-Origin": PAGE})


def django_app(view: Any, **settings: Any) -> WSGIApplication:
    override = override_settings(
        ROOT_URLCONF=type("urls", (), {"urlpatterns": [path("data", view)]}),
        DEBUG_PROPAGATE_EXCEPTIONS=settings.pop("DEBUG_PROPAGATE_EXCEPTIONS", False),
        **settings,
    )

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with override:
            return WSGIHandler()(environ, start_response)

    return application


OURS = {"MIDDLEWARE": ["django_cors_wsgi.middleware.CORSMiddleware"]}
THEIRS = {
    "MIDDLEWARE": ["corsheaders.middleware.CorsMiddleware"],
    "CORS_ALLOWED_ORIGINS": [PAGE],
}
DJANGO: list[Any] = [
    pytest.param(by_hand, {}, IN_THE_VIEW, id="headers from the view"),
    pytest.param(later, {}, IN_THE_VIEW, id="headers from an async view"),
    pytest.param(by_hand, {"DEBUG": True}, IN_THE_VIEW, id="the debug page"),
    pytest.param(
        by_hand,
        {"MIDDLEWARE": [f"{__name__}.DemandsALogin"]},
        IN_THE_VIEW,
        id="a middleware that looks at the view",
    ),
    pytest.param(by_hand, THEIRS, [], id="django-cors-headers"),
    pytest.param(by_hand, {**OURS, "CORS_POLICY": POLICY}, [], id="our middleware"),
    pytest.param(
        with_a_policy, {**OURS, "CORS_POLICY": {"/other": POLICY}}, [], id="our policy of the view"
    ),
    pytest.param(
        by_hand,
        {**THEIRS, "DEBUG_PROPAGATE_EXCEPTIONS": True},
        let_out("DEBUG_PROPAGATE_EXCEPTIONS"),
        id="DEBUG_PROPAGATE_EXCEPTIONS",
    ),
]


@pytest.mark.parametrize(("view", "settings", "found"), DJANGO)
def test_a_view_of_django_that_fails(
    view: Any, settings: dict[str, Any], found: list[Finding]
) -> None:
    assert errors_of(django_app(view, **settings)) == found


def plain(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [ALLOWED])
    return [b"{}"]


def decoding(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Takes its query for text."""
    if "%FF" in environ["QUERY_STRING"]:
        b"\xff".decode()
    return plain(environ, start_response)


def refusing(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    if "%FF" in environ["QUERY_STRING"]:
        start_response("400 Bad Request", [])
        return []
    return plain(environ, start_response)


ODD = "An error on the query %FF%00"
PLAIN: list[Any] = [
    pytest.param(plain, [], id="no failure"),
    pytest.param(decoding, hidden(f"{ODD} (500 to GET) has no CORS headers"), id="a crash"),
    pytest.param(CORSMiddleware(decoding, POLICY), [], id="a crash in CORSMiddleware"),
    pytest.param(
        refusing, hidden(f"{ODD} (400 to GET) has no CORS headers", "note"), id="a refusal"
    ),
    pytest.param(CORSMiddleware(refusing, POLICY), [], id="a refusal in CORSMiddleware"),
]


@pytest.mark.parametrize(("app", "found"), PLAIN)
def test_an_odd_query_to_any_application(app: WSGIApplication, found: list[Finding]) -> None:
    assert errors_of(app) == found


QUERIES: list[Any] = [
    pytest.param("", "?%FF%00", id="no query"),
    pytest.param("?", "?%FF%00", id="an empty one"),
    pytest.param("?id=7&q=a=b&flag", "?id=%FF%00&q=%FF%00&flag=%FF%00", id="in each parameter"),
]


@pytest.mark.parametrize(("query", "odd"), QUERIES)
def test_the_odd_bytes_are_where_the_application_looks(query: str, odd: str) -> None:
    asked = []

    def send(request: HTTPRequest) -> Answer:
        asked.append((request.method, request.url))
        return HTTPResponse(200, (ALLOWED,))

    observe(Target(url=f"{URL}{query}", origin=PAGE), send)
    assert asked[-1] == ("GET", f"{URL}{odd}")


def test_where_the_fetch_is_blocked_no_error_is_provoked() -> None:
    asked: list[HTTPRequest] = []
    crashed: list[HTTPRequest] = []

    def send(request: HTTPRequest) -> Answer:
        asked.append(request)
        return HTTPResponse(200)

    observe(Target(url=URL, origin=PAGE), send, crash=crashed.append)  # type: ignore[arg-type]  # never called
    assert not any("%FF" in request.url for request in asked)
    assert crashed == []


def unrouted(app: flask.Flask) -> flask.Flask:
    app.before_request(lambda: ("log in first", 401))
    return app


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(plain, id="plain WSGI"),
        pytest.param(flask.Flask("empty"), id="Flask, a 404"),
        pytest.param(unrouted(flask_app()), id="Flask, a hook that answers"),
    ],
)
def test_without_a_view_no_failure_is_made_up(app: WSGIApplication) -> None:
    assert ProcessTransport(app, HOME).crash(HTTPRequest("GET", URL)) is None


def test_the_view_does_not_run_and_nothing_is_logged(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = []
    app = flask_app(lambda view: lambda: ran.append(1) or view())
    transport = ProcessTransport(app, HOME)
    answer = transport.crash(HTTPRequest("GET", URL))
    assert (answer and answer.status, ran, transport.raised) == (500, [], None)
    assert (caplog.records, capsys.readouterr().err) == ([], "")
    transport.send(HTTPRequest("GET", URL))
    assert ran == [1]


def test_everything_is_as_it_was_also_after_an_error() -> None:
    def state() -> tuple[Any, ...]:
        methods = (flask.Flask.dispatch_request, BaseHandler.resolve_request)
        return (*methods, logging.root.manager.disable)

    before = state()
    with contextlib.suppress(KeyboardInterrupt), failing_views():
        assert not set(state()) & set(before)
        raise KeyboardInterrupt
    assert state() == before
