"""The candidates of ASGI, asked as the others are."""

from collections.abc import Iterable
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


class AsWSGI:
    """An ASGI application that never waits, as a WSGI application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        fields = [(name[5:], value) for name, value in environ.items() if name[:5] == "HTTP_"]
        scope = {
            "type": "http",
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "headers": [(n.lower().replace("_", "-").encode(), v.encode()) for n, v in fields],
        }
        messages: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        try:
            self.app(scope, None, send).send(None)
        except StopIteration:
            start, *blocks = messages
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        start_response(f"{start['status']} ", headers)
        return [block["body"] for block in blocks]


def with_starlette(setup: Setup) -> AsWSGI:
    """Return the application behind Starlette's middleware."""
    return AsWSGI(
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
    "bare": lambda _: AsWSGI(application),
    "by hand": lambda _: AsWSGI(ByHand(application)),
    "cors-wsgi": lambda setup: AsWSGI(CORSMiddleware(application, policy(setup))),
    "starlette": with_starlette,
}
