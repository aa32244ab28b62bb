"""The policy of the view that serves a connection: the framework's own routes find the view."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from weakref import ref

from starlette.applications import Starlette
from starlette.routing import Match

from cors_wsgi.adapting import ViewPolicy, still_alive, view_policy_of
from fastapi_cors_wsgi._decorator import VIEW_POLICIES
from fastapi_cors_wsgi._routes import groups, inner_routes, unwrapped, views

# The applications behind a policy: a view policy is lost if none of them leads to it.
_applications: Final[set[ref[Starlette]]] = set()

_REQUESTED_METHOD: Final = b"access-control-request-method"


def view_policy_for(app: Starlette, scope: Any) -> ViewPolicy | None:
    """Return the policy of the view that serves a connection, or `None`.

    A preflight is routed as the request that it asks about.
    """
    # A copy, since routes write into the scope that they are asked about.
    scope = {**scope, "method": _method(scope), "app": app}
    return view_policy_of(*(_serving(app.routes, scope) or ()))


def register(app: Starlette) -> None:
    """Let the view policies of an application count as routed."""
    _applications.add(ref(app, _applications.discard))


def warn_of_unrouted() -> None:
    """Log, once for each, the view policies that no route of any application leads to."""
    VIEW_POLICIES.warn_of_unrouted(
        found for app in still_alive(_applications) for found in routed_policies(app.routes)
    )


def routed_policies(routes: Iterable[Any]) -> Iterator[ViewPolicy]:
    """Yield the view policies that routes lead to."""
    for route in map(unwrapped, routes):
        for carrier in (*views(route, None), *groups(route)):
            if found := view_policy_of(carrier):
                yield found
        yield from routed_policies(inner_routes(route) or ())


def _method(scope: Any) -> str:
    method: str = scope.get("method", "GET")
    if method != "OPTIONS":
        return method
    headers = scope.get("headers") or ()
    requested = (value for name, value in headers if name == _REQUESTED_METHOD)
    return bytes(next(requested, method.encode())).decode("latin-1")


def _serving(routes: Iterable[Any], scope: Any) -> Sequence[Any] | None:
    """Return what can carry the policy of a connection, the innermost first.

    The first route that matches in full serves it, or else the first that does not take its
    method, which answers with a 405. Where there is none, a slash may lead to one, by a redirect.
    """
    found = _matching(routes, scope)
    if found is None:
        path = scope["path"]
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        found = _matching(routes, {**scope, "path": other})
    return found


def _matching(routes: Iterable[Any], scope: Any) -> Sequence[Any] | None:
    partial = None
    for route in map(unwrapped, routes):
        match, child_scope = route.matches(scope)
        if match is Match.NONE or (match is Match.PARTIAL and partial is not None):
            continue
        inner = {**scope, **child_scope}
        found = _carriers(route, inner)
        if match is Match.FULL:
            return found
        partial = found
    return partial


def _carriers(route: Any, scope: Any) -> list[Any]:
    routes = inner_routes(route)
    inner = views(route, scope["method"]) if routes is None else _serving(routes, scope) or ()
    return [*inner, *groups(route)]
