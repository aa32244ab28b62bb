"""What Starlette's and FastAPI's routes are made of."""

from collections.abc import Iterable, Iterator
from typing import Any


def unwrapped(route: Any) -> Any:
    """Return the route of Starlette's that a route of an included router stands for."""
    return getattr(route, "starlette_route", None) or route


def inner_routes(route: Any) -> Iterable[Any] | None:
    """Return the routes below a route; `None` if it is a view's."""
    # FastAPI's included routers match without saying what serves the request.
    if hasattr(route, "effective_candidates"):
        candidates: Iterable[Any] = route.effective_candidates()
        return candidates
    if hasattr(route, "endpoint"):
        return None
    routes: Iterable[Any] | None = getattr(route, "routes", None)
    return routes


def groups(route: Any) -> Iterator[Any]:
    """Yield a route, and what it leads into: an included router, or a mounted application."""
    yield route
    yield getattr(route, "original_router", None)
    if not hasattr(route, "endpoint"):
        yield getattr(route, "_base_app", None)  # without the middleware of the mount
        yield getattr(route, "app", None)


def views(route: Any, method: str | None) -> Iterator[Any]:
    """Yield what a route calls: of a class, the method, which is more specific, and the class.

    Args:
        route: The route.
        method: The HTTP method; None for every one.
    """
    view = getattr(route, "endpoint", None)
    if isinstance(view, type):
        if method == "HEAD" and not hasattr(view, "head"):
            method = "GET"  # as Starlette does
        names = dir(view) if method is None else [method.lower()]
        yield from (getattr(view, name, None) for name in names)
    yield view
