"""Drives a Django site, under WSGI and under ASGI, by Django's own clients."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote

import django_settings  # noqa: F401 - configures Django, once
from django.test import AsyncClient, Client, override_settings

from cors_wsgi import Policy

OURS = "django_cors_wsgi.middleware.CORSMiddleware"
APP = "https://app.example"
EVIL = "https://evil.example"
POLICY = Policy(allow_origins=[APP], allow_methods=["PUT"], allow_credentials=True)

ALLOWED = {
    "Access-Control-Allow-Origin": APP,
    "Access-Control-Allow-Credentials": "true",
    "Vary": "Origin",
}
PREFLIGHT = {
    **ALLOWED,
    "Access-Control-Allow-Methods": "PUT",
    "Access-Control-Max-Age": "600",
}
REFUSED = {"Vary": "Origin"}


NONE: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """A whole response."""

    status: int
    headers: dict[str, str]
    body: bytes


Send: TypeAlias = Callable[..., Answer]


def site(urls: Sequence[Any], *inside: str, **changes: Any) -> override_settings:
    """Serve `urls` behind the middleware, with other middlewares inside it."""
    usual = {"CORS_POLICY": POLICY, "MIDDLEWARE": [OURS, *inside]}
    return override_settings(ROOT_URLCONF=(*urls,), **{**usual, **changes})


def under_wsgi(
    method: str,
    path: str,
    headers: Mapping[str, str] = NONE,
    cookies: Mapping[str, str] = NONE,
    **extra: Any,
) -> Answer:
    """Send a request to the site as a WSGI server would."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies.load({**cookies})
    response: Any = client.generic(method, path, headers={**headers}, **extra)
    body = b"".join(response) if response.streaming else response.content
    return Answer(response.status_code, dict(response.items()), body)


def under_asgi(
    method: str,
    path: str,
    headers: Mapping[str, str] = NONE,
    cookies: Mapping[str, str] = NONE,
    **extra: Any,
) -> Answer:
    """Send a request to the site as an ASGI server would."""

    async def exchange() -> Answer:
        client = AsyncClient(raise_request_exception=False, enforce_csrf_checks=True)
        client.cookies.load({**cookies})
        # It would send the path's bytes as latin-1; an ASGI server sends them decoded.
        client._get_path = lambda parsed: unquote(parsed.path)
        response: Any = await client.generic(method, path, headers={**headers}, **extra)
        if not response.streaming:
            body = response.content
        elif response.is_async:
            body = b"".join([block async for block in response])
        else:
            body = b"".join(response)
        return Answer(response.status_code, dict(response.items()), body)

    return asyncio.run(exchange())


def asking(method: str, origin: str = APP) -> dict[str, str]:
    """Return the headers of the preflight that a browser sends before a `method`."""
    return {"Origin": origin, "Access-Control-Request-Method": method}
