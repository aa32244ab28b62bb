"""HTTP for the doctor: one connection a request, everything bounded, nothing followed or merged.

The server may be hostile. What it sends is bounded in bytes (the header section by h11, 100 KiB;
the body here) and in time (one deadline for the whole exchange, however slowly it drips), and what
it says about itself is text, to be escaped before it is printed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer, origin_of
from cors_wsgi.doctor.hosts import space_of
from cors_wsgi.doctor.transport import Peer
from cors_wsgi.doctor.transport.failure import ConnectionFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cors_wsgi.browser import Answer

BODY_LIMIT: Final = 64 * 1024
"""Bytes of a body that are read: enough to recognise a login page or a proxy's error page."""

_BODY_PATIENCE: Final = 1.0
"""Seconds that a body may take once the headers are there: a stream of events never ends."""

_DETAIL_LIMIT: Final = 200
_ERRORS: Final = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
_USER_AGENT: Final = "Mozilla/5.0 (compatible; cors-wsgi)"
_WITH_LENGTH: Final = frozenset({"DELETE", "PATCH", "POST", "PUT"})


class HTTPTransport:
    """Carries requests over HTTP/1.1, and over HTTP/2 where the package h2 is installed.

    Args:
        timeout: Seconds that one exchange may take, from connecting to the last byte.
        cafile: A PEM file of certificate authorities to trust beside the system's.

    Attributes:
        peers: Who answered for each origin.
        raised: None: what an application raises does not show over HTTP.
    """

    def __init__(self, *, timeout: float = 10.0, cafile: str | None = None) -> None:
        self.timeout = timeout
        self.peers: dict[str, Peer] = {}
        self.raised: str | None = None
        self._cafile = cafile

    def send(self, request: HTTPRequest) -> Answer:
        """Carry one request; a failed connection becomes NoAnswer."""
        # Loading certificates is no part of the exchange: it must not use up the server's time.
        tls = self._tls if request.url.startswith("https:") else None
        line = _Line(time.monotonic() + self.timeout)
        try:
            return self._exchange(request, line, tls)
        except _ERRORS as error:
            failure = _failure(error, line)
            detail = str(error)[:_DETAIL_LIMIT]
            return NoAnswer(f"{failure.value}: {detail}" if detail else failure.value)

    def peer(self, url: str) -> Peer | None:
        """Return who answered for a URL's origin; None if nobody did."""
        return self.peers.get(origin_of(url))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """What certificates are judged by: made when it is needed, since that takes 50 ms."""
        context = httpcore.default_ssl_context()
        if self._cafile is not None:
            context.load_verify_locations(self._cafile)
        return context

    def _exchange(
        self, request: HTTPRequest, line: _Line, tls: ssl.SSLContext | None
    ) -> HTTPResponse:
        with _pool(request, line, tls) as pool:
            response = pool.handle_request(_to_wire(request, self.timeout))
            try:
                self._note_peer(request, response)
                line.deadline = min(line.deadline, time.monotonic() + _BODY_PATIENCE)
                body = self._read(response)
            finally:
                response.close()
        headers = ((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers)
        reason = response.extensions.get("reason_phrase", b"").decode("latin-1")
        return HTTPResponse(response.status, tuple(headers), body, reason)

    def _read(self, response: httpcore.Response) -> bytes:
        body = b""
        # Whatever becomes of the body, the headers have told what matters.
        with contextlib.suppress(*_ERRORS):
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    break
        return body[:BODY_LIMIT]

    def _note_peer(self, request: HTTPRequest, response: httpcore.Response) -> None:
        protocol = response.extensions["http_version"].decode("latin-1")
        with contextlib.suppress(OSError):  # the peer may have gone already
            address = response.extensions["network_stream"].get_extra_info("server_addr")
            self.peers[origin_of(request.url)] = Peer(address[0], protocol)


def proxy_for(url: str) -> tuple[str | None, str | None]:
    """Return the proxy that the environment names for a URL, and one that cannot be used.

    `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are read as curl and Python read them.
    Loopback hosts are asked directly, as browsers do.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if space_of(host) == "loopback" or proxy_bypass(parts.netloc):
        return None, None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy:
        return None, None
    return (proxy, None) if proxy.startswith(("http://", "https://")) else (None, proxy)


def _pool(request: HTTPRequest, line: _Line, tls: ssl.SSLContext | None) -> httpcore.ConnectionPool:
    options: dict[str, Any] = {
        "ssl_context": tls,
        "http2": importlib.util.find_spec("h2") is not None,
        "network_backend": _Backend(line),
    }
    proxy, _ = proxy_for(request.url)
    if proxy is None:
        return httpcore.ConnectionPool(**options)
    return httpcore.HTTPProxy(proxy, **options)


def _to_wire(request: HTTPRequest, timeout: float) -> httpcore.Request:
    url = httpcore.URL(request.url)
    headers = list(request.headers)
    names = {name.lower() for name, _ in headers}
    headers.insert(0, ("Host", request.url.split("/")[2]))
    if "user-agent" not in names:
        headers.append(("User-Agent", _USER_AGENT))
    headers.append(("Accept-Encoding", "identity"))  # so that a page can be recognised
    if request.body or request.method in _WITH_LENGTH:
        headers.append(("Content-Length", str(len(request.body))))
    return httpcore.Request(
        request.method,
        url,
        headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        content=request.body,
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)},
    )


def _failure(error: Exception, line: _Line) -> ConnectionFailure:
    causes = list(_causes(error))
    for kind, failure in _FAILURES:
        if any(isinstance(cause, kind) for cause in causes):
            return failure
    if isinstance(error, httpcore.RemoteProtocolError) and line.received:
        return ConnectionFailure.NOT_HTTP
    if isinstance(error, httpcore.ConnectError):
        return ConnectionFailure.UNREACHABLE
    return ConnectionFailure.CLOSED


_FAILURES: Final[tuple[tuple[type[BaseException], ConnectionFailure], ...]] = (
    (socket.gaierror, ConnectionFailure.NAME),
    (httpcore.TimeoutException, ConnectionFailure.TIMEOUT),
    (ssl.SSLError, ConnectionFailure.TLS),
    (ConnectionRefusedError, ConnectionFailure.REFUSED),
    (ConnectionResetError, ConnectionFailure.CLOSED),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@dataclass(slots=True)
class _Line:
    """What is known of the connection of one exchange.

    Attributes:
        deadline: When the exchange is over, on the monotonic clock.
        received: Whether a byte has come.
    """

    deadline: float
    received: bool = False


class _Backend(httpcore.SyncBackend):
    """Connects as httpcore does, and holds every step to the deadline of the exchange."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._line)


class _Stream(httpcore.NetworkStream):
    """A connection on which the time that is left shrinks, however often a byte arrives."""

    def __init__(self, stream: httpcore.NetworkStream, line: _Line) -> None:
        self._stream = stream
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._stream.read(max_bytes, self._left(timeout))
        self._line.received |= bool(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            left = self._left(timeout)
        except httpcore.ReadTimeout:
            self.close()  # as httpcore's own streams do: nobody else knows of this one yet
            raise
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._line)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._line.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the exchange is over")
        return left if timeout is None else min(timeout, left)
