"""What carries the browser model's requests: an application in this process, or HTTP.

All keep duplicate header lines apart and follow no redirect, as `cors_wsgi.browser.run` needs.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeGuard, cast
from urllib.parse import unquote_to_bytes, urlsplit

from cors_wsgi._asgi_loop import RunningApplication
from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer, Send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias
    from wsgiref.types import WSGIApplication

    import httpx
    from _typeshed import OptExcInfo

    from cors_wsgi._asgi_loop import Application

    AnyApplication: TypeAlias = WSGIApplication | Application

_BARE_500 = HTTPResponse(
    500,
    (("Content-Type", "text/plain"), ("Content-Length", "21")),
    b"Internal Server Error",
    "Internal Server Error",
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def in_process(app: AnyApplication, *, raise_app_exceptions: bool | None = None) -> Send:
    """Carry requests to an application in this process, by `wsgi` or by `asgi`.

    Args:
        app: The application.
        raise_app_exceptions: As for these; by default, as theirs is.
    """
    options = {} if raise_app_exceptions is None else {"raise_app_exceptions": raise_app_exceptions}
    return asgi(app, **options) if is_asgi(app) else wsgi(cast("WSGIApplication", app), **options)


def wsgi(app: WSGIApplication, *, raise_app_exceptions: bool = True) -> Send:
    """Carry requests to a WSGI application in this process (PEP 3333).

    Args:
        app: Any WSGI application: a Flask or Django application object is one.
        raise_app_exceptions: Let what the application raises reach the caller. Otherwise it becomes
            what a server makes of it: a bare 500.

    Returns:
        The `send` for `cors_wsgi.browser.run`.

    Raises:
        TypeError: It is an ASGI application.
    """
    if is_asgi(app):
        raise TypeError(f"{app!r} is an ASGI application: use transports.asgi for it")

    def send(request: HTTPRequest) -> HTTPResponse:
        try:
            return _call(app, request)
        except Exception:
            if raise_app_exceptions:
                raise
            return _BARE_500

    return send


def is_asgi(app: AnyApplication) -> TypeGuard[Application]:
    """Tell whether an application is an ASGI one: calling it returns a coroutine."""
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)


def stack_of(app: AnyApplication) -> str:
    """Tell what an application is made with, as the catalogue of fixes calls it.

    Returns:
        "flask", "django", "fastapi" (Starlette, too), or "wsgi" or "asgi" for any other.
    """
    packages = {base.__module__.partition(".")[0] for base in type(app).__mro__}
    if "django" in packages:
        return "django"
    if is_asgi(app):  # Quart is a Flask, too
        return "fastapi" if "starlette" in packages else "asgi"
    return "flask" if "flask" in packages else "wsgi"


def asgi(app: Application, *, raise_app_exceptions: bool = False) -> Send:
    """Carry requests to an ASGI 3 application in this process.

    Its lifespan runs once, and all requests are served on one event loop in a thread of its own.

    Args:
        app: Any ASGI application: a FastAPI or Starlette application object is one.
        raise_app_exceptions: Let what the application raises reach the caller. Otherwise the
            caller sees what it has sent before, or a server's bare 500 if that is nothing.

    Returns:
        The `send` for `cors_wsgi.browser.run`.

    Raises:
        RuntimeError: If the application's lifespan says that it cannot start.
    """
    running = RunningApplication(app)

    def send(request: HTTPRequest) -> HTTPResponse:
        response = running.ask(scope(request), request.body)
        if response.failure is not None and raise_app_exceptions:
            raise response.failure
        if response.status is None:
            return _BARE_500
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers)
        body = b"" if request.method == "HEAD" else b"".join(response.blocks)
        return HTTPResponse(response.status, headers, body)

    return send


def scope(request: HTTPRequest) -> dict[str, Any]:
    """Return the ASGI scope for a request, without what is the server's, such as `state`."""
    parts = urlsplit(request.url)
    path = parts.path or "/"
    headers = [("host", parts.netloc.rpartition("@")[2])]
    headers += [(name, value) for name, value in request.headers if name.lower() != "host"]
    if request.body or request.method in {"PATCH", "POST", "PUT"}:
        headers.append(("content-length", str(len(request.body))))
    return {
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote_to_bytes(path).decode(errors="surrogateescape"),
        "raw_path": path.encode(errors="surrogateescape"),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]),
    }


class _Started:
    """What the application passed to start_response, and to write."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.written: list[bytes] = []

    def start_response(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: OptExcInfo | None = None,
        /,
    ) -> Callable[[bytes], object]:
        if self.status and exc_info is None:
            raise RuntimeError("start_response called a second time without exc_info")
        if exc_info is not None and exc_info[1] is not None and any(self.written):
            raise exc_info[1].with_traceback(exc_info[2])
        self.status, self.headers = status, list(headers)
        return self.written.append


def _call(app: WSGIApplication, request: HTTPRequest) -> HTTPResponse:
    started = _Started()
    chunks: Iterable[bytes] = app(environ(request), started.start_response)
    try:
        for chunk in chunks:
            started.written.append(chunk)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if not started.status:
        raise RuntimeError("the application returned without calling start_response")
    code, _, reason = started.status.partition(" ")
    body = b"" if request.method == "HEAD" else b"".join(started.written)
    return HTTPResponse(int(code), tuple(started.headers), body, reason)


def environ(request: HTTPRequest) -> dict[str, Any]:
    """Return the WSGI environ for a request, as a server that serves the URL's origin makes it."""
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    result: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": host,
        "SERVER_PORT": str(parts.port or _DEFAULT_PORTS[parts.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body or request.method in {"PATCH", "POST", "PUT"}:
        result["CONTENT_LENGTH"] = str(len(request.body))
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        result[key] = f"{result[key]},{value}" if key in result else value
    return result


@contextlib.contextmanager
def http(*, timeout: float = 10.0, verify: bool = True) -> Iterator[Send]:
    """Carry requests over HTTP/1.1, with httpx (`pip install "cors-wsgi[http]"`).

    Args:
        timeout: Seconds for each phase of a request: connecting, sending, waiting.
        verify: Check TLS certificates.

    Yields:
        The `send` for `cors_wsgi.browser.run`; a transport error becomes NoAnswer.
    """
    import httpx  # noqa: PLC0415 - 70 ms, and an extra

    limits = httpx.Timeout(timeout).as_dict()
    # The transport alone: a client would add headers, keep cookies and follow redirects.
    with httpx.HTTPTransport(verify=verify) as transport:

        def send(request: HTTPRequest) -> HTTPResponse | NoAnswer:
            try:
                return _exchange(transport, request, limits)
            except httpx.TransportError as error:
                return NoAnswer(f"{type(error).__name__}: {error}")

        yield send


def _exchange(
    transport: httpx.HTTPTransport, request: HTTPRequest, limits: dict[str, float | None]
) -> HTTPResponse:
    import httpx  # noqa: PLC0415 - 70 ms, and an extra

    content = request.body if request.body or request.method in {"PATCH", "POST", "PUT"} else None
    sent = httpx.Request(
        request.method,
        request.url,
        headers=[
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers
        ],
        content=content,
        extensions={"timeout": limits},
    )
    sent.method = request.method  # httpx has upper-cased it; `patch` is another method than PATCH
    response = transport.handle_request(sent)
    try:
        body = response.read()
    finally:
        response.close()
    headers = ((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw)
    return HTTPResponse(response.status_code, tuple(headers), body, response.reason_phrase)
