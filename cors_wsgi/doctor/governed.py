"""What governs an application at hand, asked of the adapter of its framework."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from cors_wsgi import InvalidPolicy
from cors_wsgi.adapting import CannotRead, GovernedApplication, as_policy_source

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
        CannotRead: If it is neither a policy nor behind one.
    """
    if hasattr(found, "wsgi_app") and hasattr(found, "extensions"):
        return governed_by("flask", found, path)
    if hasattr(found, "build_middleware_stack"):
        return governed_by("fastapi", found, path)
    # A CORSMiddleware has it as an attribute.
    given = getattr(found, "policy", found)
    try:
        return GovernedApplication(path, as_policy_source(given))
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    except TypeError as error:
        kind = type(found).__name__
        raise CannotRead(f"{path} is a {kind}: neither a policy nor behind one") from error
