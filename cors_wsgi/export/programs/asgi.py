"""The second half of `cors_fastapi.py`: carries decisions into an ASGI application."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from cors_wsgi.export.programs.decide import (
    cors_headers,
    governing,
    is_preflight,
    is_replaced,
    merged_vary,
)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def cors(app: App) -> App:
    """Wrap an ASGI application, outside all of its middleware."""

    async def with_cors(scope: Message, receive: Receive, send: Send) -> None:
        policy = governing(_raw_path(scope)) if scope["type"] == "http" else {}
        if not policy:
            await app(scope, receive, send)
            return
        headers = _headers(scope)
        if is_preflight(scope["method"], headers):
            await send(_started(policy["status"], [], policy, headers, preflight=True))
            await send({"type": "http.response.body", "body": b""})
            return
        started = False

        async def send_with_cors(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = list(message.get("headers", ()))
                changed = _started(message["status"], own, policy, headers, preflight=False)
                message = {**message, "headers": changed["headers"]}
            await send(message)

        try:
            await app(scope, receive, send_with_cors)
        except Exception:
            if not started:
                text = [(b"content-type", b"text/plain; charset=utf-8")]
                await send(_started(500, text, policy, headers, preflight=False))
                await send({"type": "http.response.body", "body": b"Internal Server Error"})
            raise

    return with_cors


def _raw_path(scope: Message) -> str:
    raw = scope.get("raw_path")
    path = (raw.decode("latin-1") if raw is not None else quote(scope["path"])).partition("?")[0]
    # Whether the path includes the root path depends on the server; /v1x is not below /v1.
    root = scope.get("root_path", "").rstrip("/")
    return path.removeprefix(root) if f"{path}/".startswith(f"{root}/") else path


def _headers(scope: Message) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _started(
    status: int,
    own: list[tuple[bytes, bytes]],
    policy: Message,
    headers: dict[str, str],
    *,
    preflight: bool,
) -> Message:
    """Return the message that starts a response, with the policy's headers."""
    kept = [header for header in own if not is_replaced(header[0].decode("latin-1"))]
    given = [value.decode("latin-1") for name, value in own if name.lower() == b"vary"]
    sent = cors_headers(policy, headers, preflight=preflight)
    if vary := merged_vary(given, policy, preflight=preflight):
        sent.append(("Vary", vary))
    ours = [(name.lower().encode(), value.encode("latin-1")) for name, value in sent]
    if preflight and status != 204:
        ours.append((b"content-length", b"0"))
    return {"type": "http.response.start", "status": status, "headers": [*kept, *ours]}
