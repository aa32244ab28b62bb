"""A stream that fails before its first block is answered like any other crash."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any

import django
import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django_adapter.driving import ALLOWED, APP, EVIL, Answer, site

PLAIN = "text/plain"
VARIABLE: ContextVar[str] = ContextVar("VARIABLE")
SYNCHRONOUS = f"{__name__}.synchronous"
HTML = {"Content-Type": "text/html; charset=utf-8"}


class Body:
    """A body that counts how often it is closed."""

    closed = 0

    def __iter__(self) -> Iterator[bytes]:
        raise ZeroDivisionError
        yield b""

    def close(self) -> None:
        type(self).closed += 1


def fails(request: HttpRequest) -> StreamingHttpResponse:
    def blocks() -> Iterator[bytes]:
        raise ZeroDivisionError
        yield b""

    return StreamingHttpResponse(blocks(), content_type=request.GET.get("type", PLAIN))


def streams(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"one ", b"two"]), content_type=PLAIN)


def empty(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([]), content_type=PLAIN)


async def fails_asynchronously(request: HttpRequest) -> StreamingHttpResponse:
    async def blocks() -> AsyncIterator[bytes]:
        raise ZeroDivisionError
        yield b""

    return StreamingHttpResponse(blocks(), content_type=request.GET.get("type", PLAIN))


async def streams_asynchronously(request: HttpRequest) -> StreamingHttpResponse:
    async def blocks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingHttpResponse(blocks(), content_type=PLAIN)


def fails_as_a_file(request: HttpRequest) -> FileResponse:
    def blocks() -> Iterator[bytes]:
        raise ZeroDivisionError
        yield b""

    return FileResponse(blocks(), content_type=PLAIN)


class EndsOnce:
    """A stream that waits for ever if it is asked for more when it has ended."""

    has_ended = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        assert not self.has_ended
        self.has_ended = True
        raise StopIteration


def ends_once(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(EndsOnce(), content_type=PLAIN)


URLS = [
    path("fails", fails),
    path("fails_as_a_file", fails_as_a_file),
    path("ends_once", ends_once),
    path("streams", streams),
    path("empty", empty),
    path("fails_asynchronously", fails_asynchronously),
    path("streams_asynchronously", streams_asynchronously),
]


def synchronous(get_response: Any) -> Any:
    """Make a middleware that makes those outside it synchronous, under ASGI too."""

    def middleware(request: HttpRequest) -> Any:
        return get_response(request)

    return middleware


def by_wsgi(address: str, origin: str | None) -> Answer:
    headers = {} if origin is None else {"Origin": origin}
    response: Any = Client(raise_request_exception=False).get(address, headers=headers)
    return Answer(response.status_code, dict(response.items()), b"".join(response))


def by_asgi(address: str, origin: str | None) -> Answer:
    """Serve a request as an ASGI server would, to the last message."""
    path_, _, query = address.partition("?")
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path_, "http_version": "1.1"}
    scope |= {"query_string": query.encode(), "headers": [(b"host", b"testserver")]}
    if origin is not None:
        scope["headers"].append((b"origin", origin.encode()))
    messages: list[Any] = []
    gone = asyncio.Event()

    async def receive() -> Any:
        if receive.calls:  # type: ignore[attr-defined]
            await gone.wait()
        receive.calls = 1  # type: ignore[attr-defined]
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    receive.calls = 0  # type: ignore[attr-defined]
    asyncio.run(ASGIHandler()(scope, receive, send))  # type: ignore[arg-type]
    start, *blocks = messages
    headers = {name.decode().title(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(block.get("body", b"") for block in blocks))


@pytest.mark.parametrize(
    ("send", "view"),
    [
        pytest.param(by_wsgi, "fails", id="WSGI"),
        pytest.param(by_wsgi, "fails_as_a_file", id="WSGI, a FileResponse that is no file"),
        pytest.param(
            by_wsgi,
            "fails_asynchronously",
            id="WSGI, an asynchronous stream",
            marks=pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
        ),
        pytest.param(by_asgi, "fails_asynchronously", id="ASGI"),
        pytest.param(
            by_asgi,
            "fails",
            id="ASGI, a synchronous stream",
            marks=pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
        ),
    ],
)
def test_a_failure_before_the_first_block_is_a_readable_500(send: Any, view: str) -> None:
    with site(URLS):
        answer = send(f"/{view}", APP)
    assert (answer.status, {n: v for n, v in answer.headers.items() if n != "Content-Length"}) == (
        500,
        HTML | ALLOWED,
    )
    assert b"Server Error" in answer.body


@pytest.mark.parametrize("origin", [EVIL, None])
def test_for_nobody_else_is_a_stream_looked_at(origin: str | None) -> None:
    with site(URLS), pytest.raises(ZeroDivisionError):
        by_wsgi("/fails", origin)


@pytest.mark.parametrize(
    ("send", "view", "body"),
    [
        pytest.param(by_wsgi, "streams", b"one two", id="WSGI"),
        pytest.param(by_wsgi, "empty", b"", id="WSGI, no blocks"),
        pytest.param(by_wsgi, "ends_once", b"", id="WSGI, an iterator that ends once"),
        pytest.param(by_asgi, "streams_asynchronously", b"one two", id="ASGI"),
    ],
)
def test_a_stream_that_does_not_fail_is_whole(send: Any, view: str, body: bytes) -> None:
    with site(URLS):
        answer = send(f"/{view}", APP)
    assert answer == Answer(200, {"Content-Type": PLAIN, **ALLOWED}, body)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
@pytest.mark.parametrize("inside", [(), (SYNCHRONOUS,)])
@pytest.mark.parametrize("view", ["fails", "fails_asynchronously"])
@pytest.mark.parametrize("content_type", ["text/event-stream", "Text/Event-Stream"])
def test_an_event_stream_is_started_before_its_first_event(
    content_type: str, view: str, inside: tuple[str, ...]
) -> None:
    with site(URLS, *inside), pytest.raises(ZeroDivisionError):
        by_asgi(f"/{view}?type={content_type}", APP)


async def needs_its_task(request: HttpRequest) -> StreamingHttpResponse:
    async def blocks() -> AsyncIterator[bytes]:
        async with asyncio.timeout(10), asyncio.TaskGroup():
            token = VARIABLE.set("one ")
            yield VARIABLE.get().encode()
            VARIABLE.reset(token)
            yield b"two"

    return StreamingHttpResponse(blocks(), content_type=PLAIN)


def needs_its_context(request: HttpRequest) -> StreamingHttpResponse:
    def blocks() -> Iterator[bytes]:
        token = VARIABLE.set("one ")
        yield VARIABLE.get().encode()
        VARIABLE.reset(token)
        yield b"two"

    return StreamingHttpResponse(blocks(), content_type=PLAIN)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
@pytest.mark.parametrize("inside", [(), (SYNCHRONOUS,)])
@pytest.mark.parametrize(
    "view", ["streams_asynchronously", "needs_its_task", "needs_its_context", "ends_once"]
)
def test_a_stream_under_asgi_is_iterated_in_one_task(view: str, inside: tuple[str, ...]) -> None:
    views = [path("needs_its_task", needs_its_task), path("needs_its_context", needs_its_context)]
    with site([*URLS, *views], *inside):
        answer = by_asgi(f"/{view}", APP)
    body = b"" if view == "ends_once" else b"one two"
    assert answer == Answer(200, {"Content-Type": PLAIN, **ALLOWED}, body)


def test_a_stream_that_fails_is_closed_once() -> None:
    body = Body()
    urls = [path("", lambda request: StreamingHttpResponse(body))]
    Body.closed = 0
    with site(urls):
        assert by_wsgi("/", APP).status == 500
    assert Body.closed == 1


def test_a_stream_that_is_stopped_is_closed_once() -> None:
    class Stopped(Body):
        closed = 0

        def __iter__(self) -> Iterator[bytes]:
            raise SystemExit
            yield b""

    urls = [path("", lambda request: StreamingHttpResponse(Stopped()))]
    with site(urls), pytest.raises(SystemExit):
        by_wsgi("/", APP)
    assert Stopped.closed == 1


@pytest.mark.skipif(django.VERSION < (5, 0), reason="Django 4.2 does not notice that a client goes")
def test_a_stream_is_closed_if_the_client_goes_before_its_first_block() -> None:
    class Waits:
        closed = 0

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self

        async def __anext__(self) -> bytes:
            gone.set()
            await asyncio.Event().wait()
            return b""

        def close(self) -> None:
            type(self).closed += 1

    async def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(Waits())

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        """Send to nobody."""

    gone = asyncio.Event()
    messages = [{"type": "http.request", "body": b"", "more_body": False}]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
    scope["headers"] = [(b"host", b"testserver"), (b"origin", APP.encode())]  # type: ignore[assignment]
    with site([path("", view)]):
        asyncio.run(ASGIHandler()(scope, receive, send))  # type: ignore[arg-type]
    assert Waits.closed == 1
