"""An ASGI application in this process: one loop, one lifespan, and what its server would send."""

import asyncio
import gc
import sys
import threading
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgi_server import scope_of
from fastapi import FastAPI, HTTPException, Request
from fastapi_cors_wsgi import CORS

from cors_wsgi import Policy, transports
from cors_wsgi.asgi import CORSMiddleware
from cors_wsgi.browser import HTTPRequest, HTTPResponse
from cors_wsgi.testing import BlockedByCORS, Page

APP = "https://app.example"
URL = "https://api.example"
POLICY = Policy(allow_origins=APP, allow_methods="PUT")


def make_app(events: list[str] | None = None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        events.append("starts") if events is not None else None
        yield {"words": "from the lifespan"}
        events.append("stops") if events is not None else None

    app = FastAPI(lifespan=lifespan)

    @app.put("/echo/{text}")
    async def echo(text: str, request: Request, q: str = "") -> list[str]:
        return [text, q, (await request.body()).decode(), request.state.words]

    @app.get("/crashes")
    def crashes() -> None:
        raise ZeroDivisionError

    @app.get("/refuses")
    def refuses() -> None:
        raise HTTPException(418)

    CORS(app, POLICY)
    return app


def test_a_page_fetches_from_a_fastapi_application() -> None:
    result = Page(APP, make_app()).fetch("/echo/%C3%A9?q=1", method="PUT", body="hello")
    assert (result.shared, result.body) == (
        True,
        '["é","1","hello","from the lifespan"]'.encode(),
    )
    with pytest.raises(BlockedByCORS):
        Page("https://evil.example", make_app()).fetch("/echo/x", method="PUT").json()


def test_an_application_may_wait_for_the_client_to_leave_once_it_has_responded() -> None:
    async def lingers(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello, ", "more_body": True})
        await send({"type": "http.response.body", "body": b"you"})
        while (await receive())["type"] != "http.disconnect":
            pass

    assert Page(APP, CORSMiddleware(lingers, POLICY)).fetch("/").body == b"hello, you"


@pytest.mark.parametrize(("path", "status"), [("/crashes", 500), ("/refuses", 418)])
def test_a_page_reads_an_error(path: str, status: int) -> None:
    result = Page(APP, make_app()).fetch(path)
    assert (result.shared, result.status) == (True, status)


def test_exceptions_reach_the_test_if_you_prefer() -> None:
    with pytest.raises(ZeroDivisionError):
        Page(APP, make_app(), raise_app_exceptions=True).fetch("/crashes")


def test_the_lifespan_runs_once_and_stops_with_the_transport() -> None:
    events: list[str] = []
    send = transports.asgi(make_app(events))
    for _ in range(2):
        assert isinstance(send(HTTPRequest("GET", f"{URL}/refuses")), HTTPResponse)
    assert events == ["starts"]
    del send
    gc.collect()
    assert events == ["starts", "stops"]


def test_everything_runs_on_one_loop_beside_yours() -> None:
    loops = set()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        loops.add((asyncio.get_running_loop(), threading.get_ident()))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    async def test() -> None:
        send = transports.asgi(application)
        for _ in range(2):
            assert send(HTTPRequest("GET", URL)) == HTTPResponse(200)
        ((loop, thread),) = loops
        assert loop is not asyncio.get_running_loop()
        assert thread != threading.get_ident()

    asyncio.run(test())


def test_an_application_may_exit() -> None:
    threads = []

    async def exits(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            threads.append(threading.current_thread())
            sys.exit(3)

    send = transports.asgi(exits)
    with pytest.raises(SystemExit) as caught:
        send(HTTPRequest("GET", URL))
    caught.value.__traceback__ = None  # it keeps the transport
    threads[0].join()
    failures: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "excepthook", lambda *failure: failures.append(failure))
        patch.setattr(sys, "unraisablehook", failures.append)
        del send, caught
        gc.collect()
    assert failures == []


async def says_nothing(scope: Any, receive: Any, send: Any) -> None: ...


async def has_no_lifespan(scope: Any, receive: Any, send: Any) -> None:
    raise LookupError


async def cannot_start(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "lifespan.startup.failed", "message": "no database"})


@pytest.mark.parametrize("app", [says_nothing, has_no_lifespan])
def test_an_application_that_answers_nothing_is_a_bare_500(app: Any) -> None:
    answer = transports.asgi(CORSMiddleware(app, POLICY, answer_crashes=False))(
        HTTPRequest("GET", URL)
    )
    assert isinstance(answer, HTTPResponse)
    assert (answer.status, answer.body) == (500, b"Internal Server Error")


def test_an_application_that_cannot_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="no database"):
        transports.asgi(cannot_start)


def test_the_scope_of_a_request() -> None:
    request = HTTPRequest("POST", f"{URL}:8443/a%20b/?q=%20", (("X-A", "1"), ("X-A", "2")), b"xy")
    given = transports.scope(request)
    headers = [("host", "api.example:8443"), ("x-a", "1"), ("x-a", "2"), ("content-length", "2")]
    expected = scope_of("POST", "/a b/", headers, scheme="https", raw_path=b"/a%20b/")
    expected |= {"query_string": b"q=%20", "client": ("127.0.0.1", 0)}
    expected |= {"server": ("api.example", 8443)}
    del expected["type"], expected["asgi"]
    assert given == expected
