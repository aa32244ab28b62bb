"""Where CORSMiddleware is in a Starlette or FastAPI application: around it, added, or mounted."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.migrate.paths import is_at_or_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# As deep as middleware may be stacked.
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class InnerLayer:
    """A CORSMiddleware in front of something that is mounted, or of a route.

    Attributes:
        path: Where it is mounted, or the path of the route.
        middleware: The CORSMiddleware.
        is_mounted: Whether it is for all that is below the path.
        is_bare: Whether it is in front of routes, and not of an application.
        served_before: The paths below it that earlier routes serve.
        shares_its_path: Whether other routes serve paths that cannot be told from its own.
    """

    path: str
    middleware: Any
    is_mounted: bool
    is_bare: bool = False
    served_before: tuple[str, ...] = ()
    shares_its_path: bool = False


def layers(app: Any) -> Iterator[Any]:
    """Yield each CORSMiddleware in front of an application, the outermost first.

    Raises:
        CannotRead: If one has rules of its own.
    """
    for each in _wrapped(app):
        if isinstance(each, CORSMiddleware):
            yield _checked(each)
    application = _application(app)
    for entry in getattr(application, "user_middleware", ()):
        if _is_cors(entry.cls):
            yield _checked(entry.cls(application, *entry.args, **entry.kwargs))


def inner_layers(app: Any) -> Iterator[InnerLayer]:
    """Yield what is mounted, and each route, with a CORSMiddleware of its own."""
    yield from _inner_layers(_application(app), "", [])


def outer_middleware(app: Any) -> list[str]:
    """Return the names of the middleware that was added after CORSMiddleware, so in front of it."""
    names: list[str] = []
    for entry in getattr(_application(app), "user_middleware", ()):
        if _is_cors(entry.cls):
            return names
        names.append(_name(_made_by(entry)))
    return []


def functions(app: Any) -> Iterator[Any]:
    """Yield the views, the middleware and the error handlers of an application."""
    app = _application(app)
    for entry in getattr(app, "user_middleware", ()):
        if not _is_cors(entry.cls):
            yield _made_by(entry)
    yield from getattr(app, "exception_handlers", {}).values()
    yield from (route.endpoint for route in _routes(app) if hasattr(route, "endpoint"))


def makers(app: Any) -> list[str]:
    """Return the names of the middleware whose code names CORSMiddleware."""
    around = [type(each) for each in _wrapped(app) if not isinstance(each, Starlette)]
    added = [entry.cls for entry in getattr(_application(app), "user_middleware", ())]
    return [_name(each) for each in (*around, *added) if _names_cors(each)]


def _checked(middleware: Any) -> Any:
    if type(middleware) is not CORSMiddleware:
        raise CannotRead(f"{type(middleware).__name__} is a CORSMiddleware with rules of its own")
    return middleware


def _is_cors(made_by: Any) -> bool:
    return inspect.isclass(made_by) and issubclass(made_by, CORSMiddleware)


def _made_by(entry: Any) -> Any:
    """Return the class of middleware, or the function that `@app.middleware` decorates."""
    return entry.kwargs.get("dispatch") or entry.cls


def _name(made_by: Any) -> str:
    return getattr(made_by, "__name__", type(made_by).__name__)


def _names_cors(made_by: Any) -> bool:
    parts = vars(made_by).values() if inspect.isclass(made_by) else [made_by]
    codes = [part.__code__ for part in parts if inspect.isfunction(part)]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return any(CORSMiddleware.__name__ in code.co_names for code in codes)


def _wrapped(app: Any) -> list[Any]:
    """Return what is wrapped around an application, and the application, the outermost first."""
    found = [app]
    for each in found:
        inner = None if isinstance(each, Starlette) else getattr(each, "app", None)
        if inner is not None and len(found) < _DEEPEST:
            found.append(inner)
    return found


def _application(app: Any) -> Any:
    return _wrapped(app)[-1]


def _inner_layers(app: Any, prefix: str, others: list[str]) -> Iterator[InnerLayer]:
    """Yield what is mounted below a prefix.

    Args:
        app: What has routes.
        prefix: The path where it is mounted.
        others: The paths of routes outside that come before it.
    """
    routes = [*getattr(app, "routes", ())]
    for number, route in enumerate(routes):
        path = f"{prefix}{getattr(route, 'path', '')}"
        inner = getattr(route, "app", None)
        earlier = [*others, *(f"{prefix}{_path(other)}" for other in routes[:number])]
        found = next(layers(inner), None)
        if found is None:
            yield from _inner_layers(route, path, earlier)
        elif not hasattr(route, "path"):
            raise CannotRead("an application that is mounted by host has a CORSMiddleware")
        elif not isinstance(route, Mount):
            yield InnerLayer(path, found, is_mounted=False)
        else:
            later = [f"{prefix}{_path(other)}" for other in routes[number + 1 :]]
            yield _mounted(path, found, inner, earlier, later)


def _mounted(
    path: str, found: Any, inner: Any, earlier: Iterable[str], later: Iterable[str]
) -> InnerLayer:
    below = {other for other in earlier if other != path and is_at_or_below(other, path)}
    shared = [other for other in below if "{" in other]
    # A path with a variable part above, and the path without its slash, are open to any route.
    shared += [other for other in (*earlier, *later) if other == path or _could_be(other, path)]
    return InnerLayer(
        path,
        found,
        is_mounted=True,
        is_bare=not isinstance(_application(inner), Starlette),
        served_before=tuple(sorted(below)),
        shares_its_path=bool(shared) and path != "",
    )


def _could_be(other: str, path: str) -> bool:
    head, variable, _ = other.partition("{")
    return bool(variable) and path.startswith(head)


def _path(route: Any) -> str:
    return str(getattr(route, "path", ""))


def _routes(app: Any) -> Iterator[Any]:
    for route in getattr(app, "routes", ()):
        yield route
        yield from _routes(route)
