"""A FastAPI application that misbehaves, wrapped by what was exported, on uvicorn."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from engines.processes import free_port
from export.gateways import loaded
from export.misbehaviour import answer_to
from fastapi import FastAPI, Request, Response


def application() -> FastAPI:
    """Return the application."""
    app = FastAPI()
    # Starlette writes methods in capitals, so one that has none would match no route.
    app.router.default = _misbehave
    return app


async def _misbehave(scope: Any, receive: Any, send: Any) -> None:
    request = Request(scope, receive)
    answer = answer_to(request.url.path, request.headers.get("origin", ""))
    if answer is None:
        message = "the application crashes"
        raise RuntimeError(message)
    status, fields, body = answer
    response = Response(body if status not in (204, 304) else b"", status)
    for name, value in fields:
        response.headers.append(name, value)
    await response(scope, receive, send)


@contextlib.contextmanager
def serving(exported: Path) -> Iterator[int]:
    """Serve the application, wrapped, on a port of its own.

    In this process, which has imported FastAPI once: that takes a second.
    """
    port = free_port()
    wrapped = loaded(exported).cors(application())
    # httptools, where it is installed, refuses methods that are not in its list.
    config = uvicorn.Config(
        wrapped, port=port, http="h11", log_level="critical", log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield port
    finally:
        server.should_exit = True
        thread.join()
