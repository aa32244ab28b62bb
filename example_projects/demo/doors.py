"""The three example applications, and their twins: broken, and the same behind cors_wsgi.

Importing this module imports the examples, which then read their environment.
"""

import ast
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication

import django
import stockroom
import twins_django
import twins_flask
import twins_wsgi
import wsgi
from bookings import build_app, create_app, policies
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from failures import Door, Failure
from flask_cors_wsgi import CORS
from shop import settings as settings_module
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cors_wsgi import CORSMiddleware

MODULES = {"wsgi": twins_wsgi, "flask": twins_flask, "django": twins_django}


class Sides(NamedTuple):
    """What one door's two servers serve: a twin for each failure, under the failure's name.

    The mended side is the broken one, mistakes and all, behind cors_wsgi; its root is the example
    application as it stands in its own folder.
    """

    broken: WSGIApplication
    mended: WSGIApplication


def sides(failures: list[Failure], page: str) -> dict[Door, Sides]:
    """The applications of each door, for the page at this origin."""
    django.setup()
    call_command("prepare")
    twin_of = {"wsgi": wsgi_twin, "flask": flask_twin, "django": django_twin}
    roots = {"wsgi": wsgi.application, "flask": create_app(), "django": get_wsgi_application()}

    def mounted(door: Door, root: WSGIApplication, *, mended: bool) -> WSGIApplication:
        mounts = {
            f"/{failure.id}": twin_of[door](failure, page, mended=mended)
            for failure in failures
            if failure.door == door
        }
        return DispatcherMiddleware(root, mounts)

    return {
        door: Sides(
            broken=mounted(door, NotFound(), mended=False),
            mended=mounted(door, root, mended=True),
        )
        for door, root in roots.items()
    }


def source_of(failure: Failure) -> str:
    """The code of the failure's mistake."""
    return inspect.getsource(mistake_of(failure))


def mend_of(door: Door) -> str:
    """The code that puts a door's example behind cors_wsgi, from the example's own files."""
    if door == "wsgi":
        return assigned(wsgi, "POLICIES", "application")
    if door == "flask":
        return assigned(policies, "POLICY") + "\n\n" + inspect.getsource(create_app)
    return assigned(settings_module, "CORS_POLICY", "MIDDLEWARE")


def assigned(module: ModuleType, *names: str) -> str:
    """The code of these assignments in a module."""
    source = inspect.getsource(module)
    return "\n\n".join(
        ast.get_source_segment(source, node)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names
    )


def mistake_of(failure: Failure) -> Callable[..., Any]:
    return getattr(MODULES[failure.door], failure.id.replace("-", "_"))


def wsgi_twin(failure: Failure, page: str, *, mended: bool) -> WSGIApplication:
    twin = mistake_of(failure)(stockroom.application, page)
    return CORSMiddleware(twin, wsgi.POLICIES) if mended else twin


def flask_twin(failure: Failure, page: str, *, mended: bool) -> WSGIApplication:
    app = build_app()
    mistake_of(failure)(app, page)
    if mended:
        CORS(app, policies.POLICY)
    return app


def django_twin(failure: Failure, page: str, *, mended: bool) -> WSGIApplication:  # noqa: ARG001
    first, *others = settings.MIDDLEWARE
    chain = [*others, f"twins_django.{mistake_of(failure).__name__}"]
    # A handler reads MIDDLEWARE once, here, and keeps what it has read.
    with override_settings(MIDDLEWARE=[first, *chain] if mended else chain):
        return WSGIHandler()
