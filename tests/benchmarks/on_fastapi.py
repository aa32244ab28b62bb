"""The candidates of FastAPI, a whole request each."""

from typing import Any

from benchmarks.cases import HEADERS, MAX_AGE, METHODS, Setup
from benchmarks.on_asgi import Served
from benchmarks.on_wsgi import policy
from fastapi import FastAPI
from fastapi_cors_wsgi import CORS
from starlette.middleware.cors import CORSMiddleware


def bare(_: Setup) -> Served:
    """Return an application without CORS."""
    return Served(_application())


def with_ours(setup: Setup) -> Served:
    """Return the application behind our policy."""
    app = _application()
    CORS(app, policy(setup))
    return Served(app)


def with_starlette(setup: Setup) -> Served:
    """Return the application with Starlette's middleware, as FastAPI's manual adds it."""
    app = _application()
    app.add_middleware(
        CORSMiddleware,
        allow_origins=setup.exact_origins(),
        allow_methods=METHODS,
        allow_headers=HEADERS,
        allow_credentials=True,
        max_age=MAX_AGE,
    )
    return Served(app)


def _application() -> Any:
    app = FastAPI(openapi_url=None)

    @app.get("/")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return app


CANDIDATES = {"bare": bare, "cors-wsgi": with_ours, "starlette": with_starlette}
