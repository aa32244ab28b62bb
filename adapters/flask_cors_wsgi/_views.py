"""The policy of the view that serves a request: Flask's own router finds the view."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from weakref import ref

from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from cors_wsgi.adapting import ViewPolicy, called_view, is_preflight, still_alive, view_policy_of
from flask_cors_wsgi._decorator import VIEW_POLICIES

# The applications behind a policy: a view policy is lost if none of them leads to it.
_applications: Final[set[ref[Flask]]] = set()

# As many as a browser follows.
_MOST_REDIRECTS: Final = 20


def view_policy_for(app: Flask, environ: Mapping[str, Any]) -> ViewPolicy | None:
    """Return the policy of the view that serves a request, or `None`.

    A preflight is routed as the request that it asks about.
    """
    method = environ["REQUEST_METHOD"]
    if is_preflight(environ):
        method = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
    try:
        endpoint = _endpoint_for(app, environ, method)
    except RuntimeError:
        # A converter asks for `current_app`, as it may in Flask. Not every request gets a context
        # for that, since to leave one runs the application's `teardown_appcontext` functions.
        with app.app_context():
            endpoint = _endpoint_for(app, environ, method)
    if endpoint is None:
        return None
    return view_policy_of(*_candidates(app, endpoint, method))


def routed_policies(app: Flask) -> Iterator[ViewPolicy]:
    """Yield the view policies that the routes of an application lead to."""
    # Not the rules: to ask for those sorts them, and another thread may be adding some.
    for endpoint, view in app.view_functions.copy().items():
        for method in getattr(called_view(view), "methods", None) or ("GET",):
            for candidate in _candidates(app, endpoint, method):
                if found := view_policy_of(candidate):
                    yield found


def register(app: Flask) -> None:
    """Let the view policies of an application count as routed."""
    _applications.add(ref(app, _applications.discard))


def warn_of_unrouted() -> None:
    """Log, once for each, the view policies that no route of any application leads to."""
    VIEW_POLICIES.warn_of_unrouted(
        found for app in still_alive(_applications) for found in routed_policies(app)
    )


def _endpoint_for(app: Flask, environ: Mapping[str, Any], method: str) -> str | None:
    """Return the endpoint that serves a request as if it had another method, or `None`."""
    request = app.request_class(_without_body(environ))
    # Flask answers a host that it does not take with a 400.
    with suppress(HTTPException):
        if adapter := app.create_url_adapter(request):
            return _endpoint(adapter, method)
    return None


def _without_body(environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request without its body, which a class of requests may read when it is made."""
    return {**environ, "wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"}


def _endpoint(adapter: MapAdapter, method: str, path: str | None = None, redirects: int = 0) -> str:
    """Return the endpoint that a request is routed to.

    If the response is a redirect within the application, or a 405, that is the endpoint which the
    redirect leads to, or which serves the path's other methods: its pages must be able to read
    that response too.

    Raises:
        HTTPException: If there is none.
    """
    try:
        endpoint, _ = adapter.match(path, method=method)
    except RequestRedirect as redirect:
        inside = _path_inside(adapter, redirect.new_url)
        if inside is None or redirects == _MOST_REDIRECTS:
            raise
        return _endpoint(adapter, method, inside, redirects + 1)
    except MethodNotAllowed as refusal:
        if not refusal.valid_methods or method in refusal.valid_methods:
            raise
        return _endpoint(adapter, min(refusal.valid_methods), path, redirects)
    return str(endpoint)


def _path_inside(adapter: MapAdapter, url: str) -> str | None:
    """Return the path that a URL has below the root of the application, if it is below it."""
    target = urlsplit(url)
    root = adapter.script_name.rstrip("/")
    path = unquote(target.path)
    if target.netloc != adapter.get_host(None) or not path.startswith(f"{root}/"):
        return None
    return path.removeprefix(root)


def _candidates(app: Flask, endpoint: str, method: str) -> Iterator[Any]:
    """Yield what can carry a view policy, the most specific first."""
    view = app.view_functions.get(endpoint)
    view_class = getattr(called_view(view), "view_class", None)
    handler = method.lower()
    if handler == "head" and not hasattr(view_class, "head"):
        handler = "get"  # as MethodView does
    yield getattr(view_class, handler, None)
    # flask-restful decorates its methods at run time, with what is listed here.
    decorators = getattr(view_class, "method_decorators", ())
    if isinstance(decorators, Mapping):
        decorators = decorators.get(handler, ())
    if isinstance(decorators, Iterable):  # the name may mean something else to others
        yield from decorators
    yield getattr(view_class, "dispatch_request", None)
    yield view
    yield view_class
    group = endpoint
    while group := group.rpartition(".")[0]:
        yield app.blueprints.get(group)
