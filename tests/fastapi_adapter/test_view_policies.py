"""A view with a policy of its own is never served under another one."""

import gc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import django_cors_wsgi
import flask_cors_wsgi
import pytest
from asgi_server import scope_of
from fastapi import APIRouter, FastAPI, WebSocket
from fastapi_adapter.test_extension import APP, OTHER, POLICY, ask, connect
from fastapi_cors_wsgi import CORS, _views, cors_policy
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Host, Match, Mount, Route, Router
from starlette.staticfiles import StaticFiles
from versions import keeps_routers, needs_routers

PARTNER = "https://partner.example"
INNER = "https://inner.example"
PARTNERS = cors_policy(POLICY.replace(allow_origins=PARTNER))
INNERMOST = cors_policy(POLICY.replace(allow_origins=INNER))
EXEMPT = cors_policy(None)


def view() -> str:
    return "x"


def fresh() -> Any:
    """Return a view that nothing else decorates."""

    def view() -> str:
        return "x"

    return view


def allowed(app: Any, path: str) -> set[str] | None:
    """Return whom a path allows, by GET and by preflight; `None` if it is left alone."""
    found = set()
    for origin in (APP, PARTNER, INNER):
        _, headers = ask(app, path, origin)
        asked = {"access-control-request-method": "GET"}
        _, preflight = ask(app, path, origin, "OPTIONS", **asked)
        answers = {given.get("access-control-allow-origin") for given in (headers, preflight)}
        assert len(answers) == 1
        if not headers and not preflight:
            return None
        found |= answers - {None}
    return {str(origin) for origin in found}


def make_app() -> FastAPI:
    app = FastAPI()
    app.get("/plain")(view)
    app.get("/view")(PARTNERS(fresh()))
    app.get("/partial")(partial(PARTNERS(fresh())))
    app.get("/exempt")(EXEMPT(fresh()))
    PARTNERS(app.get("/above")(fresh()))
    app.get("/items/{number}")(PARTNERS(fresh()))

    sub = FastAPI()
    sub.get("/plain")(fresh())
    sub.get("/view")(INNERMOST(fresh()))
    if keeps_routers:
        add_routers(app, sub)
    app.mount("/sub", PARTNERS(sub))
    app.mount("/foreign", foreign)
    app.mount("/files", StaticFiles(directory=Path(__file__).parent))
    CORS(app, POLICY)
    return app


def add_routers(app: FastAPI, sub: FastAPI) -> None:
    router = PARTNERS(APIRouter(prefix="/router"))
    router.get("/plain")(fresh())
    router.get("/view")(INNERMOST(fresh()))
    router.get("/exempt")(EXEMPT(fresh()))
    nested = INNERMOST(APIRouter())
    nested.get("/plain")(fresh())
    unmarked = APIRouter()
    unmarked.get("/plain")(fresh())
    router.include_router(nested, prefix="/nested")
    router.include_router(unmarked, prefix="/unmarked")
    app.include_router(router, prefix="/v1")
    sub.include_router(nested, prefix="/nested")


async def foreign(scope: Any, receive: Any, send: Any) -> None:
    await Response("x")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "origins"),
    [
        pytest.param("/plain", {APP}, id="a view without one"),
        pytest.param("/view", {PARTNER}, id="a view"),
        pytest.param("/partial", {PARTNER}, id="a partial of a view"),
        pytest.param("/above", {PARTNER}, id="a view that is decorated from above"),
        pytest.param("/exempt", None, id="an exempt view"),
        pytest.param("/items/7", {PARTNER}, id="a view with a parameter"),
        pytest.param("/view/", {PARTNER}, id="a redirect to a view"),
        pytest.param("/missing", {APP}, id="no view"),
        pytest.param("/v1/router/plain", {PARTNER}, id="a router", marks=needs_routers),
        pytest.param("/v1/router/view", {INNER}, id="a view of a router", marks=needs_routers),
        pytest.param(
            "/v1/router/exempt", None, id="an exempt view of a router", marks=needs_routers
        ),
        pytest.param("/v1/router/nested/plain", {INNER}, id="a nested router", marks=needs_routers),
        pytest.param(
            "/v1/router/unmarked/plain",
            {PARTNER},
            id="a nested router without one",
            marks=needs_routers,
        ),
        pytest.param(
            "/v1/router/plain/",
            {PARTNER},
            id="a redirect to a view of a router",
            marks=needs_routers,
        ),
        pytest.param("/v1/router/missing", {APP}, id="no view of a router", marks=needs_routers),
        pytest.param("/sub/plain", {PARTNER}, id="a mounted application"),
        pytest.param("/sub/view", {INNER}, id="a view of a mounted application"),
        pytest.param(
            "/sub/nested/plain",
            {INNER},
            id="a router in a mounted application",
            marks=needs_routers,
        ),
        pytest.param("/sub/missing", {PARTNER}, id="no view of a mounted application"),
        pytest.param("/foreign/x", {APP}, id="another mounted application"),
        pytest.param("/files/test_extension.py", {APP}, id="static files"),
    ],
)
def test_the_innermost_policy_governs(path: str, origins: set[str] | None) -> None:
    assert allowed(make_app(), path) == origins


def test_a_method_that_a_view_does_not_take() -> None:
    app = make_app()
    status, headers = ask(app, "/view", PARTNER, "PUT")
    assert (status, headers["access-control-allow-origin"]) == (405, PARTNER)


def test_a_path_whose_methods_have_views_of_their_own() -> None:
    app = FastAPI()
    app.get("/x")(PARTNERS(fresh()))
    app.put("/x")(INNERMOST(fresh()))
    CORS(app, POLICY)
    for method, origin in (("GET", PARTNER), ("PUT", INNER)):
        asked = {"access-control-request-method": method}
        _, preflight = ask(app, "/x", origin, "OPTIONS", **asked)
        assert preflight["access-control-allow-origin"] == origin
        assert ask(app, "/x", origin, method)[1]["access-control-allow-origin"] == origin


def test_a_class_of_views_and_its_methods() -> None:
    @PARTNERS
    class Views(HTTPEndpoint):
        @INNERMOST
        async def get(self, request: Request) -> Response:
            return PlainTextResponse("x")

        async def put(self, request: Request) -> Response:
            return PlainTextResponse("x")

    class HeadOfItsOwn(Views):
        async def head(self, request: Request) -> Response:
            return PlainTextResponse("")

    inner = PARTNERS(Starlette(routes=[Route("/plain", lambda request: PlainTextResponse("x"))]))
    app = Starlette(
        routes=[Route("/x", Views), Route("/head", HeadOfItsOwn), Mount("/inner", inner)]
    )
    CORS(app, POLICY)
    assert allowed(app, "/x") == {INNER}
    for path, origin in [("/x", INNER), ("/head", PARTNER)]:
        assert ask(app, path, origin, "HEAD")[1]["access-control-allow-origin"] == origin
    assert ask(app, "/x", PARTNER, "PUT")[1]["access-control-allow-origin"] == PARTNER
    assert allowed(app, "/inner/plain") == {PARTNER}


def test_the_routes_of_a_list() -> None:
    def route(path: str) -> Route:
        return Route(path, lambda request: PlainTextResponse("x"))

    app = Starlette(
        routes=[
            PARTNERS(route("/route")),
            PARTNERS(Mount("/mount", routes=[route("/plain"), INNERMOST(route("/view"))])),
            Mount("/router", PARTNERS(Router([route("/plain")]))),
            Host("api.example", PARTNERS(Router([route("/host")]))),
            route("/plain"),
        ]
    )
    CORS(app, POLICY)
    paths = ("/route", "/mount/plain", "/mount/missing", "/mount/view", "/router/plain", "/plain")
    assert [allowed(app, path) for path in paths] == [
        {PARTNER},
        {PARTNER},
        {PARTNER},
        {INNER},
        {PARTNER},
        {APP},
    ]
    _, headers = ask(app, "/host", PARTNER, host="api.example")
    assert headers["access-control-allow-origin"] == PARTNER


def test_below_a_root_path() -> None:
    app = FastAPI()
    app.get("/view")(PARTNERS(fresh()))
    sub = PARTNERS(FastAPI())
    sub.get("/plain")(fresh())
    app.mount("/sub", sub)
    CORS(app, POLICY)
    for path in ("/root/view", "/view", "/root/sub/plain"):
        _, headers = ask(app, path, PARTNER, root_path="/root")
        assert headers["access-control-allow-origin"] == PARTNER


def test_the_handshake_of_a_view() -> None:
    app = FastAPI()

    @app.websocket("/ws")
    @PARTNERS
    async def ws(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    CORS(app, POLICY, websockets=True)
    assert [connect(app, origin) for origin in (APP, OTHER, PARTNER)] == [403, 403, 101]


@pytest.mark.parametrize("absent", [{}, {"headers": None}])
def test_a_request_without_headers_is_routed(
    absent: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    app = FastAPI()
    app.options("/x")(PARTNERS(fresh()))
    cors = CORS(app, POLICY)
    scope = {key: value for key, value in scope_of("OPTIONS", "/x").items() if key != "headers"}
    assert cors.policy_for(scope | absent) == PARTNERS.policy
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_router_that_fails_allows_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(BaseRoute):
        def matches(self, scope: Any) -> tuple[Match, Any]:
            raise LookupError

    keeps = PARTNERS(fresh())
    app = FastAPI(routes=[Broken()])
    CORS(app, POLICY)
    status, headers = ask(app, "/a%0Ab", APP)
    assert (status, headers) == (500, {"vary": "Origin"})
    assert [record.getMessage() for record in caplog.records if record.name == "cors_wsgi"][-1] == (
        r"the view for '/a\nb' cannot be found, so nobody is allowed"
    )
    del keeps


def test_a_policy_that_no_route_leads_to_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    lost = cors_policy(POLICY)(fresh())
    app = FastAPI()
    app.get("/plain")(view)
    CORS(app, POLICY)
    ask(app, "/plain")
    ask(app, "/plain")
    lines = [record.getMessage() for record in caplog.records]
    assert len([line for line in lines if f"{__file__}:" in line and "governs nothing" in line]) > 0
    assert len(set(lines)) == len(lines)
    del lost


def test_a_policy_of_another_framework_is_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    others = [flask_cors_wsgi.cors_policy(POLICY), django_cors_wsgi.cors_policy(POLICY)]
    decorated = [other(fresh()) for other in others]
    app = FastAPI()
    app.get("/plain")(view)
    CORS(app, POLICY)
    ask(app, "/plain")
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines for other in others if other.where in line] == []
    del decorated


def test_a_router_is_refused_where_its_views_would_not_know_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fastapi.__version__", "0.136.3")
    with pytest.raises(TypeError, match=r"with FastAPI 0\.137 or later; this is 0\.136\.3"):
        PARTNERS(APIRouter())
    PARTNERS(fresh())
    PARTNERS(FastAPI())


@needs_routers
def test_looking_a_view_up_leaves_the_scope_as_it_was() -> None:
    seen: list[Any] = []
    app = make_app()
    inner = app.build_middleware_stack

    def build() -> Any:
        stack = inner()

        async def outermost(scope: Any, receive: Any, send: Any) -> None:
            before = dict(scope)
            stack.policy_for(scope)
            seen.append((before, dict(scope)))
            await stack(scope, receive, send)

        return outermost

    app.build_middleware_stack = build  # type: ignore[method-assign]
    assert ask(app, "/v1/router/nested/plain", INNER)[0] == 200
    ((before, after),) = seen
    assert before == after


def test_an_application_that_is_made_while_the_routes_of_others_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_app()
    routed_policies, made = _views.routed_policies, []

    def while_another_is_made(routes: Any) -> Iterator[Any]:
        if not made:
            made.append(FastAPI())
            CORS(made[0], POLICY)
        yield from routed_policies(routes)

    monkeypatch.setattr(_views, "routed_policies", while_another_is_made)
    status, headers = ask(app, "/view", PARTNER)
    assert made
    assert (status, headers["access-control-allow-origin"]) == (200, PARTNER)


def test_a_view_that_outlives_its_application_was_routed(caplog: pytest.LogCaptureFixture) -> None:
    written = cors_policy(POLICY)
    kept = written(fresh())  # FastAPI's caches keep it, too
    for path in ("/x", "/y"):
        app = FastAPI()
        app.get(path)(kept if path == "/x" else view)
        CORS(app, POLICY)
        ask(app, path)
        del app
        gc.collect()
    assert [record for record in caplog.records if written.where in record.getMessage()] == []
