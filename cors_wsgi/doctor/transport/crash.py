"""A server error on purpose: Flask's or Django's view raises instead of running.

So nothing that the view does happens, and everything around it is real: hooks, middleware, error
handlers, extensions. Only a framework that the application has imported is looked at; whether the
request comes to a view of it shows when it does.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ProvokedError(Exception):
    """Raised by `cors-wsgi check` in a view's place, once, to see how errors are answered."""


@dataclass(slots=True)
class Views:
    """What became of the views that were to fail.

    Attributes:
        reached: Whether one was called, and failed.
        let_out: The setting by which its framework lets exceptions leave the application.
    """

    reached: bool = False
    let_out: str | None = None

    def fail(self, let_out: str | None) -> None:
        """Be the view.

        Raises:
            ProvokedError: always.
        """
        self.reached, self.let_out = True, let_out
        raise ProvokedError("raised in the view's place, to see how errors are answered")


@contextlib.contextmanager
def failing_views() -> Iterator[Views]:
    """Let every view of Flask's and Django's fail until the block ends, and log nothing of it.

    The classes are changed, not the application: it may stand behind any number of middlewares.
    """
    views = Views()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_nothing_logged())
        if "flask.app" in sys.modules:
            stack.enter_context(_failing_in_flask(views))
        if "django.core.handlers.base" in sys.modules:
            stack.enter_context(_failing_in_django(views))
        yield views


def _failing_in_flask(views: Views) -> contextlib.AbstractContextManager[None]:
    from flask import Flask, request  # noqa: PLC0415 - only where the application has imported it

    dispatch_request = Flask.dispatch_request

    def fail(app: Flask, *context: Any) -> Any:  # later Flasks pass a context
        if request.routing_exception is not None:  # a 404, a 405, a redirect: no view serves it
            return dispatch_request(app, *context)
        return views.fail(_flask_setting(app))

    return _replaced(Flask, "dispatch_request", fail)


def _flask_setting(app: Any) -> str | None:
    """What makes `Flask.handle_exception` raise again."""
    if app.config["PROPAGATE_EXCEPTIONS"] is not None:
        return "PROPAGATE_EXCEPTIONS" if app.config["PROPAGATE_EXCEPTIONS"] else None
    return "TESTING" if app.testing else "DEBUG" if app.debug else None


def _failing_in_django(views: Views) -> contextlib.AbstractContextManager[None]:
    from django.conf import settings  # noqa: PLC0415 - only where the application has imported it
    from django.core.handlers.base import BaseHandler  # noqa: PLC0415 - the same

    resolve_request = BaseHandler.resolve_request

    def resolved(handler: Any, request: Any) -> tuple[Callable[..., Any], Any, Any]:
        view, arguments, keywords = resolve_request(handler, request)

        # With the view's marks, by which middleware knows it: csrf_exempt, cors_policy and so on.
        @functools.wraps(view)
        def fail(*_: Any, **__: Any) -> None:
            propagates = settings.DEBUG_PROPAGATE_EXCEPTIONS
            views.fail("DEBUG_PROPAGATE_EXCEPTIONS" if propagates else None)

        return fail, arguments, keywords

    return _replaced(BaseHandler, "resolve_request", resolved)


@contextlib.contextmanager
def _replaced(owner: type, name: str, method: Callable[..., Any]) -> Iterator[None]:
    own = getattr(owner, name)
    setattr(owner, name, method)
    try:
        yield
    finally:
        setattr(owner, name, own)


@contextlib.contextmanager
def _nothing_logged() -> Iterator[None]:
    """No log, and no handler that writes mail: nothing has gone wrong."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)
