"""Drives an application in process as a server would, many times, and nothing else."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.cases import Request

# A batch prepares a number of requests; calling what it returns runs them, and returns
# the nanoseconds of CPU that they took.
Batch = Callable[[int], Callable[[], int]]

# Not wall time: on a machine that does something else as well, that counts too.
clock = time.process_time_ns


def write(data: bytes) -> None:
    """Take what an application writes the old way: none here does."""
    raise NotImplementedError


def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
    """Take the head of the response, at the least cost to everyone alike."""
    return write


def serve(application: Any, environs: Iterable[dict[str, Any]]) -> None:
    """Answer each request, and drop the answers."""
    for environ in environs:
        body = application(environ, start_response)
        for _ in body:
            pass
        close = getattr(body, "close", None)
        if close is not None:
            close()


def wsgi_batch(application: Any, request: Request) -> Batch:
    """Return a batch of requests to a WSGI application, each with its own environment."""
    origins, requested = request.origins(), request.requested()
    template = request.environ()
    raw_path = request.path.encode()

    def batch(number: int) -> Callable[[], int]:
        environs = [{**template, "PATH_INFO": raw_path.decode()} for _ in range(number)]
        if request.origin is not None:
            for environ, origin in zip(environs, origins, strict=False):
                environ["HTTP_ORIGIN"] = origin
        if request.preflight:
            for environ, names in zip(environs, requested, strict=False):
                environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = names

        def run() -> int:
            start = clock()
            serve(application, environs)
            return clock() - start

        return run

    return batch


async def receive() -> dict[str, Any]:
    """Give the empty body of a request."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(message: dict[str, Any]) -> None:
    """Take a part of the response."""


def asgi_scope(request: Request) -> dict[str, Any]:
    """Return the request as an ASGI scope."""
    environ = request.environ()
    names = {name: name[5:].replace("_", "-").lower() for name in environ if name[:5] == "HTTP_"}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(names[n].encode(), str(environ[n]).encode()) for n in names],
        "client": ("127.0.0.1", 51234),
        "server": ("127.0.0.1", 8000),
    }


def asgi_batch(application: Any, request: Request, loop: asyncio.AbstractEventLoop) -> Batch:
    """Return a batch of requests to an ASGI application, each with its own scope."""
    origins = request.origins()
    template = asgi_scope(request)
    kept = [pair for pair in template["headers"] if pair[0] != b"origin"]

    def scopes(number: int) -> list[dict[str, Any]]:
        if request.origin is None:
            return [{**template, "headers": [*kept]} for _ in range(number)]
        return [
            {**template, "headers": [*kept, (b"origin", next(origins).encode())]}
            for _ in range(number)
        ]

    async def serve_all(prepared: list[dict[str, Any]]) -> int:
        start = clock()
        for scope in prepared:
            await application(scope, receive, send)
        return clock() - start

    def batch(number: int) -> Callable[[], int]:
        prepared = scopes(number)
        return lambda: loop.run_until_complete(serve_all(prepared))

    return batch
