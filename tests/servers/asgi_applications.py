"""What every ASGI server serves: applications of all kinds that answer, stream and fail."""

import asyncio
import functools
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from asgi_django import django_app
from fastapi import APIRouter, FastAPI, HTTPException, WebSocket
from fastapi_cors_wsgi import CORS
from litestar import Litestar, get
from litestar.response import Redirect, Stream
from quart import Quart, redirect
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute

from cors_wsgi import Policy
from cors_wsgi.asgi import CORSMiddleware

APP = "https://app.example"
POLICY = Policy(allow_origins=APP, allow_methods="PUT", allow_credentials=True)
FILE = Path(tempfile.mkdtemp()) / "file"
CACHED = PlainTextResponse("hello")

# How many endless streams of each application have ended.
ended: dict[str, int] = {}


async def never() -> AsyncIterator[bytes]:
    await asyncio.sleep(30)
    yield b"event"


async def fails_late() -> AsyncIterator[bytes]:
    yield b"one"
    raise ZeroDivisionError


async def endless(name: str) -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0.01)
    finally:
        ended[name] = ended.get(name, 0) + 1


STREAMS = {"/events": never, "/crashes_late": fails_late}


# ---- bare


# What the server called us with last, and what reached the bare application, by the scope's type.
given: dict[str, Any] = {}
received: dict[str, Any] = {}


async def bare(scope: Any, receive: Any, send: Any) -> None:
    received[scope["type"]] = scope, receive, send
    await SCOPES[scope["type"]](scope, receive, send)


async def lives(scope: Any, receive: Any, send: Any) -> None:
    for _ in range(2):
        kind = (await receive())["type"]
        sys.stderr.write(f"{kind}\n")
        await send({"type": f"{kind}.complete"})


async def accepts_and_closes(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close"})


async def answers(scope: Any, receive: Any, send: Any) -> None:
    await BARE.get(scope["path"], missing)(scope, receive, send)


SCOPES = {"lifespan": lives, "websocket": accepts_and_closes, "http": answers}


async def tells_unchanged(scope: Any, receive: Any, send: Any) -> None:
    """Name the types of scope of which the server's own three objects have arrived."""
    unchanged = [
        kind
        for kind, objects in sorted(received.items())
        if all(ours is own for ours, own in zip(objects, given[kind], strict=True))
    ]
    await respond(send, " ".join(unchanged).encode())


async def respond(
    send: Any, body: bytes, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    headers = ((b"content-type", b"text/plain"), *headers)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def says_hello(scope: Any, receive: Any, send: Any) -> None:
    await respond(send, b"hello")


async def missing(scope: Any, receive: Any, send: Any) -> None:
    await respond(send, b"", 404)


async def redirects(scope: Any, receive: Any, send: Any) -> None:
    await respond(send, b"", 302, ((b"location", b"/hello"),))


async def crashes(scope: Any, receive: Any, send: Any) -> None:
    raise ZeroDivisionError


async def sends_events(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await left(receive)


async def crashes_late(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"one", "more_body": True})
    raise ZeroDivisionError


async def streams(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    leaving = asyncio.ensure_future(left(receive))
    async for block in endless("bare"):
        if leaving.done():
            break
        await send({"type": "http.response.body", "body": block, "more_body": True})


async def left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def tells_ended(scope: Any, receive: Any, send: Any) -> None:
    await respond(send, b"%d" % ended.get("bare", 0))


def offers(scope: Any, extension: str) -> bool:
    return f"http.response.{extension}" in (scope.get("extensions") or {})


async def sends_a_file(scope: Any, receive: Any, send: Any) -> None:
    if not offers(scope, "pathsend"):
        await respond(send, b"", 501)
        return
    FILE.write_bytes(b"a file")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.pathsend", "path": str(FILE)})


async def sends_trailers(scope: Any, receive: Any, send: Any) -> None:
    if not offers(scope, "trailers"):
        await respond(send, b"", 501)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
    await send({"type": "http.response.body", "body": b"hello"})
    await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"7")]})


async def hints(scope: Any, receive: Any, send: Any) -> None:
    if not offers(scope, "early_hint"):
        await respond(send, b"", 501)
        return
    await send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]})
    await respond(send, b"hello")


async def hints_and_crashes(scope: Any, receive: Any, send: Any) -> None:
    if not offers(scope, "early_hint"):
        await respond(send, b"", 501)
        return
    await send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]})
    raise ZeroDivisionError


async def pushes(scope: Any, receive: Any, send: Any) -> None:
    if not offers(scope, "push"):
        await respond(send, b"", 501)
        return
    origins = [(name, value) for name, value in scope["headers"] if name == b"origin"]
    await send({"type": "http.response.push", "path": "/hello", "headers": origins})
    await respond(send, b"hello")


async def sends_what_no_server_knows(scope: Any, receive: Any, send: Any) -> None:
    """Tell in the body what the server said to each message."""
    said = []
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for kind in ("http.response.debug", "http.response.zerocopysend", "x.unknown"):
        try:
            await send({"type": kind, "info": {}, "file": 0})
        except Exception as error:
            said.append(f"{kind}: {type(error).__name__}")
        else:
            said.append(f"{kind}: nothing")
    await send({"type": "http.response.body", "body": "\n".join(said).encode()})


BARE = {
    "/hello": says_hello,
    "/redirects": redirects,
    "/crashes": crashes,
    "/events": sends_events,
    "/crashes_late": crashes_late,
    "/endless": streams,
    "/ended": tells_ended,
    "/file": sends_a_file,
    "/trailers": sends_trailers,
    "/hints": hints,
    "/hints_and_crashes": hints_and_crashes,
    "/pushes": pushes,
    "/unknown": sends_what_no_server_knows,
    "/unchanged": tells_unchanged,
}


# ---- Starlette and FastAPI


async def accepts(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


async def fails() -> None:
    raise ZeroDivisionError


async def crash(request: Any) -> Any:
    raise ZeroDivisionError


def crash_in_a_thread(request: Any) -> Any:
    raise ZeroDivisionError


async def refuse(request: Any) -> Any:
    raise HTTPException(418)


def routes(name: str) -> list[Any]:
    """Return what Starlette and FastAPI serve alike."""
    views: dict[str, Any] = {
        "/hello": lambda request: PlainTextResponse("hello"),
        "/cached": lambda request: CACHED,
        "/redirects": lambda request: RedirectResponse("/hello", 302),
        "/refuses": refuse,
        "/crashes": crash,
        "/crashes_in_a_thread": crash_in_a_thread,
        "/background": lambda request: PlainTextResponse("hello", background=BackgroundTask(fails)),
        "/endless": lambda request: StreamingResponse(endless(name)),
        "/ended": lambda request: PlainTextResponse(str(ended.get(name, 0))),
    }
    for path, stream in STREAMS.items():
        views[path] = functools.partial(_streamed, stream)
    inner = Starlette(routes=[Route("/crashes", crash)])
    plain = [Route(path, view) for path, view in views.items()]
    return [*plain, WebSocketRoute("/ws", accepts), Mount("/mounted", inner)]


async def _streamed(stream: Any, request: Any) -> StreamingResponse:
    return StreamingResponse(stream(), media_type="text/event-stream")


def starlette_app() -> Starlette:
    app = Starlette(routes=routes("starlette"))
    CORS(app, POLICY, websockets=True)
    return app


def fastapi_app() -> FastAPI:
    router = APIRouter(routes=routes("fastapi"))

    @router.get("/validates")
    def validates(number: int) -> int:
        return number

    app = FastAPI()
    app.include_router(router)
    app.mount("/mounted", Starlette(routes=[Route("/crashes", crash)]))
    CORS(app, POLICY, websockets=True)
    return app


def handled_app() -> FastAPI:
    """FastAPI with middleware, and a handler for crashes, of its own."""
    app = FastAPI(routes=routes("handled"))

    @app.exception_handler(Exception)
    async def answer(request: Any, error: Exception) -> PlainTextResponse:
        return PlainTextResponse("mine", 503)

    CORS(app, POLICY, websockets=True)
    app.add_middleware(GZipMiddleware, minimum_size=1)
    app.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
    return app


# ---- Quart and Litestar


def quart_app() -> Any:
    app = Quart(__name__)

    async def hello() -> str:
        return "hello"

    async def moved() -> Any:
        return redirect("/hello")

    async def crash() -> str:
        raise ZeroDivisionError

    async def stream(stream: Any) -> Any:
        return stream(), 200, {"Content-Type": "text/event-stream"}

    async def told() -> str:
        return str(ended.get("quart", 0))

    plain = {"/hello": hello, "/redirects": moved, "/crashes": crash, "/ended": told}
    for path, view in plain.items():
        app.add_url_rule(path, view_func=view)
    for path, made in {**STREAMS, "/endless": functools.partial(endless, "quart")}.items():
        app.add_url_rule(path, path, functools.partial(stream, made))
    app.asgi_app = CORSMiddleware(app.asgi_app, POLICY, websockets=True)  # type: ignore[method-assign]
    return app


def litestar_app() -> Any:
    @get("/hello", media_type="text/plain", sync_to_thread=False)
    def hello() -> str:
        return "hello"

    @get("/redirects", status_code=302, sync_to_thread=False)
    def moved() -> Redirect:
        return Redirect("/hello")

    @get("/crashes", sync_to_thread=False)
    def crash() -> str:
        raise ZeroDivisionError

    @get("/events", sync_to_thread=False)
    def events() -> Stream:
        return Stream(never(), media_type="text/event-stream")

    @get("/crashes_late", sync_to_thread=False)
    def late() -> Stream:
        return Stream(fails_late(), media_type="text/plain")

    @get("/endless", sync_to_thread=False)
    def without_end() -> Stream:
        return Stream(endless("litestar"), media_type="text/plain")

    @get("/ended", media_type="text/plain", sync_to_thread=False)
    def told() -> str:
        return str(ended.get("litestar", 0))

    app = Litestar([hello, moved, crash, events, late, without_end, told])
    return CORSMiddleware(app, POLICY, websockets=True)


APPLICATIONS = {
    "alone": bare,
    "bare": CORSMiddleware(bare, POLICY, websockets=True),
    "unchecked": CORSMiddleware(bare, POLICY),
    "starlette": starlette_app(),
    "fastapi": fastapi_app(),
    "handled": handled_app(),
    "quart": quart_app(),
    "litestar": litestar_app(),
    "django": django_app(
        POLICY,
        STREAMS | {"/endless": functools.partial(endless, "django")},
        lambda: ended.get("django", 0),
    ),
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve each application on a host of its name; the lifespan is the first one's."""
    given[scope["type"]] = scope, receive, send
    hosts = [value.decode() for name, value in scope.get("headers", ()) if name == b"host"]
    await APPLICATIONS[hosts[0] if hosts else "bare"](scope, receive, send)
