"""What every ASGI server serves: five kinds of applications that answer, stream and fail."""

import asyncio
from typing import Any

from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi_cors_wsgi import CORS
from litestar import Litestar, get
from quart import Quart
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute

from cors_wsgi import Policy
from cors_wsgi.asgi import CORSMiddleware

APP = "https://app.example"
POLICY = Policy(allow_origins=APP, allow_methods="PUT", allow_credentials=True)
PLAIN = [(b"content-type", b"text/plain")]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        return
    if scope["path"] == "/crashes":
        raise ZeroDivisionError
    await send({"type": "http.response.start", "status": 200, "headers": PLAIN})
    if scope["path"] == "/events":
        # The first event comes when the client has gone, and it goes when it has seen the start.
        while (await receive())["type"] != "http.disconnect":
            pass
    if scope["path"] == "/crashes_late":
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        raise ZeroDivisionError
    await send({"type": "http.response.body", "body": b"hello"})


async def never() -> Any:
    await asyncio.sleep(30)
    yield b"event"


async def fails_late() -> Any:
    yield b"one"
    raise ZeroDivisionError


async def accepts(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


async def says_hello(request: Any) -> Any:
    return PlainTextResponse("hello")


async def crashes(request: Any) -> Any:
    raise ZeroDivisionError


async def sends_events(request: Any) -> Any:
    return StreamingResponse(never(), media_type="text/event-stream")


async def crashes_late(request: Any) -> Any:
    return StreamingResponse(fails_late(), media_type="text/plain")


VIEWS = {
    "/hello": says_hello,
    "/crashes": crashes,
    "/events": sends_events,
    "/crashes_late": crashes_late,
}


def starlette_app() -> Starlette:
    routes: list[Any] = [Route(path, view) for path, view in VIEWS.items()]
    app = Starlette(routes=[*routes, WebSocketRoute("/ws", accepts)])
    CORS(app, POLICY, websockets=True)
    return app


def fastapi_app() -> FastAPI:
    router = APIRouter()
    for path, view in VIEWS.items():
        router.add_route(path, view)
    router.add_api_websocket_route("/ws", accepts)
    app = FastAPI()
    app.include_router(router)
    CORS(app, POLICY, websockets=True)
    return app


def quart_app() -> Any:
    app = Quart(__name__)

    async def hello() -> str:
        return "hello"

    async def crash() -> str:
        raise ZeroDivisionError

    async def events() -> Any:
        return never(), 200, {"Content-Type": "text/event-stream"}

    async def late() -> Any:
        return fails_late(), 200, {"Content-Type": "text/plain"}

    for view, path in ((hello, "/hello"), (crash, "/crashes"), (events, "/events")):
        app.add_url_rule(path, view_func=view)
    app.add_url_rule("/crashes_late", view_func=late)
    return CORSMiddleware(app, POLICY, websockets=True)


def litestar_app() -> Any:
    from litestar.response import Stream  # noqa: PLC0415 - Starlette has one of a like name

    @get("/hello", media_type="text/plain")
    async def hello() -> str:
        return "hello"

    @get("/crashes")
    async def crash() -> str:
        raise ZeroDivisionError

    @get("/events")
    async def events() -> Stream:
        return Stream(never(), media_type="text/event-stream")

    @get("/crashes_late")
    async def late() -> Stream:
        return Stream(fails_late(), media_type="text/plain")

    return CORSMiddleware(Litestar([hello, crash, events, late]), POLICY, websockets=True)


APPLICATIONS = {
    "bare": CORSMiddleware(bare, POLICY, websockets=True),
    "starlette": starlette_app(),
    "fastapi": fastapi_app(),
    "quart": quart_app(),
    "litestar": litestar_app(),
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve each application on a host of its name; the lifespan is the first one's."""
    hosts = [value.decode() for name, value in scope.get("headers", ()) if name == b"host"]
    await APPLICATIONS[hosts[0] if hosts else "bare"](scope, receive, send)
