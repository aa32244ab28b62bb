"""Serves a FastAPI application that misbehaves, in this process, with uvicorn."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn
from export.misbehaviour import answer_to
from fastapi import FastAPI, Request, Response

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "patch", "X$Y"]


def application() -> FastAPI:
    """Return the application."""
    app = FastAPI()

    async def misbehave(request: Request) -> Response:
        answer = answer_to(request.url.path, request.headers.get("origin", ""))
        if answer is None:
            message = "the application crashes"
            raise RuntimeError(message)
        status, fields, body = answer
        response = Response(body if status not in (204, 304) else b"", status)
        for name, value in fields:
            response.headers.append(name, value)
        return response

    # Starlette writes methods in capitals, so one that has none would match no route.
    app.router.default = _Plain(misbehave)
    return app


class _Plain:
    def __init__(self, view: Any) -> None:
        self.view = view

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self.view(Request(scope, receive))
        await response(scope, receive, send)


@contextlib.contextmanager
def serving(app: Any) -> Iterator[int]:
    """Serve an ASGI application on a port of its own."""
    logging.getLogger("uvicorn.error").disabled = True
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
