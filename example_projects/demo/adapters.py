"""The four example applications, and one more for each failure: broken, and behind cors_wsgi.

Importing this module imports the examples, which then read their environment.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication

import django
import fastapi_cors_wsgi
import flask_cors_wsgi
import kitchen
import mistakes_django
import mistakes_fastapi
import mistakes_flask
import mistakes_wsgi
import stockroom
import wsgi
from bookings import build_app, create_app, policies
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from failures import Adapter, Failure
from fastapi import FastAPI
from kitchen.orders import orders
from kitchen.policies import POLICY as KITCHEN_POLICY
from starlette.applications import Starlette
from starlette.routing import Mount
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cors_wsgi import CORSMiddleware

MODULES = {
    "django": mistakes_django,
    "fastapi": mistakes_fastapi,
    "flask": mistakes_flask,
    "wsgi": mistakes_wsgi,
}


class Sides(NamedTuple):
    """What one adapter's two servers serve: an application for each failure, under its name.

    The fixed side is the broken one, mistakes and all, behind cors_wsgi; its root is the example
    application as it stands in its own folder.
    """

    broken: Any
    fixed: Any


def sides(failures: Iterable[Failure], page: str) -> dict[Adapter, Sides]:
    """Return the applications of each adapter, for the page at this origin; FastAPI's are ASGI."""
    django.setup()
    call_command("prepare")

    def side(adapter: Adapter, *, fixed: bool) -> dict[str, Any]:
        make = MAKERS[adapter]
        of_adapter = (failure for failure in failures if failure.adapter == adapter)
        return {f"/{one.failure}": make(one, page, fixed=fixed) for one in of_adapter}

    def both(adapter: Adapter, mount: Callable[..., Any], root: Any, nothing: Any) -> Sides:
        return Sides(
            broken=mount(nothing, side(adapter, fixed=False)),
            fixed=mount(root, side(adapter, fixed=True)),
        )

    return {
        "django": both("django", DispatcherMiddleware, get_wsgi_application(), NotFound()),
        "flask": both("flask", DispatcherMiddleware, create_app(), NotFound()),
        "fastapi": both("fastapi", mounted, kitchen.app, FastAPI(openapi_url=None)),
        "wsgi": both("wsgi", DispatcherMiddleware, wsgi.application, NotFound()),
    }


def mounted(root: Any, mounts: Mapping[str, Any]) -> Starlette:
    """Mount ASGI applications under their paths, and one for all other paths."""
    return Starlette(routes=[Mount(path, app) for path, app in {**mounts, "": root}.items()])


def source_of(failure: Failure) -> str:
    """Return the code of the failure's mistake."""
    return inspect.getsource(mistake_of(failure))


def mistake_of(failure: Failure) -> Callable[..., Any]:
    return getattr(MODULES[failure.adapter], failure.failure.replace("-", "_"))


def make_django(failure: Failure, page: str, *, fixed: bool) -> WSGIApplication:  # noqa: ARG001
    first, *others = settings.MIDDLEWARE
    chain = [*others, f"mistakes_django.{mistake_of(failure).__name__}"]
    # A handler reads MIDDLEWARE once, here, and keeps what it has read.
    with override_settings(MIDDLEWARE=[first, *chain] if fixed else chain):
        return WSGIHandler()


def make_fastapi(failure: Failure, page: str, *, fixed: bool) -> FastAPI:
    app = FastAPI()
    app.state.kitchen = kitchen.app.state.kitchen  # who has logged in there is known here
    app.include_router(orders)
    mistake_of(failure)(app, page)
    if fixed:
        fastapi_cors_wsgi.CORS(app, KITCHEN_POLICY)
    return app


def make_flask(failure: Failure, page: str, *, fixed: bool) -> WSGIApplication:
    app = build_app()
    mistake_of(failure)(app, page)
    if fixed:
        flask_cors_wsgi.CORS(app, policies.POLICY)
    return app


def make_wsgi(failure: Failure, page: str, *, fixed: bool) -> WSGIApplication:
    application = mistake_of(failure)(stockroom.application, page)
    return CORSMiddleware(application, wsgi.POLICIES) if fixed else application


MAKERS: dict[Adapter, Callable[..., Any]] = {
    "django": make_django,
    "fastapi": make_fastapi,
    "flask": make_flask,
    "wsgi": make_wsgi,
}
