"""The same as `live_application.py`, as an application of FastAPI."""

import os

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi_cors_wsgi import CORS
from live_application import async_policies

app = FastAPI()
CORS(app, async_policies)


@app.get("/", response_class=PlainTextResponse)
async def hello() -> str:
    return str(os.getpid())
