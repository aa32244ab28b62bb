"""A good API over TLS, HTTP/2 included, with headers in two lines where lists may be."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    origin = dict(scope["headers"]).get(b"origin")
    headers = [(b"vary", b"Origin")]
    if origin:
        headers += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", b"GET"),
            (b"access-control-allow-methods", b"PUT"),
            (b"access-control-max-age", b"600"),
        ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": scope["http_version"].encode()})


if __name__ == "__main__":
    config = Config()
    config.bind = [f"127.0.0.1:{os.environ['PORT']}"]
    config.certfile = config.keyfile = os.environ["CERTIFICATE"]
    asyncio.run(serve(app, config))  # type: ignore[arg-type]  # typed as Hypercorn's own protocol
