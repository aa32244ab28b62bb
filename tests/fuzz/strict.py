"""A WSGI server that allows nothing that PEP 3333 does not allow."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass
class Served:
    """What a request came to.

    Attributes:
        status: The status line; None if the response never started.
        headers: The headers, in their order.
        body: The blocks that were sent, joined.
        failure: The name of the exception that reached the server, if one did.
    """

    status: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    failure: str | None = None


class Server:
    """Serves one request."""

    def __init__(self) -> None:
        self.served = Served()
        self._sent = False

    def run(self, application: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Served:
        body: Iterable[bytes] = ()
        try:
            body = application(environ, self._start)
            for block in body:
                self._send(block)
            if not self._sent:
                self._send(b"")
        except Exception as failure:
            self.served.failure = type(failure).__name__
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                try:
                    close()
                except Exception as failure:
                    self.served.failure = f"{self.served.failure}, {type(failure).__name__}"
        return self.served

    def _start(self, *arguments: Any) -> Callable[[bytes], None]:
        status, headers, *rest = arguments
        exc_info = rest[0] if rest else None
        assert len(rest) <= 1
        assert type(status) is str
        assert re.fullmatch(r"\d{3} [ -~]+", status)
        assert type(headers) is list
        for header in headers:
            assert type(header) is tuple
            name, value = header
            assert type(name) is type(value) is str
            assert _TOKEN.fullmatch(name)
            assert not set(value) & set("\r\n\0")
        if exc_info is not None:
            if self._sent:
                raise exc_info[1].with_traceback(exc_info[2])
        else:
            assert self.served.status is None, "start_response was called twice"
        self.served.status = status
        self.served.headers = list(headers)
        headers.clear()  # servers may (PEP 3333), so nobody may use the list again
        return self._send

    def _send(self, block: bytes) -> None:
        assert type(block) is bytes
        assert self.served.status is not None, "a block came before start_response"
        self._sent = True
        self.served.body += block


def environ_of(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return a whole environ."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "192.0.2.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "api.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    return environ | headers
