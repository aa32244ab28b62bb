"""The candidates of Django, under WSGI and ASGI: bare, ours, and django-cors-headers."""

import re
from collections.abc import Callable
from typing import Any

import django
from benchmarks.cases import BODY, HEADERS, MAX_AGE, METHODS, Case
from benchmarks.yardsticks import ADDED, ANSWERED, policy
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from cors_wsgi import CORSMiddleware

OURS = "django_cors_wsgi.middleware.CORSMiddleware"
PEER = "corsheaders.middleware.CorsMiddleware"
LIMIT = f"{__name__}.limit"


def hello(request: HttpRequest) -> HttpResponse:
    """Answer under WSGI."""
    return HttpResponse(BODY, content_type="text/plain")


async def hello_async(request: HttpRequest) -> HttpResponse:
    """Answer under ASGI, where another view would be sent to a thread."""
    return HttpResponse(BODY, content_type="text/plain")


def limit(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Set headers that are typed in by hand, as Django would have it: a yardstick."""

    def middleware(request):  # type: ignore[no-untyped-def] # nothing to evaluate
        environ = request.META
        if (
            environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        ):
            return HttpResponse(status=204, headers=dict(ANSWERED))
        response = get_response(request)
        for name, value in ADDED:
            response.headers[name] = value
        return response

    return middleware


def change(**values: Any) -> None:
    """Change settings as a test would; every handler made before sees them, too."""
    for name, value in values.items():
        setattr(settings, name, value)
        setting_changed.send(sender=None, setting=name, value=value, enter=True)


def set_up(case: Case, view: Callable[..., Any]) -> None:
    """Give Django the policy of a case, in our words and in those of django-cors-headers."""
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None)
        django.setup()
    setup = case.setup
    change(
        ROOT_URLCONF=(re_path("", view),),
        CORS_POLICY=policy(setup),
        CORS_ALLOWED_ORIGINS=setup.exact_origins(),
        CORS_ALLOWED_ORIGIN_REGEXES=[
            re.compile(rf"https://([a-z0-9-]+\.)+{name}\.example$") for name in setup.team_names()
        ],
        CORS_ALLOW_METHODS=METHODS,
        CORS_ALLOW_HEADERS=HEADERS,
        CORS_ALLOW_CREDENTIALS=True,
        CORS_PREFLIGHT_MAX_AGE=MAX_AGE,
    )


def handler(kind: type, *middleware: str) -> Any:
    """Return a handler with the middleware."""
    settings.MIDDLEWARE = [*middleware]
    return kind()


def candidates(case: Case) -> dict[str, Any]:
    """Return the applications to compare on a case under WSGI, the baseline first."""
    set_up(case, hello)
    found = {
        "bare": handler(WSGIHandler),
        "limit": handler(WSGIHandler, LIMIT),
        "ours": handler(WSGIHandler, OURS),
        # Its own policy, or an origin that is new to one would be known from the other.
        "ours, wrapped": CORSMiddleware(handler(WSGIHandler), policy(case.setup)),
    }
    if can_say(case):
        found["django-cors-headers"] = handler(WSGIHandler, PEER)
    return found


def asgi_candidates(case: Case) -> dict[str, Any]:
    """Return the applications to compare on a case under ASGI, the baseline first."""
    set_up(case, hello_async)
    found = {"bare": handler(ASGIHandler), "ours": handler(ASGIHandler, OURS)}
    if can_say(case):
        found["django-cors-headers"] = handler(ASGIHandler, PEER)
    return found


def can_say(case: Case) -> bool:
    """Return whether django-cors-headers can say the policy: not by path, and no reflecting."""
    return not case.setup.paths and not case.setup.reflect
