"""An ASGI server that serves one connection, and allows nothing that ASGI 3 does not allow."""

import re
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")


@dataclass
class Served:
    """What a request came to.

    Attributes:
        status: The status; None if the response never started.
        headers: The headers, as text, in their order.
        body: The blocks that were sent, joined.
        failure: The name of the exception that reached the server, if one did.
    """

    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    failure: str | None = None


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")


def scope_of(
    method: str = "GET",
    path: str = "/",
    headers: Iterable[tuple[str, str]] = (),
    *,
    kind: str = "http",
    **more: Any,
) -> dict[str, Any]:
    """Return a scope. Header values are bytes, shown as latin-1."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope: dict[str, Any] = {"type": kind, "asgi": {"version": "3.0"}, "path": path}
    scope |= {"root_path": "", "query_string": b"", "headers": raw}
    if kind == "http":
        scope |= {"method": method, "http_version": "1.1", "scheme": "http"}
    return scope | more


class Server:
    """Serves one HTTP request."""

    def __init__(self) -> None:
        self.served = Served()
        self.messages: list[Any] = []
        self._is_complete = False
        self._violations: list[str] = []

    def run(self, application: Any, scope: dict[str, Any]) -> Served:
        try:
            finish(application(scope, self._receive, self._send))
        except Exception as failure:
            self.served.failure = type(failure).__name__
        # Raised here, since an application may catch what its server raises.
        assert self._violations == []
        return self.served

    async def _receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        self.messages.append(message)
        if message["type"] == "http.response.start":
            self._require(self.served.status is None, "the response started twice")
            self.served.status = message["status"]
            self.served.headers = [self._checked(*header) for header in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            self._require(self.served.status is not None, "a block came before the start")
            self._require(not self._is_complete, "a block came after the last one")
            self.served.body += message.get("body", b"")
            self._is_complete = not message.get("more_body", False)

    def _checked(self, name: bytes, value: bytes) -> tuple[str, str]:
        self._require(type(name) is type(value) is bytes, "a header is not bytes")
        self._require(_TOKEN.fullmatch(name) is not None, "a header name is not a token")
        self._require(not set(value) & set(b"\r\n\0"), "a header value has control characters")
        return name.decode(), value.decode("latin-1")

    def _require(self, holds: bool, violation: str) -> None:
        if not holds:
            self._violations.append(violation)
