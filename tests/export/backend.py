"""An application that misbehaves in every way, to be behind what is exported."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator

from export.misbehaviour import answer_to


class Backend(socketserver.ThreadingTCPServer):
    """Serves what `misbehaviour` says, and remembers the preflights that reach it."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port: int = self.server_address[1]
        self.preflights: list[str] = []


class _Handler(socketserver.StreamRequestHandler):
    server: Backend
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            while self._one():
                pass

    def _one(self) -> bool:
        line = self.rfile.readline().decode("latin-1")
        if not line.strip():
            return False
        method, target, _ = line.split()
        headers: dict[str, str] = {}
        while field := self.rfile.readline().decode("latin-1").strip():
            name, _, value = field.partition(":")
            headers[name.lower()] = value.strip()
        self.rfile.read(int(headers.get("content-length", 0)))
        if method == "OPTIONS" and "access-control-request-method" in headers:
            self.server.preflights.append(target)
        answer = answer_to(target, headers.get("origin", ""))
        if answer is None:
            return False
        status, fields, body = answer
        if status not in (204, 304):
            fields = [*fields, ("Content-Length", str(len(body)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        sent = b"" if method == "HEAD" or status in (204, 304) else body
        # In one write, or delayed acknowledgements cost 40 ms.
        self.wfile.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + sent)
        return True


@contextlib.contextmanager
def running_backend() -> Iterator[Backend]:
    """Run the application on a port of its own."""
    with Backend() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
