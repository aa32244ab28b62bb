"""Which mark governs a request: Flask's own router says which view serves it."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from cors_wsgi.adapting import Mark, is_preflight, mark_of, unreached

_logger: Final = logging.getLogger("cors_wsgi")

# All applications that are behind a policy: a mark is lost if none of them leads to it.
_applications: WeakSet["MarkedViews"] = WeakSet()

# What has been said of lost marks: once is enough, however many applications there are.
_reported: Final[set[str]] = set()


class MarkedViews:
    """The views of one application that have a policy of their own.

    Attributes:
        has_marks: whether there are any, as far as has been looked.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._scanned: tuple[int, int] | None = None
        self.has_marks = False
        _applications.add(self)

    def mark_for(self, environ: Mapping[str, Any]) -> Mark | None:
        """Return the mark of the view that serves a request, or `None`.

        A preflight is routed as the request that it asks about. Applications without
        marks are not routed here.
        """
        app = self._app
        # Views can be added until the first request has come through, and a preflight
        # does not come through.
        if self._scanned != (len(app.view_functions), len(app.blueprints)):
            self._scan()
        if not self.has_marks:
            return None
        method = environ["REQUEST_METHOD"]
        if is_preflight(environ):
            method = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
        try:
            adapter = app.create_url_adapter(app.request_class(dict(environ)))
            assert adapter is not None  # noqa: S101 - it is None only without a request
            endpoint = _endpoint(adapter, method)
        except HTTPException:
            return None
        return mark_of(*_candidates(app, endpoint, method))

    def marks(self) -> Iterator[Mark]:
        """Return all marks that the application's routes lead to."""
        for rule in self._app.url_map.iter_rules():
            for method in rule.methods or {"GET"}:
                for candidate in _candidates(self._app, rule.endpoint, method):
                    if mark := mark_of(candidate):
                        yield mark

    def _scan(self) -> None:
        self._scanned = len(self._app.view_functions), len(self._app.blueprints)
        self.has_marks = any(self.marks())
        reached = [mark for views in _applications for mark in views.marks()]
        for where in set(unreached(reached)) - _reported:
            _reported.add(where)
            _logger.warning(
                "the cors_policy at %s governs nothing: no route leads to it. Put it above "
                "the decorators that do not use functools.wraps",
                where,
            )


def _endpoint(adapter: MapAdapter, method: str, path: str | None = None) -> str:
    """Return the endpoint that a request is routed to.

    Where its answer is a redirect to the same host, or 405, that is the endpoint which
    the redirect leads to, or which serves the path's other methods: its pages must be
    able to read that answer too.

    Raises:
        HTTPException: if there is none.
    """
    try:
        endpoint, _ = adapter.match(path, method=method)
    except RequestRedirect as redirect:
        if path is not None:
            raise
        target = unquote(urlsplit(redirect.new_url).path)
        target = target.removeprefix(adapter.script_name.rstrip("/"))
        return _endpoint(adapter, method, target)
    except MethodNotAllowed as refusal:
        if not refusal.valid_methods or method in refusal.valid_methods:
            raise
        return _endpoint(adapter, min(refusal.valid_methods), path)
    return str(endpoint)


def _candidates(app: Flask, endpoint: str, method: str) -> Iterator[Any]:
    """Return what can carry the mark, the most specific first."""
    view = app.view_functions.get(endpoint)
    view_class = getattr(view, "view_class", None)
    yield getattr(view_class, method.lower(), None)
    if method == "HEAD":  # as MethodView does
        yield getattr(view_class, "get", None)
    yield view
    yield view_class
    group = endpoint
    while group := group.rpartition(".")[0]:
        yield app.blueprints.get(group)
