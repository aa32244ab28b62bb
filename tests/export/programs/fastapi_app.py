"""A FastAPI application that misbehaves, wrapped by what was exported, on uvicorn."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import uvicorn
from export.gateways import loaded
from export.misbehaviour import answer_to
from fastapi import FastAPI, Request, Response


def application() -> FastAPI:
    """Return the application."""
    app = FastAPI()
    # Starlette writes methods in capitals, so one that has none would match no route.
    app.router.default = _misbehave
    return app


async def _misbehave(scope: Any, receive: Any, send: Any) -> None:
    request = Request(scope, receive)
    answer = answer_to(request.url.path, request.headers.get("origin", ""))
    if answer is None:
        message = "the application crashes"
        raise RuntimeError(message)
    status, fields, body = answer
    response = Response(body if status not in (204, 304) else b"", status)
    for name, value in fields:
        response.headers.append(name, value)
    await response(scope, receive, send)


if __name__ == "__main__":
    home, port = Path(sys.argv[1]), int(sys.argv[2])
    wrapped = loaded(home / "cors_fastapi.py").cors(application())
    # httptools, where it is installed, refuses methods that are not in its list.
    uvicorn.run(wrapped, port=port, http="h11", log_level="critical", lifespan="off")
