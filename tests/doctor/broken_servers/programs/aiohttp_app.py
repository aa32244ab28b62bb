"""An aiohttp API with aiohttp-cors, whose lists lack the origin, the method or the header."""

import os

import aiohttp_cors
from aiohttp import web

KIND = "" if os.environ["BROKEN_SERVERS"] == "fixed" else os.environ["KIND"]


async def data(request: web.Request) -> web.Response:
    return web.json_response({"answer": 42})


app = web.Application()
cors = aiohttp_cors.setup(app)
options = aiohttp_cors.ResourceOptions(
    allow_credentials=True,
    allow_headers=("X-Token",) if KIND == "header" else ("Content-Type",),
    max_age=600,
)
origin = "https://app.example" if KIND == "origin" else os.environ["PAGE"]
resource = cors.add(app.router.add_resource("/data"))
for method in ("GET", "PUT"):
    route = resource.add_route(method, data)
    if (KIND, method) != ("method", "PUT"):
        cors.add(route, {origin: options})
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
