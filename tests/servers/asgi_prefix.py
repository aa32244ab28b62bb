"""A small application whose policies go by path and by view, for servers that have a prefix."""

from fastapi_cors_wsgi import CORS, cors_policy
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cors_wsgi import PathPolicies, Policy


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


@cors_policy(Policy(allow_origins="https://partner.example"))
async def partners(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


application = Starlette(
    routes=[
        Route("/api/hello", hello),
        Route("/v1x/hello", hello),
        Route("/partners", partners),
    ]
)
OWN = Policy(allow_origins="https://app.example")
CORS(application, PathPolicies({"/api": OWN, "/v1x": OWN}))
