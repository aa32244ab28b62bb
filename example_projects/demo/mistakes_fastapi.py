"""The kitchen with CORS added by hand, each time with a mistake that people make."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware

HEADERS = ["Authorization", "Content-Type"]


def preflight_405(app: FastAPI, origin: str) -> None:
    pass  # nobody has thought of CORS yet


def origin_missing(app: FastAPI, origin: str) -> None:
    origins = [origin + "/"]  # as the address bar shows it
    app.add_middleware(CORSMiddleware, allow_origins=origins, allow_headers=HEADERS)


def preflight_auth(app: FastAPI, origin: str) -> None:
    app.add_middleware(CORSMiddleware, allow_origins=[origin], allow_headers=HEADERS)

    # Added last, and so the first to see a request.
    @app.middleware("http")
    async def log_in_first(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        # A preflight never carries the token.
        if "Authorization" not in request.headers:
            return JSONResponse({"detail": "log in first"}, 401)
        return await call_next(request)


def error_without_cors(app: FastAPI, origin: str) -> None:
    app.add_middleware(CORSMiddleware, allow_origins=[origin])

    @app.get("/latest")
    async def latest() -> str:
        orders: list[str] = []
        return orders[-1]  # crashes as long as there is none
