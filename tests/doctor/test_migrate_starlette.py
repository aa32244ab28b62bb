"""From Starlette and FastAPI: what is printed opens nothing, and says what it closes."""

import sys
from types import ModuleType

import pytest
from doctor.migrating import ORIGINS, OTHER, PAGE, compare, fetches, translated
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from cors_wsgi import transports

PATHS = ("/items", "/inner/items", "/inner")
EVERYBODY = dict.fromkeys(ORIGINS, "everywhere")
METHODS = ["GET", "POST", "PUT", "PATCH"]


async def items(request):
    return PlainTextResponse("[]", headers={"X-Total": "7", "X-Secret": "8"})


async def by_hand(request, call_next):
    response = await call_next(request)
    if request.headers["origin"] == OTHER:
        response.headers["Access-Control-Allow-Origin"] = OTHER
    return response


async def guard(request, call_next):
    """Let nobody in without a token, preflights included."""
    if "authorization" not in request.headers:
        return PlainTextResponse("no", 403)
    return await call_next(request)


def no_cors(app, **_):
    """Stand in for CORSMiddleware in the application that the printed code is for."""
    return app


def route(path="/items", **more):
    return Route(path, items, methods=METHODS, **more)


# ---- the applications, each made with Starlette's CORSMiddleware and without it


def starlette(*more, **options):
    """An application with CORSMiddleware; `more` are other middleware, the outermost first."""
    return lambda cors: Starlette(
        routes=[route(path) for path in PATHS[:2]],
        middleware=[*more, Middleware(cors, **options)],
    )


def fastapi(*options, functions=()):
    """An application with CORSMiddleware for each of these options, and other middleware."""

    def make(cors):
        app = FastAPI()
        for each in options:
            app.add_middleware(cors, **each)
        for function in functions:
            app.middleware("http")(function)
        for path in PATHS[:2]:
            app.add_route(path, items, methods=METHODS)
        return app

    return make


def wrapped(**options):
    return lambda cors: cors(starlette_without(), **options)


def wrapped_twice(**options):
    class Prefix:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            await self.app(scope, receive, send)

    return lambda cors: cors(Prefix(starlette_without()), **options)


def starlette_without():
    return Starlette(routes=[route(path) for path in PATHS[:2]])


def mounted(*siblings, at="/inner", outer=(), is_deeper=False, **options):
    """An application in which another one is mounted, which has CORSMiddleware.

    Args:
        siblings: The paths of routes before it.
        at: The path where it is mounted.
        outer: The options of a CORSMiddleware outside.
        is_deeper: Whether there is another between the two.
    """

    def make(cors):
        inner = Starlette(routes=[route()], middleware=[Middleware(cors, **options)])
        mount = Mount(at, app=inner)
        mount = Mount("", routes=[mount]) if is_deeper else mount
        return Starlette(
            routes=[*map(route, siblings), route(), mount],
            middleware=[Middleware(cors, **each) for each in outer],
        )

    return make


def mounted_routes(**options):
    return lambda cors: Starlette(
        routes=[Mount("/inner", routes=[route()], middleware=[Middleware(cors, **options)])]
    )


def one_route(**options):
    return lambda cors: Starlette(
        routes=[route(), route("/inner/items", middleware=[Middleware(cors, **options)])]
    )


class URL:
    """An origin as an object, as pydantic's are."""

    def __str__(self):
        return f"{PAGE}/"


ALL = {"allow_methods": ["*"], "allow_headers": ["*"]}
LOGIN = {"allow_origins": [PAGE], "allow_credentials": True, **ALL}
COMPLETE = [
    pytest.param(fastapi({"allow_origins": ["*"], **ALL}), id="everything but credentials"),
    pytest.param(
        fastapi({**LOGIN, "allow_origins": [PAGE, "http://localhost:3000"]}),
        id="the lines of FastAPI's manual",
    ),
    pytest.param(starlette(allow_origins=[PAGE]), id="one origin and the defaults"),
    pytest.param(
        starlette(
            allow_origin_regex=r"https://pr-\d+\.pages\.example",
            allow_methods=["GET", "HEAD", "POST", "PUT"],
            allow_headers=["X-Token", "Authorization"],
            expose_headers=["X-Total"],
            max_age=60,
        ),
        id="an expression, which is matched in full there too",
    ),
    pytest.param(
        fastapi({"allow_origins": [PAGE], "allow_origin_regex": "", **ALL}),
        id="an expression from a variable that is not set",
    ),
    pytest.param(wrapped(**LOGIN), id="CORSMiddleware around the application"),
    pytest.param(wrapped_twice(**LOGIN), id="CORSMiddleware around other middleware"),
    pytest.param(mounted(**LOGIN), id="a policy of what is mounted"),
    pytest.param(mounted("/inner/items", **LOGIN), id="a route before what is mounted"),
    pytest.param(starlette(allow_origins=PAGE, **ALL), id="one origin as text"),
    pytest.param(fastapi(LOGIN, LOGIN), id="the same twice"),
    pytest.param(
        fastapi(LOGIN, {"allow_origins": ["*"], **ALL}), id="everybody outside, a login inside"
    ),
]
# What is open that was closed: the origins and paths, and what says so.
WIDENED = [
    pytest.param(
        mounted(is_deeper=True, **LOGIN),
        "/inner",
        ["'/inner' without a slash was redirected, without CORS headers after widened"],
        id="what is mounted in what is mounted",
    ),
    pytest.param(
        mounted_routes(**LOGIN), "/inner", ["404 and 405 below '/inner'"], id="mounted routes"
    ),
    pytest.param(
        fastapi(LOGIN, functions=[guard]),
        "everywhere",
        ["middleware that was added after CORSMiddleware: guard", "preflights are answered before"],
        id="a login outside",
    ),
]
INCOMPLETE = [
    pytest.param(
        fastapi({"allow_origins": ["*"], "allow_credentials": True, **ALL}),
        EVERYBODY,
        ["allow_origins '*' with credentials"],
        id="everything with credentials",
    ),
    pytest.param(
        starlette(allow_origins=[PAGE], allow_headers=["X-Token"]),
        {PAGE: "everywhere"},
        ["POST was refused with the headers"],
        id="GET alone with a header",
    ),
    pytest.param(
        starlette(allow_origins=[PAGE], allow_methods="PUT", allow_headers=["*"]),
        {PAGE: "everywhere"},
        ["'PUT' is text where a list is meant"],
        id="methods as text",
    ),
    pytest.param(
        fastapi({"allow_origins": [f"{PAGE}/", OTHER], **ALL}),
        {},
        [f"Write '{PAGE}'"],
        id="a slash at the end",
    ),
    pytest.param(
        fastapi({"allow_origins": [PAGE, "https://*.shop.example"], **ALL}),
        {},
        ["'https://*.shop.example' was compared as it is written, so it matched no origin"],
        id="a star that was no wildcard",
    ),
    pytest.param(
        fastapi(
            {"allow_origins": [PAGE, "https://*.shop.example"], "allow_credentials": True, **ALL}
        ),
        {},
        ["write 'https://*.shop.example' in allow_origins if you mean all that it stands for"],
        id="a star that was no wildcard, with credentials",
    ),
    pytest.param(
        fastapi({"allow_origins": [URL()], **ALL}),
        {},
        [f"URL '{PAGE}/' is no text", f"write '{PAGE}'"],
        id="an object of a URL",
    ),
    pytest.param(
        mounted(
            outer=[{"allow_origins": [PAGE], **ALL}],
            allow_origins=[OTHER],
            allow_credentials=True,
        ),
        {OTHER: "/inner/items", PAGE: "/inner/items"},
        ["it was added more than once"],
        id="policies inside and outside",
    ),
    pytest.param(
        fastapi({"allow_origins": ["*"], **ALL}, LOGIN),
        EVERYBODY,
        ["it was added more than once"],
        id="a login outside, everybody inside",
    ),
    pytest.param(
        mounted("/inner", **LOGIN),
        {PAGE: "/inner/items"},
        ["what is mounted at '/inner'", "other routes serve some of these paths"],
        id="a route at the path of what is mounted",
    ),
    pytest.param(
        mounted("/{name}/items", **LOGIN),
        {PAGE: "/inner/items"},
        ["other routes serve some of these paths"],
        id="a route with a variable part before what is mounted",
    ),
    pytest.param(
        mounted(at="/{name}", **LOGIN),
        {PAGE: "/inner/items"},
        ["what is mounted at '/{name}'", "no prefix describes them"],
        id="what is mounted at a path with a variable part",
    ),
    pytest.param(
        one_route(**LOGIN),
        {PAGE: "/inner/items"},
        ["CORSMiddleware of the route '/inner/items'"],
        id="a route with middleware of its own",
    ),
    pytest.param(
        fastapi(LOGIN, functions=[by_hand]),
        {OTHER: "everywhere"},
        ["test_migrate_starlette.by_hand() before it sets Access-Control-* headers itself"],
        id="middleware that sets a header by hand",
    ),
]


@pytest.fixture
def both(monkeypatch):
    """Translate an application, and compare it with one that has what is printed."""

    def make(make_app):
        module = ModuleType("old_site")
        module.app = make_app(CORSMiddleware)
        monkeypatch.setitem(sys.modules, "old_site", module)
        printed = translated("starlette", "old_site:app")
        names = {"app": make_app(no_cors)}
        exec(printed.code, names)
        old, new = transports.asgi(module.app), transports.asgi(names["app"])
        return printed, *compare(old, new, fetches(PATHS))

    return make


def unlisted(opened, printed):
    """Return what is open that was closed, without a path that lacks its slash."""
    return [
        asked
        for asked, _ in opened
        if f"'{asked.path}' without a slash was redirected" not in printed.changes
    ]


def is_lost(origin, path, lost):
    return lost.get(origin) in {"everywhere", path}


@pytest.mark.parametrize("make_app", COMPLETE)
def test_a_complete_translation_is_equal(both, make_app):
    printed, opened, closed = both(make_app)
    assert (printed.exit_code, printed.to_decide, closed) == (0, "", set()), printed
    assert unlisted(opened, printed) == []


@pytest.mark.parametrize(("make_app", "where", "said"), WIDENED)
def test_what_is_widened_is_listed(both, make_app, where, said):
    printed, opened, closed = both(make_app)
    assert (printed.exit_code, closed) == (0, set()), printed
    assert {asked.origin for asked, _ in opened} <= {PAGE}
    assert {asked.path for asked, _ in opened if where != "everywhere"} <= {where}
    assert [text for text in said if text not in printed.changes] == []


@pytest.mark.parametrize(("make_app", "lost", "said"), INCOMPLETE)
def test_what_is_left_to_decide_is_closed_and_said(both, make_app, lost, said):
    printed, opened, closed = both(make_app)
    assert (printed.exit_code, unlisted(opened, printed)) == (1, []), printed
    assert [each for each in closed if not is_lost(*each, lost)] == []
    assert [text for text in said if text not in printed.to_decide] == []


def test_routes_before_what_is_mounted_are_listed(both):
    printed, _, _ = both(mounted("/inner/items", **LOGIN))
    assert "come before what is mounted at '/inner': /inner/items" in printed.changes
