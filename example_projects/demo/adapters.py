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
from failures import Adapter, Failure
from flask_cors_wsgi import CORS
from shop import settings as settings_module
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cors_wsgi import CORSMiddleware

MODULES = {"wsgi": twins_wsgi, "flask": twins_flask, "django": twins_django}


class Sides(NamedTuple):
    """What one adapter's two servers serve: a twin for each failure, under the failure's name.

    The fixed side is the broken one, mistakes and all, behind cors_wsgi; its root is the example
    application as it stands in its own folder.
    """

    broken: WSGIApplication
    fixed: WSGIApplication


def sides(failures: list[Failure], page: str) -> dict[Adapter, Sides]:
    """The applications of each adapter, for the page at this origin."""
    django.setup()
    call_command("prepare")
    twin_of = {"wsgi": wsgi_twin, "flask": flask_twin, "django": django_twin}
    roots = {"wsgi": wsgi.application, "flask": create_app(), "django": get_wsgi_application()}

    def mounted(adapter: Adapter, root: WSGIApplication, *, fixed: bool) -> WSGIApplication:
        mounts = {
            f"/{failure.id}": twin_of[adapter](failure, page, fixed=fixed)
            for failure in failures
            if failure.adapter == adapter
        }
        return DispatcherMiddleware(root, mounts)

    return {
        adapter: Sides(
            broken=mounted(adapter, NotFound(), fixed=False),
            fixed=mounted(adapter, root, fixed=True),
        )
        for adapter, root in roots.items()
    }


def source_of(failure: Failure) -> str:
    """The code of the failure's mistake."""
    return inspect.getsource(mistake_of(failure))


def fix_of(adapter: Adapter) -> str:
    """The code that puts a adapter's example behind cors_wsgi, from the example's own files."""
    if adapter == "wsgi":
        return assigned(wsgi, "POLICIES", "application")
    if adapter == "flask":
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
    return getattr(MODULES[failure.adapter], failure.id.replace("-", "_"))


def wsgi_twin(failure: Failure, page: str, *, fixed: bool) -> WSGIApplication:
    twin = mistake_of(failure)(stockroom.application, page)
    return CORSMiddleware(twin, wsgi.POLICIES) if fixed else twin


def flask_twin(failure: Failure, page: str, *, fixed: bool) -> WSGIApplication:
    app = build_app()
    mistake_of(failure)(app, page)
    if fixed:
        CORS(app, policies.POLICY)
    return app


def django_twin(failure: Failure, page: str, *, fixed: bool) -> WSGIApplication:  # noqa: ARG001
    first, *others = settings.MIDDLEWARE
    chain = [*others, f"twins_django.{mistake_of(failure).__name__}"]
    # A handler reads MIDDLEWARE once, here, and keeps what it has read.
    with override_settings(MIDDLEWARE=[first, *chain] if fixed else chain):
        return WSGIHandler()
