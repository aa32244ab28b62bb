"""What every server serves: an application that answers, streams and fails, behind a policy."""

import io
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cors_wsgi import CORSMiddleware, Policy

APP = "https://app.example"
TEXT = ("Content-Type", "text/plain")
BLOCK = b"x" * 65536

closed = 0


class Endless:
    """A stream without an end, which counts that it was closed."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield BLOCK
            time.sleep(0.01)

    def close(self) -> None:
        global closed  # noqa: PLW0603 - the next request asks for it
        closed += 1


def hello(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [TEXT, ("Content-Length", "5")])
    return [b"hello"]


def crashes(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    raise RuntimeError("boom")


def crashes_once_started(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2"), ("X-A", "1")])
    raise RuntimeError("boom")


def reports_by_exc_info(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    import sys  # noqa: PLC0415 - for this one

    start("200 OK", [TEXT, ("X-A", "1")])
    try:
        raise RuntimeError("boom")  # noqa: TRY301 - as an application reports an error
    except RuntimeError:
        start("503 Service Unavailable", [TEXT, ("Content-Length", "5")], sys.exc_info())
    return [b"sorry"]


def stream_fails_first(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [TEXT, ("X-A", "1")])

    def blocks() -> Iterator[bytes]:
        raise RuntimeError("boom")
        yield b""

    return blocks()


def starts_late(environ: Any, start: Callable[..., Any]) -> Iterator[bytes]:
    start("200 OK", [TEXT])
    yield b"one "
    yield b"two"


def crashes_late(environ: Any, start: Callable[..., Any]) -> Iterator[bytes]:
    raise RuntimeError("boom")
    yield b""


def writes(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [TEXT])(b"one ")
    return [b"two"]


def not_modified(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("304 Not Modified", [("ETag", '"1"')])
    return []


def sends_a_file(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [TEXT])
    wrapper = environ.get("wsgi.file_wrapper", lambda file: iter([file.read()]))
    return wrapper(io.BytesIO(b"a file"))  # type: ignore[no-any-return]


def endless(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [TEXT])
    return Endless()


def tells_closed(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    body = str(closed).encode()
    start("200 OK", [TEXT, ("Content-Length", str(len(body)))])
    return [body]


VIEWS = {
    f"/{view.__name__}": view
    for view in (
        hello,
        crashes,
        crashes_once_started,
        reports_by_exc_info,
        stream_fails_first,
        starts_late,
        crashes_late,
        writes,
        not_modified,
        sends_a_file,
        endless,
        tells_closed,
    )
}


def bare(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    return VIEWS[environ["PATH_INFO"]](environ, start)


governed = CORSMiddleware(
    bare, Policy(allow_origins=APP, allow_methods="PUT", allow_credentials=True)
)


def application(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    """Serve everything behind the policy, and below `/bare` the same without one."""
    path = environ["PATH_INFO"]
    if path.startswith("/bare/"):
        return bare(environ | {"PATH_INFO": path.removeprefix("/bare")}, start)
    return governed(environ, start)
