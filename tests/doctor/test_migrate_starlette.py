"""From Starlette and FastAPI: what is printed opens nothing, and says what it closes."""

import sys
from types import ModuleType

import pytest
from doctor.migrating import ORIGINS, OTHER, PAGE, asgi, compare, fetches, translated
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from cors_wsgi import CORSMiddleware as WSGIMiddleware
from cors_wsgi import transports

PATHS = ("/items", "/inner/items")
EVERYBODY = dict.fromkeys(ORIGINS, "everywhere")
METHODS = ["GET", "POST", "PUT", "PATCH"]
HEADERS = {"X-Total": "7", "X-Secret": "8"}


async def items(request):
    return PlainTextResponse("[]", headers=HEADERS)


def bare(environ, start_response):
    """Serve what the routes below serve."""
    start_response("200 OK", [*HEADERS.items()])
    return [b"[]"]


def starlette(**options):
    middleware = [Middleware(CORSMiddleware, **options)]
    return Starlette(
        routes=[Route(path, items, methods=METHODS) for path in PATHS], middleware=middleware
    )


def fastapi(**options):
    app = FastAPI()
    app.add_middleware(CORSMiddleware, **options)
    for path in PATHS:
        app.add_route(path, items, methods=METHODS)
    return app


def wrapped(**options):
    return CORSMiddleware(starlette_without(), **options)


def starlette_without():
    return Starlette(routes=[Route(path, items, methods=METHODS) for path in PATHS])


def mounted(outer=(), **options):
    inner = Starlette(
        routes=[Route("/items", items, methods=METHODS)],
        middleware=[Middleware(CORSMiddleware, **options)],
    )
    return Starlette(
        routes=[Route("/items", items, methods=METHODS), Mount("/inner", app=inner)],
        middleware=[Middleware(CORSMiddleware, **each) for each in outer],
    )


ALL = {"allow_methods": ["*"], "allow_headers": ["*"]}
COMPLETE = [
    pytest.param(fastapi(allow_origins=["*"], **ALL), id="everything but credentials"),
    pytest.param(
        fastapi(allow_origins=[PAGE, "http://localhost:3000"], allow_credentials=True, **ALL),
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
    pytest.param(wrapped(allow_origins=[PAGE], **ALL), id="CORSMiddleware around the application"),
    pytest.param(mounted(allow_origins=[PAGE], **ALL), id="a policy of what is mounted"),
    pytest.param(starlette(allow_origins=PAGE, **ALL), id="one origin as text"),
]
INCOMPLETE = [
    pytest.param(
        fastapi(allow_origins=["*"], allow_credentials=True, **ALL),
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
        fastapi(allow_origins=[f"{PAGE}/", OTHER], **ALL),
        {},
        [f"Write '{PAGE}'"],
        id="a slash at the end",
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
]


@pytest.fixture
def both(monkeypatch):
    """Translate an application, and compare it with what is printed.

    What is printed is for the adapter. Its policy is the same behind a WSGI application.
    """

    def make(app):
        for name, attributes in {"old_site": {"app": app}, "fastapi_cors_wsgi": {}}.items():
            module = ModuleType(name)
            vars(module).update(attributes)
            monkeypatch.setitem(sys.modules, name, module)
        printed = translated("starlette", "old_site:app")
        behind = []
        sys.modules["fastapi_cors_wsgi"].CORS = lambda _, policy: behind.append(policy)
        exec(printed.code, {"app": app})
        new = transports.wsgi(WSGIMiddleware(bare, *behind))
        return printed, *compare(asgi(app), new, fetches(PATHS))

    return make


@pytest.mark.parametrize("app", COMPLETE)
def test_a_complete_translation_is_equal(both, app):
    printed, opened, closed = both(app)
    assert (printed.exit_code, printed.to_decide, opened, closed) == (0, "", [], set()), printed


@pytest.mark.parametrize(("app", "lost", "said"), INCOMPLETE)
def test_what_is_left_to_decide_is_closed_and_said(both, app, lost, said):
    printed, opened, closed = both(app)
    assert (printed.exit_code, opened) == (1, []), printed
    assert [each for each in closed if lost.get(each[0]) not in {"everywhere", each[1]}] == []
    assert [text for text in said if text not in printed.to_decide] == []
