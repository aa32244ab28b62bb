"""The adapters: each opens an application behind a policy, and sends it one request.

Every WSGI application stands inside `wsgiref.validate`, on both sides of the middleware.
The application counts what reaches it, so that a test can tell who has answered.
"""

import asyncio
import atexit
import contextvars
import functools
import http.client
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias
from wsgiref.validate import validator

import django_settings  # noqa: F401 - configures Django, once
import fastapi_cors_wsgi
import flask
import litestar
import pytest
import quart
import starlette.endpoints
import starlette.responses
import uvicorn
import webtest
from asgi_server import scope_of
from conformance.cases import Reply
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import re_path
from engines.processes import free_port
from fastapi import APIRouter, FastAPI, Request
from flask_cors_wsgi import CORS
from starlette.applications import Starlette
from starlette.routing import Route

from cors_wsgi import CORSMiddleware, asgi

ANY_METHOD = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
NOT_ALLOWED = Reply(405, (("Content-Type", "text/plain"),), b"no")


@dataclass(frozen=True)
class Answer:
    """A whole response. Headers in lower case, as a sorted list: a double one shows."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class App:
    """What the application behind an adapter does.

    Attributes:
        replies: What it answers, by method.
        policy: What governs it; nothing at all if `None`.
        prefix: Where it is mounted.
        reached: The methods that came through.
    """

    replies: Mapping[str, Reply]
    policy: Any = None
    prefix: str = ""
    reached: list[str] = field(default_factory=list)

    def reply_to(self, method: str) -> Reply:
        self.reached.append(method)
        return self.replies.get(method, NOT_ALLOWED)


Send: TypeAlias = Callable[[str, str, Mapping[str, str]], Answer]

# A loop for each request, with its threads, would cost more than the request.
_loop = asyncio.Runner()
atexit.register(_loop.close)


def _answer(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    return Answer(status, sorted((name.lower(), value) for name, value in headers), body)


def _blocks(reply: Reply) -> Iterable[bytes]:
    return (reply.body[i : i + 1] for i in range(len(reply.body)))


async def _later(blocks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


def _send_with_webtest(application: Any, prefix: str) -> Send:
    client = webtest.TestApp(application, lint=False, extra_environ={"SCRIPT_NAME": prefix})

    def send(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        # As a server passes bytes on (PEP 3333); WebTest would encode them as UTF-8.
        environ = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in headers.items()}
        request = webtest.TestRequest.blank(path, environ, method=method)
        request.environ["SCRIPT_NAME"] = prefix
        response = client.do_request(request, expect_errors=True)
        return _answer(response.status_int, response.headerlist, response.body)

    return send


def wsgi_application(app: App) -> Any:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        reply = app.reply_to(environ["REQUEST_METHOD"])
        phrase = HTTPStatus(reply.status).phrase
        start_response(f"{reply.status} {phrase}", list(reply.headers))
        return _blocks(reply) if reply.streamed else [reply.body]

    wsgi = validator(application)
    return wsgi if app.policy is None else validator(CORSMiddleware(wsgi, app.policy))


def asgi_application(app: App) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        reply = app.reply_to(scope["method"])
        headers = [(name.encode(), value.encode()) for name, value in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        for block in _blocks(reply) if reply.streamed else [reply.body]:
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return application if app.policy is None else asgi.CORSMiddleware(application, app.policy)


def _send_with_asgi(application: Any, prefix: str) -> Send:
    async def exchange(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        messages: list[Any] = []
        requests = [{"type": "http.request", "body": b"", "more_body": False}]

        is_complete = asyncio.Event()

        async def receive() -> Any:
            if requests:
                return requests.pop()
            await is_complete.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                is_complete.set()

        raw = [(n.lower(), value) for n, value in headers.items()]
        more = {"root_path": prefix, "server": ("localhost", 80), "client": ("127.0.0.1", 9)}
        scope = scope_of(method, f"{prefix}{path}", raw, **more)
        scope |= {"raw_path": scope["path"].encode(), "state": {}}
        await application(scope, receive, send)
        (start,) = (m for m in messages if m["type"] == "http.response.start")
        blocks = (m.get("body", b"") for m in messages if m["type"] == "http.response.body")
        given = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        return _answer(start["status"], given, b"".join(blocks))

    return lambda *request: _loop.run(exchange(*request), context=contextvars.copy_context())


@contextmanager
def plain_asgi(app: App) -> Iterator[Send]:
    yield _send_with_asgi(asgi_application(app), app.prefix)


def _starlette_response(app: App, method: str) -> starlette.responses.Response:
    reply = app.reply_to(method)
    response: starlette.responses.Response
    if reply.streamed:
        response = starlette.responses.StreamingResponse(_blocks(reply), reply.status)
    else:
        response = starlette.responses.Response(reply.body, reply.status)
    response.raw_headers[:] = [(n.lower().encode(), v.encode()) for n, v in reply.headers]
    return response


@contextmanager
def starlette_application(app: App) -> Iterator[Send]:
    class View(starlette.endpoints.HTTPEndpoint):
        async def dispatch(self) -> None:
            await _starlette_response(app, self.scope["method"])(
                self.scope, self.receive, self.send
            )

    application = Starlette(routes=[Route("/{path:path}", View)])
    if app.policy is not None:
        fastapi_cors_wsgi.CORS(application, app.policy)
    yield _send_with_asgi(application, app.prefix)


@contextmanager
def fastapi_application(app: App) -> Iterator[Send]:
    router = APIRouter()

    @router.api_route("/{path:path}", methods=[*ANY_METHOD])
    def view(request: Request, path: str) -> starlette.responses.Response:
        return _starlette_response(app, request.method)

    application = FastAPI(openapi_url=None)
    application.include_router(router)
    if app.policy is not None:
        fastapi_cors_wsgi.CORS(application, app.policy)
    yield _send_with_asgi(application, app.prefix)


@contextmanager
def quart_application(app: App) -> Iterator[Send]:
    application = quart.Quart(__name__, static_folder=None)

    @application.before_request
    async def answer() -> quart.Response:
        reply = app.reply_to(quart.request.method)
        response = quart.Response(_blocks(reply) if reply.streamed else reply.body, reply.status)
        response.headers.clear()
        response.headers.extend(reply.headers)
        return response

    if app.policy is not None:
        application.asgi_app = asgi.CORSMiddleware(application.asgi_app, app.policy)  # type: ignore[method-assign]
    yield _send_with_asgi(application, app.prefix)


@contextmanager
def litestar_application(app: App) -> Iterator[Send]:
    @litestar.asgi("/", is_mount=True, copy_scope=True)
    async def view(scope: Any, receive: Any, send: Any) -> None:
        await asgi_application(App(app.replies, None, app.prefix, app.reached))(
            scope, receive, send
        )

    application: Any = litestar.Litestar([view], openapi_config=None, logging_config=None)
    if app.policy is not None:
        application = asgi.CORSMiddleware(application, app.policy)
    yield _send_with_asgi(application, app.prefix)


@contextmanager
def plain_wsgi(app: App) -> Iterator[Send]:
    yield _send_with_webtest(wsgi_application(app), app.prefix)


class Flask(flask.Flask):
    """Flask, validated on the inside of the extension."""

    def wsgi_app(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return validator(super().wsgi_app)(environ, start_response)


@contextmanager
def flask_extension(app: App) -> Iterator[Send]:
    application = Flask(__name__, static_folder=None)
    if app.policy is not None:
        CORS(application, app.policy)
        application.wsgi_app = validator(application.wsgi_app)  # type: ignore[method-assign]

    @application.before_request
    def answer() -> flask.Response:
        reply = app.reply_to(flask.request.method)
        body = _blocks(reply) if reply.streamed else reply.body
        response = flask.Response(body, reply.status)
        del response.headers["Content-Type"]
        response.headers.extend(reply.headers)
        return response

    client = application.test_client()

    def send(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        environ = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in headers.items()}
        response = client.open(
            path,
            method=method,
            base_url=f"http://localhost{app.prefix}",
            environ_overrides=environ,
            buffered=True,
        )
        return _answer(response.status_code, response.headers, response.data)

    yield send


def _django_view(request: Any) -> HttpResponse | StreamingHttpResponse:
    reply = _django_app.reply_to(request.method)
    body: Any = _blocks(reply) if reply.streamed else reply.body
    if reply.streamed and isinstance(request, ASGIRequest):
        body = _later(body)
    kind = StreamingHttpResponse if reply.streamed else HttpResponse
    response = kind(body, status=reply.status)
    del response["Content-Type"]
    for name, value in reply.headers:
        response[name] = value
    return response


_django_app = App({})
_django_handler: Any = None
urlpatterns = [re_path("", _django_view)]


@contextmanager
def _django(app: App) -> Iterator[None]:
    global _django_app  # noqa: PLW0603 - Django's settings and routes are global too
    _django_app = app
    behind = {"MIDDLEWARE": ["django_cors_wsgi.middleware.CORSMiddleware"]}
    behind |= {"CORS_POLICY": app.policy}
    with override_settings(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        FORCE_SCRIPT_NAME=app.prefix or None,
        **(behind if app.policy is not None else {"MIDDLEWARE": []}),
    ):
        assert not settings.DEBUG
        yield


@contextmanager
def django_client(app: App) -> Iterator[Send]:
    with _django(app):
        client = Client(raise_request_exception=False)

        def send(method: str, path: str, headers: Mapping[str, str]) -> Answer:
            environ = {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in headers.items()}
            response = client.generic(method, path, **environ)
            return _answer(response.status_code, response.items(), _body(response))

        yield send


def _body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


@functools.cache
def _uvicorn() -> int:
    """Serve what Django's ASGI handler is at the time, until the tests end; return the port."""
    port = free_port()
    silent = {"server_header": False, "date_header": False, "log_level": "warning", "ws": "none"}
    server = uvicorn.Server(uvicorn.Config(_serve_django, port=port, lifespan="off", **silent))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    atexit.register(serving.join)
    atexit.register(setattr, server, "should_exit", True)
    while not server.started:
        assert serving.is_alive()
        time.sleep(0.01)
    return port


async def _serve_django(scope: Any, receive: Any, send: Any) -> None:
    await _django_handler(scope, receive, send)


@contextmanager
def django_on_uvicorn(app: App) -> Iterator[Send]:
    global _django_handler  # noqa: PLW0603 - the server has been started with it
    connection = http.client.HTTPConnection("127.0.0.1", _uvicorn(), timeout=30)

    def send(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        if any("\0" in value or value != value.strip(" \t") for value in headers.values()):
            pytest.skip("servers refuse a NUL, and some trim a value (RFC 9110, section 5.5)")
        connection.request(method, f"{app.prefix}{path}", headers=dict(headers))
        response = connection.getresponse()
        return _answer(response.status, response.getheaders(), response.read())

    with _django(app), closing(connection):
        _django_handler = ASGIHandler()
        yield send


@contextmanager
def django_wsgi(app: App) -> Iterator[Send]:
    with _django(app):
        yield _send_with_webtest(validator(WSGIHandler()), app.prefix)


@contextmanager
def django_wrapped(app: App) -> Iterator[Send]:
    with _django(App(app.replies, None, app.prefix, app.reached)):
        wsgi = validator(WSGIHandler())
        if app.policy is not None:
            wsgi = validator(CORSMiddleware(wsgi, app.policy))
        yield _send_with_webtest(wsgi, app.prefix)


ADAPTERS = [
    plain_wsgi,
    plain_asgi,
    starlette_application,
    fastapi_application,
    quart_application,
    litestar_application,
    flask_extension,
    django_client,
    django_on_uvicorn,
    django_wsgi,
    django_wrapped,
]
