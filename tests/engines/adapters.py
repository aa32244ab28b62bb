"""The same small site behind each adapter, on a real server, for real browsers to visit."""

import base64
import contextlib
import functools
import json
import socket
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from socketserver import ThreadingMixIn
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django_settings  # noqa: F401 - configures Django, once
import fastapi
import fastapi.responses
import fastapi_cors_wsgi
import flask
import uvicorn
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path
from flask_cors_wsgi import CORS

from cors_wsgi import CORSMiddleware, PathPolicies, Policy

STREAM = ("first ", "second ", "third")
# A font of one triangle, for the letter A.
_FONT = zlib.decompress(
    base64.b85decode(
        "c-muNWME+6VrXDsW>D}C);Dsruz$(Gz^DNfO-Rm7EMVYam;&Ta0P;=Jb1KusPfq<0<evfZMKV$oQ*@90@Bp&c0I^v"
        "HP=Ha7K@Z4&0>mmAxg`}0DL@tjV+W96%gIkp1lk4S9|7@m6DtZBSQuD=d=4OAAulmEm0@Pg2_XLgkZ)6vUt9uo7Z5"
        "PXfaDoKZUy4WWv=_<`E9;3FoOgb7@n)ed_$&zc7kkWW?*7~0Fbg1|4)ErAo7e1sDKeH!UWU<kzry$2h0p9z))ZXx|"
        "c9OG2I>rfRrN;;sOeAm%;1?`C0_(8WEtKAQdb?2;w{b{|_PmA3(B+3vMsS_dqiYO~q4EQo#DmpfZfG5Cq!-;sI@7;"
        "RMo55WfT2AQnqV5JLz<5G3qz0|3rSJDU"
    )
)
# A picture of one pixel.
_PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# What never changes: its path, its type, its content. All of it may be cached.
_FILES = (
    ("/events", "text/event-stream", b"data: one\n\ndata: two\n\n"),
    ("/module.js", "text/javascript", b"export const answer = 42;"),
    ("/font", "font/ttf", _FONT),
    ("/picture", "image/gif", _PICTURE),
)
_CACHED = {"Cache-Control": "public, max-age=600"}
_COOKIE = "visitor=known; Path=/; SameSite=Lax"


class Adapter(NamedTuple):
    """A served site, and how many preflights and other requests each of its paths has had."""

    address: str
    preflights: Counter[str]
    requests: Counter[str]


def policies(origins: Iterable[str]) -> dict[str, Policy | None]:
    """The policies of the site, by path."""
    pages = list(origins)
    return {
        "/": Policy(
            allow_origins=pages,
            allow_credentials=True,
            allow_methods=["PUT", "DELETE"],
            allow_headers=["Content-Type"],
            expose_headers=["X-Total"],
        ),
        "/public": Policy(allow_origins="*", allow_methods="*", allow_headers="*"),
        "/tutorial": Policy(
            allow_origins=pages, allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
        ),
        "/off": None,
    }


@contextlib.contextmanager
def plain_wsgi(origins: Iterable[str]) -> Iterator[Adapter]:
    """A plain WSGI application, wrapped."""
    with _served(CORSMiddleware(_application, PathPolicies(policies(origins)))) as adapter:
        yield adapter


@contextlib.contextmanager
def flask_extension(origins: Iterable[str]) -> Iterator[Adapter]:
    """A Flask application with the extension."""
    app = flask.Flask(__name__)
    CORS(app, PathPolicies(policies(origins)))
    _add_flask_routes(app)
    with _served(app) as adapter:
        yield adapter


@contextlib.contextmanager
def django_middleware(origins: Iterable[str]) -> Iterator[Adapter]:
    """A Django site with the middleware."""
    settings = {
        "ROOT_URLCONF": __name__,
        "MIDDLEWARE": ["django_cors_wsgi.middleware.CORSMiddleware"],
        "CORS_POLICY": policies(origins),
    }
    with override_settings(**settings), _served(WSGIHandler()) as adapter:
        yield adapter


@contextlib.contextmanager
def fastapi_extension(origins: Iterable[str]) -> Iterator[Adapter]:
    """A FastAPI application with the extension, which checks handshakes, too."""
    app = fastapi.FastAPI()
    fastapi_cors_wsgi.CORS(app, PathPolicies(policies(origins)), websockets=True)
    _add_fastapi_routes(app)
    with _served_by_uvicorn(app) as adapter:
        yield adapter


@contextlib.contextmanager
def no_adapter(origins: Iterable[str]) -> Iterator[Adapter]:
    """The application that does CORS by hand, as many do: it reflects, and forgets `Vary`."""

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            origin = environ.get("HTTP_ORIGIN")
            if origin:
                headers = [
                    *headers,
                    ("Access-Control-Allow-Origin", origin),
                    ("Access-Control-Allow-Credentials", "true"),
                ]
            return start_response(status, headers)

        return _application(environ, start)

    with _served(application) as adapter:
        yield adapter


ADAPTERS = (plain_wsgi, flask_extension, django_middleware, fastapi_extension)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        pass


@contextlib.contextmanager
def _served(application: Callable[..., Iterable[bytes]]) -> Iterator[Adapter]:
    preflights, requests = Counter[str](), Counter[str]()

    def counting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        (preflights if is_preflight else requests)[environ["PATH_INFO"]] += 1
        return application(environ, start_response)

    with make_server("127.0.0.1", 0, counting, _Server, _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Adapter(f"http://127.0.0.1:{server.server_port}", preflights, requests)
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def _served_by_uvicorn(application: Any) -> Iterator[Adapter]:
    preflights, requests = Counter[str](), Counter[str]()

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            names = {name for name, _ in scope["headers"]}
            is_preflight = b"access-control-request-method" in names
            (preflights if is_preflight else requests)[scope["path"]] += 1
        await application(scope, receive, send)

    # wsproto, since the other library for WebSockets warns of how uvicorn uses it.
    server = uvicorn.Server(
        uvicorn.Config(counting, lifespan="off", log_level="critical", ws="wsproto")
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield Adapter(f"http://127.0.0.1:{listening.getsockname()[1]}", preflights, requests)
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def _application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    method, where = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if where == "/crash":
        raise RuntimeError("as applications do")
    status, headers, body = _reply(method, where, environ.get("HTTP_COOKIE", ""))
    start_response(status, list(headers.items()))
    return body


def _reply(method: str, where: str, cookie: str) -> tuple[str, dict[str, str], list[bytes]]:
    json_type = {"Content-Type": "application/json"}
    if where == "/session":
        body = json.dumps({"cookie": cookie})
        return "200 OK", json_type | {"Set-Cookie": _COOKIE}, [body.encode()]
    if where == "/old":
        return "302 Found", {"Location": "/items", "Content-Type": "text/plain"}, [b""]
    if where == "/stream":
        return "200 OK", {"Content-Type": "text/plain"}, [part.encode() for part in STREAM]
    for file, kind, content in _FILES:
        if where == file:
            return "200 OK", {"Content-Type": kind} | _CACHED, [content]
    if method == "DELETE":
        return "404 Not Found", json_type, [b'{"error": "gone"}']
    body = json.dumps({"method": method})
    return "200 OK", json_type | {"X-Total": "1", "X-Inner": "1"}, [body.encode()]


def _add_flask_routes(app: flask.Flask) -> None:
    both = {"methods": ["GET", "POST", "PUT"]}

    @app.route("/items", **both)
    @app.route("/public/items", **both)
    @app.route("/tutorial/items", **both)
    @app.route("/off/items", **both)
    def items() -> tuple[dict[str, str], dict[str, str]]:
        return {"method": flask.request.method}, {"X-Total": "1", "X-Inner": "1"}

    @app.delete("/items")
    def delete() -> tuple[dict[str, str], int]:
        return {"error": "gone"}, 404

    @app.get("/crash")
    def crash() -> str:
        raise RuntimeError("as applications do")

    @app.route("/session", **both)
    def session() -> tuple[dict[str, str], dict[str, str]]:
        return {"cookie": flask.request.headers.get("Cookie", "")}, {"Set-Cookie": _COOKIE}

    app.add_url_rule("/old", "old", lambda: flask.redirect("/items"))
    app.add_url_rule(
        "/stream", "stream", lambda: flask.Response(iter(STREAM), mimetype="text/plain")
    )
    for file, kind, content in _FILES:
        answer = functools.partial(flask.Response, content, mimetype=kind, headers=_CACHED)
        app.add_url_rule(file, file, answer)


def _add_fastapi_routes(app: fastapi.FastAPI) -> None:
    methods = ["GET", "POST", "PUT", "DELETE"]

    async def reply(request: fastapi.Request) -> fastapi.Response:
        where, cookie = request.url.path, request.headers.get("Cookie", "")
        status, headers, body = _reply(request.method, where, cookie)
        return fastapi.Response(b"".join(body), int(status[:3]), headers)

    @app.get("/stream")
    async def stream() -> fastapi.responses.StreamingResponse:
        return fastapi.responses.StreamingResponse(iter(STREAM), media_type="text/plain")

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("as applications do")

    @app.websocket("/socket")
    async def greet(connection: fastapi.WebSocket) -> None:
        await connection.accept()
        await connection.send_text("hello")
        await connection.close()

    app.api_route("/{path:path}", methods=methods)(reply)


def _items(request: HttpRequest) -> HttpResponse:
    if request.method == "DELETE":
        return JsonResponse({"error": "gone"}, status=404)
    headers = {"X-Total": "1", "X-Inner": "1"}
    return JsonResponse({"method": request.method}, headers=headers)


def _file(request: HttpRequest, kind: str, content: bytes) -> HttpResponse:
    return HttpResponse(content, kind, headers=_CACHED)


def _crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("as applications do")


def _session(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse({"cookie": request.headers.get("Cookie", "")})
    answer.set_cookie("visitor", "known", samesite="Lax")
    return answer


urlpatterns = [
    *(path(f"{prefix}items", _items) for prefix in ("", "public/", "tutorial/", "off/")),
    path("crash", _crash),
    path("session", _session),
    path("old", lambda request: HttpResponse(status=302, headers={"Location": "/items"})),
    path("stream", lambda request: StreamingHttpResponse(iter(STREAM), "text/plain")),
    *(path(file[1:], _file, {"kind": kind, "content": body}) for file, kind, body in _FILES),
]


def handler500(request: HttpRequest) -> HttpResponse:
    """Django's page for a crash, in the site's own words."""
    return JsonResponse({"error": "crashed"}, status=500)
