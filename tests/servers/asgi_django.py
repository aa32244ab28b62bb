"""Django with Channels, as every ASGI server serves it."""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path

from cors_wsgi import Policy
from cors_wsgi.asgi import CORSMiddleware

urlpatterns: list[Any] = []


class Accepts(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()
        await self.close()


def crash(request: Any) -> HttpResponse:
    raise ZeroDivisionError


async def stream(make: Callable[[], Any], request: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(make(), content_type="text/event-stream")


def django_app(
    policy: Policy, streams: Mapping[str, Callable[[], Any]], ended: Callable[[], int]
) -> ProtocolTypeRouter:
    """Return the application; its streams and what has ended of them are the caller's."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CORS_POLICY=policy,
        LOGGING_CONFIG=None,
        MIDDLEWARE=["django_cors_wsgi.middleware.CORSMiddleware"],
        ROOT_URLCONF=sys.modules[__name__],
        SECRET_KEY="tests",
    )
    django.setup()
    urlpatterns.extend(
        [
            path("hello", lambda request: HttpResponse("hello")),
            path("redirects", lambda request: HttpResponseRedirect("/hello")),
            path("crashes", crash),
            path("ended", lambda request: HttpResponse(str(ended()))),
            *(path(at[1:], functools.partial(stream, made)) for at, made in streams.items()),
        ]
    )
    handshakes = CORSMiddleware(URLRouter([path("ws", Accepts.as_asgi())]), policy, websockets=True)
    return ProtocolTypeRouter({"http": get_asgi_application(), "websocket": handshakes})
