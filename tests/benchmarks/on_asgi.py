"""The candidates of ASGI, asked as the others are."""

from collections.abc import Coroutine, Iterable
from typing import Any

from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Setup
from benchmarks.on_wsgi import ADDED, policy
from starlette.middleware.cors import CORSMiddleware as StarletteMiddleware

from cors_wsgi.asgi import CORSMiddleware

ADDED_BYTES = [(name.lower().encode(), value.encode()) for name, value in ADDED]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer with constant headers and one block."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


class ByHand:
    """Headers written by hand, for one origin: the yardstick of `on_wsgi`, for ASGI."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                message["headers"] += ADDED_BYTES
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Served:
    """An ASGI application that never waits, for those who ask WSGI applications.

    What is counted is the application alone: scopes are made before, and what it sends is dropped.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve one request, as a WSGI application does."""
        messages: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        (scope,) = self.prepared([environ])
        _finish(self.app(scope, _receive, send))
        start, *blocks = messages
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        start_response(f"{start['status']} ", headers)
        return [block["body"] for block in blocks]

    def prepared(self, environs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the scopes of requests."""
        return [_scope(environ) for environ in environs]

    def serve(self, scopes: Iterable[dict[str, Any]]) -> None:
        """Answer requests, and drop the answers."""
        for scope in scopes:
            _finish(self.app(scope, _receive, _send))


def _scope(environ: dict[str, Any]) -> dict[str, Any]:
    fields = [(name[5:], value) for name, value in environ.items() if name[:5] == "HTTP_"]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http",
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "raw_path": environ["PATH_INFO"].encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(n.lower().replace("_", "-").encode(), v.encode()) for n, v in fields],
        "client": ("192.0.2.1", 1),
        "server": ("192.0.2.2", 80),
        "state": {},
    }


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: dict[str, Any]) -> None:
    """Drop a message."""


def _finish(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise ValueError("the application waits")


def with_starlette(setup: Setup) -> Served:
    """Return the application behind Starlette's middleware."""
    return Served(
        StarletteMiddleware(
            application,
            allow_origins=setup.exact_origins(),
            allow_methods=METHODS,
            allow_headers=HEADERS,
            allow_credentials=True,
            max_age=MAX_AGE,
        )
    )


CANDIDATES = {
    "bare": lambda _: Served(application),
    "by hand": lambda _: Served(ByHand(application)),
    "cors-wsgi": lambda setup: Served(CORSMiddleware(application, policy(setup))),
    "starlette": with_starlette,
}
