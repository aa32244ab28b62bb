"""What governs an application at hand, asked of the adapter of its framework."""

from __future__ import annotations

import inspect
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from cors_wsgi import CORSMiddleware, InvalidPolicy, transports
from cors_wsgi._choosing import takes
from cors_wsgi._importing import parts_of
from cors_wsgi.adapting import (
    EXAMPLE,
    AsyncPolicyFunction,
    CannotRead,
    GovernedApplication,
    as_any_policy_source,
)
from cors_wsgi.asgi import CORSMiddleware as ASGIMiddleware
from cors_wsgi.doctor.importing import not_called

if TYPE_CHECKING:
    from collections.abc import Callable


def governed_by(framework: str, *arguments: object) -> GovernedApplication:
    """Ask an adapter what governs an application of its framework.

    Args:
        framework: The name of the adapter's entry point.
        arguments: What it takes.

    Raises:
        CannotRead: If it finds no policy.
    """
    return _adapter(framework)(*arguments)


@cache
def _adapter(framework: str) -> Callable[..., GovernedApplication]:
    """Find an adapter, for which everything that is installed is looked through."""
    (found,) = entry_points(group="cors_wsgi.applications", name=framework)
    adapter: Callable[..., GovernedApplication] = found.load()
    return adapter


def governed_object(found: Any, path: str) -> GovernedApplication:
    """Return what governs a WSGI, ASGI, Flask or FastAPI application, or what a policy itself says.

    Args:
        found: The object.
        path: What to call it.

    Raises:
        CannotRead: If it is neither a policy nor behind one, or an asynchronous function chooses.
    """
    # Flask and Quart call what stands there: app.asgi_app = CORSMiddleware(app.asgi_app, policy).
    inner = getattr(found, "wsgi_app", None) or getattr(found, "asgi_app", None)
    has_extension = "cors_wsgi" in getattr(found, "extensions", ())
    if isinstance(inner, CORSMiddleware | ASGIMiddleware) and not has_extension:
        found = inner
    if hasattr(found, "wsgi_app") and hasattr(found, "extensions"):
        return governed_by("flask", found, path)
    if hasattr(found, "build_middleware_stack"):
        return governed_by("fastapi", found, path)
    if transports.stack_of(found) == "django":
        return governed_by("django")
    if inspect.isfunction(found) and takes(found, 0):
        # What chooses a policy needs the request; what makes an application does not.
        raise CannotRead(f"{path} is a function, and no policy{not_called(path, found)}")
    # A CORSMiddleware has it as an attribute.
    given = getattr(found, "policy", found)
    try:
        source = as_any_policy_source(given)
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    except TypeError as error:
        raise CannotRead(_behind_none(found, path)) from error
    if isinstance(source, AsyncPolicyFunction):
        raise CannotRead(f"{path}: an asynchronous function chooses its policy")
    return GovernedApplication(path, source)


def _behind_none(found: Any, path: str) -> str:
    """Say that something is neither a policy nor behind one, and how to put it behind one."""
    name = parts_of(path)[1] or "application"
    is_application = callable(found) and (takes(found, 2) or takes(found, 3))
    hint = f". Write CORSMiddleware({name}, {EXAMPLE})" if is_application else ""
    return f"{path} is a {type(found).__name__}: neither a policy nor behind one{hint}"
