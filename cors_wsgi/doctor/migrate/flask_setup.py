"""What Flask-CORS has put on a Flask application: its hooks, and the views that it decorates.

It keeps its options in the closures of the functions that it registers, and nowhere else.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException, MethodNotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = "flask_cors"
# As deep as decorators may be stacked.
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class Resource:
    """Paths, and the options for them.

    Attributes:
        call: The number of the call of `CORS` that it is from, in the order in which they run.
        pattern: A text that is compared with the path, or a compiled expression.
        options: As Flask-CORS keeps them.
    """

    call: int
    pattern: Any
    options: Any


@dataclass(frozen=True, slots=True)
class DecoratedView:
    """A view below `@cross_origin`.

    Attributes:
        endpoint: Its endpoint.
        options: What the decorator was called with.
        in_the_way: Why its options cannot be taken over, or nothing.
    """

    endpoint: str
    options: dict[str, Any]
    in_the_way: str = ""


def resources(app: Any, group: str | None = None) -> list[Resource]:
    """Return the resources of an application or a blueprint, the first that matches first.

    Args:
        app: The Flask application.
        group: The name of the blueprint.
    """
    # Flask runs the last hook first.
    hooks = [hook for hook in reversed(app.after_request_funcs.get(group, ())) if _is_theirs(hook)]
    return [
        Resource(call, pattern, options)
        for call, hook in enumerate(hooks)
        for pattern, options in _closure(hook)["resources"]
    ]


def groups(app: Any) -> list[str]:
    """Return the names of the blueprints that `CORS(blueprint)` was called for."""
    return [
        name
        for name, hooks in app.after_request_funcs.items()
        if name is not None and any(map(_is_theirs, hooks))
    ]


def decorated_views(app: Any) -> Iterator[DecoratedView]:
    """Return the views below `@cross_origin`, other decorators above it or not."""
    for endpoint, view in app.view_functions.items():
        function = _find_decorator(view)
        if function is not None:
            options = dict(_closure(function).get("_options") or {})
            yield DecoratedView(endpoint, options, _in_the_way(view, function))
            continue
        view_class = getattr(view, "view_class", None)
        members = inspect.getmembers_static(view_class) if view_class else ()
        if any(_find_decorator(member) for _, member in members):
            yield DecoratedView(endpoint, {}, "it is at a method of a class of views")


def _in_the_way(view: Any, decorated: Any) -> str:
    """Say why the options of a decorator are not what its view did, if so."""
    if getattr(view, "provide_automatic_options", None) is not False:
        return (
            "Flask answered its preflights, without CORS headers: a decorator above it lacks "
            "functools.wraps, or it is in the 'decorators' of a class of views"
        )
    inner = map(_find_decorator, _closure(decorated).values())
    return "it is there twice, and the inner one decides" if any(inner) else ""


def _find_decorator(view: Any) -> Any:
    """Return the function that `@cross_origin` made of a view, or of one that it decorates."""
    seen = [view]
    for function in seen:
        if not inspect.isfunction(function):
            continue
        if _is_theirs(function):
            return function
        if len(seen) < _DEEPEST:
            inner = getattr(function, "__wrapped__", None)
            if inner is not None:
                seen.append(inner)
            seen += [cell for cell in _closure(function).values() if cell is not inner]
    return None


def _closure(function: Any) -> dict[str, Any]:
    """Return what a function has from the functions around it, by name."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # the variable has no value yet
            found[name] = cell.cell_contents
    return found


def _is_theirs(function: Any) -> bool:
    # `functools.wraps` changes __module__, and not where the code is.
    is_function = inspect.isfunction(function)
    name = function.__globals__.get("__name__") if is_function else None
    return isinstance(name, str) and name.partition(".")[0] == _PACKAGE


def view_at(app: Any, path: str) -> str | None:
    """Return the endpoint that serves one path and no other.

    Returns:
        The endpoint; nothing if no route leads there, or a redirect only.

    Raises:
        LookupError: If the view there serves other paths too.
    """
    rule = _rule_at(app, path)
    if rule is None:
        return None
    endpoint: str = rule.endpoint
    view = app.view_functions.get(endpoint)
    shared = [name for name, other in app.view_functions.items() if other is view]
    if paths_of(app, endpoint) != {path} or shared != [endpoint] or not inspect.isfunction(view):
        raise LookupError(path)
    return endpoint


def _rule_at(app: Any, path: str) -> Any:
    adapter = app.url_map.bind("localhost")
    try:
        return adapter.match(path, method="GET", return_rule=True)[0]
    except MethodNotAllowed as error:
        method = min(error.valid_methods or ["GET"])
        return adapter.match(path, method=method, return_rule=True)[0]
    except HTTPException:
        return None  # 404, or a redirect


def methods_of(app: Any, endpoint: str) -> set[str]:
    """Return the methods that a view serves."""
    return {method for rule in app.url_map.iter_rules(endpoint) for method in rule.methods or ()}


def preflights_elsewhere(app: Any, view: DecoratedView) -> list[str]:
    """Return the endpoints of views with other options that answer OPTIONS on a view's routes.

    Where several views serve one route by method, the first that takes OPTIONS answers it.
    """
    answering: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        if "OPTIONS" in (rule.methods or ()):
            answering.setdefault((rule.subdomain or "", rule.rule), rule.endpoint)
    same = {other.endpoint for other in decorated_views(app) if other.options == view.options}
    own = [(rule.subdomain or "", rule.rule) for rule in app.url_map.iter_rules(view.endpoint)]
    return sorted({answering[route] for route in own if route in answering} - same)


def functions(app: Any) -> Iterator[Any]:
    """Yield the views, the hooks and the error handlers of an application, but Flask-CORS's own."""
    yield from app.view_functions.values()
    hooks = (app.before_request_funcs, app.after_request_funcs)
    yield from (
        hook
        for by_group in hooks
        for group in by_group.values()
        for hook in group
        if not _is_theirs(hook)
    )
    for by_status in app.error_handler_spec.values():
        yield from (handler for handlers in by_status.values() for handler in handlers.values())


def paths_of(app: Any, endpoint: str) -> set[str]:
    """Return the routes of a view."""
    return {rule.rule for rule in app.url_map.iter_rules(endpoint)}


def literal_paths(app: Any, group: str | None = None) -> list[tuple[str, str]]:
    """Return how each route begins, up to its first variable part, and its endpoint.

    Args:
        app: The Flask application.
        group: Only of this blueprint, those inside it included.
    """
    return [
        (rule.rule.partition("<")[0], rule.endpoint)
        for rule in app.url_map.iter_rules()
        if group is None or rule.endpoint.startswith(f"{group}.")
    ]
