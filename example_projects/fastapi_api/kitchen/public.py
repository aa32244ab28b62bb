"""What one may read without logging in: the router has a policy of its own."""

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from fastapi_cors_wsgi import cors_policy

from kitchen.policies import ANYBODY

public = cors_policy(ANYBODY)(APIRouter())


@public.get("/menu")
async def menu() -> list[str]:
    return ["soup", "pie"]


@public.get("/progress")
async def progress(request: Request) -> StreamingResponse:
    """Send events for an `EventSource`: what is being cooked, and not for whom."""

    async def events() -> AsyncIterator[str]:
        with request.app.state.kitchen.watching() as changes:
            # Some servers send the headers with the first block only, and the page waits for them.
            yield ": the kitchen is open\n\n"
            while True:
                order = await changes.get()
                told = {key: order[key] for key in ("number", "dish", "state")}
                yield f"data: {json.dumps(told)}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@public.get("/health")
@cors_policy(None)
async def health() -> dict[str, bool]:
    """Answer the load balancer: no page of another origin has any business here."""
    return {"ok": True}
