"""The candidates of Django: what is in MIDDLEWARE."""

from collections.abc import Callable
from functools import partial
from typing import Any

import django
from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Setup
from benchmarks.on_wsgi import ADDED, policy
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.urls import path


def hello(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse(BODY, content_type="text/plain")


def by_hand(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Set headers that are written by hand, as Django documents it: a yardstick."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in ADDED:
            response.headers[name] = value
        return response

    return middleware


def handler(middleware: list[str], setup: Setup) -> WSGIHandler:
    """Return a handler with the middleware, under the policy of a case."""
    if not settings.configured:
        urls = (path("", hello),)
        settings.configure(ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None, ROOT_URLCONF=urls)
        django.setup()
    _change(
        MIDDLEWARE=middleware,
        CORS_POLICY=policy(setup),
        CORS_ALLOWED_ORIGINS=setup.exact_origins(),
        CORS_ALLOW_METHODS=METHODS,
        CORS_ALLOW_HEADERS=HEADERS,
        CORS_ALLOW_CREDENTIALS=True,
        CORS_PREFLIGHT_MAX_AGE=MAX_AGE,
    )
    return WSGIHandler()


def _change(**values: Any) -> None:
    """Change settings as a test does."""
    for name, value in values.items():
        setattr(settings, name, value)
        setting_changed.send(sender=None, setting=name, value=value, enter=True)


CANDIDATES = {
    "bare": partial(handler, []),
    "by hand": partial(handler, [f"{__name__}.by_hand"]),
    "cors-wsgi": partial(handler, ["django_cors_wsgi.middleware.CORSMiddleware"]),
    "django-cors-headers": partial(handler, ["corsheaders.middleware.CorsMiddleware"]),
}
