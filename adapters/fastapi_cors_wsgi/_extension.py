"""The outermost middleware of a FastAPI or Starlette application."""

from collections.abc import Awaitable
from typing import Any, Final, Literal

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import ASGIApp

from cors_wsgi import Policy
from cors_wsgi.adapting import (
    AnyPolicyLike,
    application_problem,
    check_flags,
    explains_arguments,
    has_view_policies,
    view_not_found,
)
from cors_wsgi.asgi import CORSMiddleware
from fastapi_cors_wsgi._views import register, view_policy_for, warn_of_unrouted

STATE: Final = "cors_wsgi"


class CORS(CORSMiddleware):
    """Puts a FastAPI or Starlette application behind a CORS policy.

    It is outside all other middleware, whatever the order of `add_middleware`, and outside
    Starlette's own `ServerErrorMiddleware`. So the response of your `exception_handler(Exception)`
    has CORS headers, too.

    Args:
        app: The application, before its first request.
        policy: As for `cors_wsgi.asgi.CORSMiddleware`. Views, routers and mounted applications
            decorated with `cors_policy` have a policy of their own.
        websockets: As for `cors_wsgi.asgi.CORSMiddleware`.
        answer_crashes: As for `cors_wsgi.asgi.CORSMiddleware`.
        debug: Whether this is development, as for `cors_wsgi.asgi.CORSMiddleware`; by default,
            `app.debug`.

    Raises:
        InvalidPolicy: If `policy` is a mapping with problems.
        RuntimeError: If the application has served already, or is behind a policy.
        TypeError: If `app` is no such application, or `policy` is none.
    """

    __slots__ = ("_application", "_build_inner", "_debug", "_has_served")

    @explains_arguments("CORS(app, {})", "--from starlette module:app")
    def __init__(
        self,
        app: Starlette,
        policy: AnyPolicyLike,
        *,
        websockets: bool | Literal["strict"] | Policy = False,
        answer_crashes: bool = True,
        debug: bool | None = None,
    ) -> None:
        _check(app)
        check_flags(debug=debug is not None and debug)
        super().__init__(app, policy, websockets=websockets, answer_crashes=answer_crashes)
        self._application = app
        self._debug = debug
        self._has_served = False
        self._build_inner = app.build_middleware_stack
        app.build_middleware_stack = self._build  # type: ignore[method-assign] # outside all others
        setattr(app.state, STATE, self)
        register(app)

    def _build(self) -> ASGIApp:
        """Build the application's middleware stack, behind the policy."""
        self.app = self._build_inner()
        self.debug = self._application.debug if self._debug is None else self._debug
        return self

    def policy_for(self, scope: Any) -> Policy | Awaitable[Policy | None] | None:
        """Return the policy that governs a connection: of its view, or of the application."""
        if not self._has_served:
            self._has_served = True
            warn_of_unrouted()
        if has_view_policies():
            try:
                view_policy = view_policy_for(self._application, scope)
            except Exception:
                return view_not_found(scope.get("path", ""))
            if view_policy is not None:
                return view_policy.policy
        return super().policy_for(scope)


def _check(app: object) -> None:
    if isinstance(app, Router):
        raise TypeError("a router has no application: write cors_policy(policy)(router)")
    if not isinstance(app, Starlette):
        others = (
            f"CORS takes a FastAPI or Starlette application, not {app!r:.80}: write "
            "CORS(app, policy) in the place of app.add_middleware(CORS, ...), and use "
            "cors_wsgi.asgi.CORSMiddleware for other applications"
        )
        raise TypeError(application_problem(app, "CORS") or others)
    if hasattr(app.state, STATE):
        raise RuntimeError(
            f"CORS is set up twice for {app!r:.80}: give it one policy, in one place"
        )
    if app.middleware_stack is not None:
        raise RuntimeError("the application has served already: call CORS(app, ...) before that")
