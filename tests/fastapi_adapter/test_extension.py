"""`CORS(app, policy)` is outside everything else that a FastAPI or Starlette application has."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi_cors_wsgi import CORS
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from cors_wsgi import InvalidPolicy, PathPolicies, Policy
from cors_wsgi.asgi import CORSMiddleware

APP = "https://app.example"
OTHER = "https://other.example"
POLICY = Policy(allow_origins=APP, allow_methods="PUT")
ALLOWED = {"access-control-allow-origin": APP, "vary": "Origin"}
REFUSED = {"vary": "Origin"}

CACHED = JSONResponse({"cached": True})


def hello() -> str:
    return "hello"


def crashes() -> None:
    raise ZeroDivisionError


async def crashes_asynchronously() -> None:
    raise ZeroDivisionError


def crashes_in_a_dependency(given: None = Depends(crashes)) -> None: ...


def refuses() -> None:
    raise HTTPException(418)


def validates(number: int) -> int:
    return number


def redirects() -> RedirectResponse:
    return RedirectResponse("/hello", 307)


def returns_what_is_cached() -> JSONResponse:
    return CACHED


def streams() -> StreamingResponse:
    def blocks() -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    return StreamingResponse(blocks(), media_type="text/plain")


def crashes_in_the_background(tasks: BackgroundTasks) -> str:
    tasks.add_task(crashes)
    return "hello"


VIEWS = (
    hello,
    crashes,
    crashes_asynchronously,
    crashes_in_a_dependency,
    refuses,
    validates,
    redirects,
    returns_what_is_cached,
    streams,
    crashes_in_the_background,
)


def make_app(**options: Any) -> FastAPI:
    app = FastAPI(**options)
    for view in VIEWS:
        app.get(f"/{view.__name__}")(view)
    inner = FastAPI()
    inner.get("/crashes")(crashes)
    app.mount("/inner", inner)

    @app.websocket("/ws")
    async def ws(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    return app


def ask(
    app: Any,
    path: str = "/hello",
    origin: str | None = APP,
    method: str = "GET",
    root_path: str = "",
    **headers: str,
) -> tuple[int, dict[str, str]]:
    """Return the status and what headers are about CORS."""
    client = TestClient(
        app, raise_server_exceptions=False, follow_redirects=False, root_path=root_path
    )
    given = {"Origin": origin, **headers} if origin else headers
    response = client.request(method, path, headers=given)
    kept = [(n, v) for n, v in response.headers.multi_items() if n in ("vary", "x-cors-wsgi")]
    kept += [(n, v) for n, v in response.headers.multi_items() if n.startswith("access-control-")]
    assert len(dict(kept)) == len(kept)
    return response.status_code, dict(kept)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/hello", 200, id="a response"),
        pytest.param("/streams", 200, id="a stream"),
        pytest.param("/redirects", 307, id="a redirect"),
        pytest.param("/hello/", 307, id="a redirect of the router"),
        pytest.param("/missing", 404, id="404"),
        pytest.param("/refuses", 418, id="HTTPException"),
        pytest.param("/validates?number=x", 422, id="422"),
        pytest.param("/crashes", 500, id="a crash"),
        pytest.param("/crashes_asynchronously", 500, id="a crash of an asynchronous view"),
        pytest.param("/crashes_in_a_dependency", 500, id="a crash of a dependency"),
        pytest.param("/crashes_in_the_background", 200, id="a crash in the background"),
        pytest.param("/inner/crashes", 500, id="a crash in a mounted application"),
    ],
)
@pytest.mark.parametrize("order", ["before", "after"])
def test_every_response_has_the_headers(path: str, status: int, order: str) -> None:
    app = make_app()
    if order == "before":
        CORS(app, POLICY)
    app.add_middleware(GZipMiddleware, minimum_size=1)
    app.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, call_next: call_next(request))
    if order == "after":
        CORS(app, POLICY)
    for origin, cors in ((APP, ALLOWED), (OTHER, REFUSED), (None, REFUSED), (APP, ALLOWED)):
        found_status, found = ask(app, path, origin)
        found["vary"] = found["vary"].replace("Accept-Encoding, ", "")  # GZip's
        assert (found_status, found) == (status, cors)


def test_a_response_that_is_used_again_never_grows() -> None:
    app = make_app()
    CORS(app, POLICY)
    for origin, cors in ((APP, ALLOWED), (OTHER, REFUSED), (APP, ALLOWED)):
        assert ask(app, "/returns_what_is_cached", origin) == (200, cors)


def test_a_crash_in_a_middleware_is_answered() -> None:
    async def fails(request: Request, call_next: Any) -> Response:
        raise ZeroDivisionError

    app = make_app()
    app.add_middleware(BaseHTTPMiddleware, dispatch=fails)
    CORS(app, POLICY)
    assert ask(app) == (500, ALLOWED)


@pytest.mark.parametrize("handled", [Exception, 500, ZeroDivisionError])
def test_your_own_handler_answers_crashes(handled: Any) -> None:
    app = make_app()
    CORS(app, POLICY)

    @app.exception_handler(handled)
    async def answer(request: Request, error: Exception) -> Response:
        return PlainTextResponse("mine", 503)

    assert ask(app, "/crashes") == (503, ALLOWED)


def test_the_exception_still_reaches_the_server() -> None:
    app = make_app()
    CORS(app, POLICY)
    with pytest.raises(ZeroDivisionError):
        TestClient(app).get("/crashes", headers={"Origin": APP})


def test_a_preflight_is_answered_before_everything_else() -> None:
    async def refuses(request: Request, call_next: Any) -> Response:
        return Response(status_code=401)

    app = make_app()
    app.add_middleware(BaseHTTPMiddleware, dispatch=refuses)
    CORS(app, POLICY)
    asked = {"access-control-request-method": "PUT"}
    expected = ALLOWED | {"access-control-allow-methods": "PUT", "access-control-max-age": "600"}
    assert ask(app, method="OPTIONS", **asked) == (204, expected)
    assert ask(app) == (401, ALLOWED)


def test_starlette_alone() -> None:
    app = Starlette(routes=[Route("/hello", lambda request: PlainTextResponse("hello"))])
    CORS(app, POLICY)
    assert ask(app) == (200, ALLOWED)
    assert ask(app, origin=OTHER) == (200, REFUSED)


def test_lifespan_runs() -> None:
    events = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        events.append("starts")
        yield
        events.append("stops")

    app = FastAPI(lifespan=lifespan)
    CORS(app, POLICY)
    with TestClient(app):
        assert events == ["starts"]
    assert events == ["starts", "stops"]


def test_a_mounted_application_may_have_a_policy_of_its_own() -> None:
    inner = FastAPI()
    inner.get("/crashes")(crashes)
    app = FastAPI()
    app.mount("/inner", CORSMiddleware(inner, POLICY))
    assert ask(app, "/inner/crashes") == (500, ALLOWED)
    assert ask(app, "/missing") == (404, {})


def test_the_policy_may_be_replaced() -> None:
    app = make_app()
    cors = CORS(app, POLICY)
    assert ask(app, origin=OTHER) == (200, REFUSED)
    cors.policy = Policy(allow_origins=OTHER)
    assert ask(app, origin=OTHER) == (200, ALLOWED | {"access-control-allow-origin": OTHER})
    with pytest.raises(AttributeError):
        cors.polcy = POLICY  # type: ignore[attr-defined]


def test_policies_by_path_are_relative_to_the_root_path() -> None:
    app = make_app()
    CORS(app, PathPolicies({"/hello": POLICY}))
    assert ask(app, "/v1/hello", root_path="/v1") == (200, ALLOWED)
    assert ask(app, "/v1/refuses", root_path="/v1") == (418, {})


@pytest.mark.parametrize(
    ("app_debug", "debug", "explains"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_debug_is_the_applications_unless_you_say_otherwise(
    app_debug: bool, debug: bool | None, explains: bool
) -> None:
    app = make_app(debug=app_debug)
    CORS(app, POLICY, debug=debug)
    assert ("x-cors-wsgi" in ask(app)[1]) is explains


def connect(app: Any, origin: str | None) -> int:
    """Return 101, or the status of a refused handshake."""
    headers = {"origin": origin} if origin else {}
    try:
        with TestClient(app).websocket_connect("/ws", headers=headers) as socket:
            with pytest.raises(WebSocketDisconnect):
                socket.receive_text()
            return 101
    except WebSocketDenialResponse as refusal:
        return refusal.status_code


@pytest.mark.parametrize(
    ("websockets", "origin", "status"),
    [
        pytest.param(False, OTHER, 101, id="not checked"),
        pytest.param(True, APP, 101, id="allowed"),
        pytest.param(True, OTHER, 403, id="refused"),
        pytest.param(True, None, 101, id="no origin"),
        pytest.param("strict", None, 403, id="strict"),
        pytest.param(Policy(allow_origins=OTHER), OTHER, 101, id="an own policy"),
    ],
)
def test_handshakes(websockets: Any, origin: str | None, status: int) -> None:
    app = make_app()
    CORS(app, POLICY, websockets=websockets)
    assert connect(app, origin) == status


def test_an_application_has_one_policy() -> None:
    app = make_app()
    CORS(app, POLICY)
    with pytest.raises(RuntimeError, match="CORS is set up twice"):
        CORS(app, POLICY)
    assert ask(app) == (200, ALLOWED)


def test_an_application_that_has_served_is_refused() -> None:
    app = make_app()
    ask(app)
    with pytest.raises(RuntimeError, match="has served already"):
        CORS(app, POLICY)


@pytest.mark.parametrize(
    ("app", "policy", "error", "message"),
    [
        pytest.param(None, POLICY, TypeError, "FastAPI or Starlette", id="None"),
        pytest.param(
            APIRouter(), POLICY, TypeError, r"write cors_policy\(policy\)\(router\)", id="a router"
        ),
        pytest.param("api:app", POLICY, TypeError, "import the application", id="a name"),
        pytest.param(FastAPI, POLICY, TypeError, "FastAPI is a class", id="a class"),
        pytest.param(POLICY, FastAPI(), TypeError, "application comes first", id="the wrong way"),
        pytest.param(FastAPI(), [APP], TypeError, "is not a policy", id="a list"),
        pytest.param(
            FastAPI(), {"allow_origins": "x"}, InvalidPolicy, "has no scheme", id="a wrong mapping"
        ),
    ],
)
def test_what_is_refused(app: Any, policy: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        CORS(app, policy)


def test_a_field_in_the_place_of_the_policy_is_named() -> None:
    with pytest.raises(TypeError, match=r"Write CORS\(app, Policy\(allow_origins=\[.*\]\)\)"):
        CORS(FastAPI(), allow_origins=[APP])  # type: ignore[call-arg]


def test_what_add_middleware_does_not_take_is_said() -> None:
    app = FastAPI()
    app.add_middleware(CORS, policy=POLICY)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"write CORS\(app, policy\) in the place of app.add_midd"):
        TestClient(app).get("/")


def test_a_refused_setup_leaves_the_application_as_it_was() -> None:
    app = make_app()
    with pytest.raises(InvalidPolicy):
        CORS(app, {"allow_origins": "x"})
    CORS(app, POLICY)
    assert ask(app) == (200, ALLOWED)


def test_nothing_is_logged_for_what_is_allowed(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests of this process gave policies to views of other frameworks.
    monkeypatch.setattr("cors_wsgi.adapting._view_policies", set())
    app = make_app()
    CORS(app, POLICY)
    with caplog.at_level(logging.DEBUG, "cors_wsgi"):
        ask(app)
    assert [record for record in caplog.records if record.name == "cors_wsgi"] == []


def test_an_attribute_that_nothing_reads_cannot_be_set() -> None:
    cors = CORS(FastAPI(), POLICY)
    with pytest.raises(AttributeError):
        setattr(cors, "polcy", POLICY)  # noqa: B010 - type checkers refuse the assignment
