"""A loopback server whose answers are functions: each has a path of its own."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl

_BODILESS = (204, 304)
PAGE_HTML = "<!doctype html><title>A page</title><link rel=icon href=data:,>"


class Asked(NamedTuple):
    """A request as a handler sees it: `rest` is the path below the handler's own."""

    method: str
    rest: str
    query: str
    headers: dict[str, str]

    @property
    def origin(self) -> str:
        return self.headers.get("origin", "")

    @property
    def is_preflight(self) -> bool:
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers


class Answer(NamedTuple):
    """A response; no `Content-Length` is added to a 204 or where one is among the headers.

    `hangs` keeps the connection open after it.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    hangs: bool = False


class Hang(NamedTuple):
    """No answer until the client goes away."""


class Close(NamedTuple):
    """The connection is closed without an answer."""


Handler = Callable[[Asked], Answer | Hang | Close]


class BrokenServer(socketserver.ThreadingTCPServer):
    """Serves an empty page at `/` and each handler below its path; 404 elsewhere."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handlers: dict[str, Handler]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.handlers = handlers
        self.asked: list[tuple[str, Asked]] = []
        self.closing = threading.Event()

    def answer(self, target: str, method: str, headers: dict[str, str]) -> Answer | Hang | Close:
        parts = urlsplit(target)
        if parts.path == "/":
            return Answer(200, (("Content-Type", "text/html"),), PAGE_HTML)
        name = next((n for n in self.handlers if f"{parts.path}/".startswith(f"{n}/")), None)
        if name is None:
            return Answer(404)
        asked = Asked(method, parts.path.removeprefix(name), parts.query, headers)
        self.asked.append((name, asked))
        return self.handlers[name](asked)


@contextlib.contextmanager
def serving(
    handlers: dict[str, Handler], tls: ssl.SSLContext | None = None
) -> Iterator[BrokenServer]:
    """A server on a port of its own, until the block ends."""
    with BrokenServer(handlers) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
            server.origin = server.origin.replace("http://", "https://")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BrokenServer

    def handle_one_request(self) -> None:
        self.close_connection = True
        with contextlib.suppress(ConnectionError):
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                return
            self.close_connection = True
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = self.server.answer(self.path, self.command, headers)
            if isinstance(answer, Hang):
                self.server.closing.wait(20)
            elif isinstance(answer, Answer):
                self.wfile.write(_on_the_wire(answer, self.command))
                if answer.hangs:
                    self.server.closing.wait(20)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing: what came is in `asked`."""


def _on_the_wire(answer: Answer, method: str) -> bytes:
    body = answer.body.encode()
    fields = [*answer.headers, ("Connection", "close")]
    if answer.status not in _BODILESS and "Content-Length" not in dict(answer.headers):
        fields.append(("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    sent = b"" if method == "HEAD" or answer.status in _BODILESS else body
    return f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode("latin-1") + sent
