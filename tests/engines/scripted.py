"""A loopback server that answers each address as its script says, to the byte, and remembers.

A library would refuse or fix much of what has to be sent here: headers twice, a length on a 204,
a status that nobody uses.
"""

import contextlib
import socketserver
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple, Self

#: Statuses whose responses have no body (RFC 9112, section 6.3).
_BODILESS = (204, 205, 304)


class Answer(NamedTuple):
    """A response: its `Content-Length` is "exact", "absent" or this text."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    content_length: str = "exact"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read it from a case's `preflight` or `actual`."""
        headers = tuple((name, value) for name, value in data["headers"])
        return cls(data["status"], headers, data["body"], data["content_length"])

    def to_bytes(self, method: str) -> bytes:
        """The response on the wire, with the reason phrase `X`."""
        body = self.body.encode()
        fields = list(self.headers)
        if self.content_length != "absent":
            length = str(len(body)) if self.content_length == "exact" else self.content_length
            fields.append(("Content-Length", length))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        sent = b"" if method == "HEAD" or self.status in _BODILESS else body
        return f"HTTP/1.1 {self.status} X\r\n{head}\r\n".encode() + sent


#: What `/` answers.
PAGE = Answer(
    headers=(("Content-Type", "text/html"),),
    body="<!doctype html><title>A page</title><link rel=icon href=data:,>",
)
#: What everything that has no script answers.
NOT_FOUND = Answer(404)


class Received(NamedTuple):
    """A request as the server saw it, its headers' names in lower case."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def url(self) -> str:
        """The address that was asked for."""
        return f"http://{self.headers['host']}{self.path}"

    def is_preflight(self) -> bool:
        """Whether a browser asks here for permission."""
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers

    def requested(self, response_header: str) -> str:
        """What a preflight asks about in the list that this response header is."""
        methods = response_header.lower() == "access-control-allow-methods"
        name = "access-control-request-method" if methods else "access-control-request-headers"
        return self.headers.get(name, "")


class Script(NamedTuple):
    """What an address answers to a preflight, and to everything else."""

    preflight: Answer
    actual: Answer

    def answer(self, request: Received) -> Answer:
        """The one of the two that a request gets; `{REQUESTED}` stands for what it asks about."""
        if not request.is_preflight():
            return self.actual
        headers = tuple(
            (name, value.replace("{REQUESTED}", request.requested(name)))
            for name, value in self.preflight.headers
        )
        return self.preflight._replace(headers=headers)


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Serves an empty page at `/` and each script at its URL; 404 elsewhere."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, received: list[Received]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port: int = self.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.scripts: dict[str, Script] = {}
        self.received = received

    def answer(self, request: Received) -> Answer:
        """Keep the request and find its answer."""
        self.received.append(request)
        if request.path == "/":
            return PAGE
        script = self.scripts.get(request.url)
        if script is None:
            return NOT_FOUND
        return script.answer(request)


@contextlib.contextmanager
def serving(received: list[Received] | None = None) -> Iterator[ScriptedServer]:
    """A server on a port of its own, until the block ends.

    Args:
        received: Where it keeps what it receives, if several servers are to share it.
    """
    with ScriptedServer([] if received is None else received) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Reads requests; every method is the script's to answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ScriptedServer

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = self.server.answer(Received(self.command, self.path, headers))
            self.wfile.write(answer.to_bytes(self.command))
        except ConnectionError:  # a browser drops a connection that it no longer needs
            self.close_connection = True
            return
        # Without a length, a body ends with its connection.
        if answer.content_length == "absent" and answer.status not in _BODILESS:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing: what came is in `received`."""
