"""Calls a Lambda handler as a gateway does, over HTTP, in this process."""

import contextlib
import importlib.util
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

from export.misbehaviour import answer_to

Event = dict[str, Any]


def loaded(path: Path) -> ModuleType:
    """Import a module from a file."""
    spec = importlib.util.spec_from_file_location(f"exported_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def misbehaving(event: Event, context: object) -> Any:
    """Handle an event as the backend answers requests."""
    path = event.get("rawPath", event.get("path", "")).removeprefix("/prod")
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    answer = answer_to(path, headers.get("origin", ""))
    if answer is None:
        message = "the application crashes"
        raise RuntimeError(message)
    status, fields, body = answer
    several: dict[str, list[str]] = {}
    for name, value in fields:
        several.setdefault(name, []).append(value)
    return {"statusCode": status, "multiValueHeaders": several, "body": body.decode()}


def event_1(method: str, path: str, headers: list[tuple[str, str]]) -> Event:
    """Return an event of the payload format 1.0."""
    joined = _joined(headers)
    return {"version": "1.0", "path": path, "httpMethod": method, "headers": joined}


def event_2(method: str, path: str, headers: list[tuple[str, str]]) -> Event:
    """Return an event of the payload format 2.0, in a stage that has a name."""
    lower = [(name.lower(), value) for name, value in headers]
    return {
        "version": "2.0",
        "rawPath": f"/prod{path}",
        "headers": _joined(lower),
        "requestContext": {"stage": "prod", "http": {"method": method}},
    }


EVENTS = {"1.0": event_1, "2.0": event_2}


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


@contextlib.contextmanager
def gateway(handler: Callable[[Event, object], Any], payload: str) -> Iterator[int]:
    """Serve a handler on a port of its own."""

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            target = self.requestline.split()[1]  # `path` has lost doubled slashes
            path = target.partition("?")[0]
            event = EVENTS[payload](self.command, path, list(self.headers.items()))
            response = handler(event, None)
            fields = [
                (name, value)
                for name, values in response.get("multiValueHeaders", {}).items()
                for value in values
            ] + list(response.get("headers", {}).items())
            body = response["body"].encode()
            status = response["statusCode"]
            if status not in (204, 304):
                fields.append(("Content-Length", str(len(body))))
            head = "".join(f"{name}: {value}\r\n" for name, value in fields)
            sent = b"" if status in (204, 304) else body
            self.wfile.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + sent)

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
