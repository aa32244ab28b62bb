"""Starlette's middleware around a bare ASGI application: for reference, ours is WSGI's."""

from typing import Any

from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Case
from starlette.middleware.cors import CORSMiddleware


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer, at the least cost."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def candidates(case: Case) -> dict[str, Any]:
    """Return the applications to compare on a case, the baseline first."""
    setup = case.setup
    # One pattern for all: kinder to it than a pattern each, which takes seconds to match.
    names = "|".join(setup.team_names())
    starlette = CORSMiddleware(
        application,
        allow_origins=setup.exact_origins(),
        allow_origin_regex=rf"https://([a-z0-9-]+\.)+({names})\.example" if names else None,
        allow_methods=METHODS,
        allow_headers=["*"] if setup.reflect else HEADERS,
        allow_credentials=True,
        max_age=MAX_AGE,
    )
    return {"bare": application, "starlette": starlette}
