"""What users write, and type checkers must accept."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import fastapi_cors_wsgi
from fastapi import FastAPI
from flask import Flask
from flask_cors_wsgi import CORS, cors_policy
from litestar import Litestar
from quart import Quart

from cors_wsgi import CORSMiddleware, HostPolicies, PathPolicies, Policy, PolicyFields, asgi


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [])
    return []


policy = Policy(
    allow_origins=["https://app.example", re.compile(r"\Ahttps://pr-\d+\.app\.example\Z")],
    allow_methods="PUT",
    max_age=timedelta(hours=1),
)
changed: Policy = policy.replace(allow_credentials=True, allow_origins="https://app.example")
middleware: CORSMiddleware = CORSMiddleware(application, policy)
middleware.policy = PathPolicies({"/api": policy, "/internal": None})
middleware.policy = HostPolicies({"shop.api.example": policy})
middleware.policy = {"allow_origins": "https://app.example"}


def choose(environ: dict[str, Any]) -> Policy | None:
    return policy if environ["PATH_INFO"] == "/" else None


def choose_by_any_mapping(environ: Mapping[str, Any]) -> Policy:
    return policy


middleware.policy = choose
middleware.policy = choose_by_any_mapping

settings: PolicyFields = {"allow_origins": ["https://app.example"], "max_age": 60}
app = Flask(__name__)
CORS(app, policy)
CORS().init_app(app, settings)
CORS(app, choose, debug=True, answer_crashes=False)


@app.get("/")
@cors_policy(None)
def view() -> str:
    return "x"


class Mine(CORSMiddleware):
    """A subclass."""


assert isinstance(Mine(application, policy), CORSMiddleware)


async def choose_later(scope: dict[str, Any]) -> Policy | None:
    return policy


api = FastAPI()
fastapi_cors_wsgi.CORS(api, choose_later, websockets="strict").policy = policy
api.mount("/x", asgi.CORSMiddleware(FastAPI(), policy, websockets=True))
asgi.CORSMiddleware(Quart("app"), settings)
asgi.CORSMiddleware(Litestar(), PathPolicies({"/api": policy}))
