"""A Flask application behind its policy: what serves its requests."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask

from cors_wsgi import Policy
from cors_wsgi.adapting import (
    PolicyLike,
    PolicySource,
    as_policy_source,
    deny_all,
    get_logger,
    has_view_policies,
    policy_for,
    serve,
    warn_once,
)
from flask_cors_wsgi._views import register, unrouted_policies, view_policy_for
from flask_cors_wsgi._wrappers import wrappers_around

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EXTENSION: Final = "cors_wsgi"


class GovernedFlask:
    """A Flask application behind its policy, `app.extensions["cors_wsgi"]`; its `wsgi_app`.

    Attributes:
        app: The application.
        where: The file and line where it was put behind the policy.
    """

    def __init__(
        self,
        app: Flask,
        policy: PolicySource,
        *,
        answer_crashes: bool,
        debug: bool | None,
        where: str,
    ) -> None:
        self.app = app
        self.where = where
        self._policy = policy
        self._answer_crashes = answer_crashes
        self._debug = debug
        self._has_served = False
        register(app)
        self._inner = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign] # as Flask recommends

    @property
    def policy(self) -> PolicySource:
        """What governs the views without a policy of their own; may be replaced at any time."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyLike) -> None:
        self._policy = as_policy_source(policy)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        if not self._has_served:
            self._has_served = True
            self._warn_of_gaps()
        policy = self.policy_for(environ)
        if policy is None:
            return self._inner(environ, start_response)
        app = self.app
        return serve(
            self._inner,
            policy,
            environ,
            start_response,
            self._answer_crashes and not app.testing,
            app.debug if self._debug is None else self._debug,
        )

    def policy_for(self, environ: "WSGIEnvironment") -> Policy | None:
        """Return the policy that governs a request: of its view, or of the application."""
        if has_view_policies():
            try:
                view_policy = view_policy_for(self.app, environ)
            except Exception:
                get_logger().exception(
                    "the view of a request cannot be found, so nobody is allowed"
                )
                return deny_all("its view cannot be found")
            if view_policy is not None:
                return view_policy.policy
        return policy_for(self._policy, environ)

    def gaps(self) -> list[str]:
        """Return a sentence for each wrapper that answers outside the policy."""
        return [
            f"{name} wraps app.wsgi_app outside the CORS policy: what it answers has no CORS "
            f"headers. Move CORS(app, ...) at {self.where} below the line that sets it up"
            for name in wrappers_around(self.app.wsgi_app, self)
        ]

    def _warn_of_gaps(self) -> None:
        for gap in self.gaps():
            warn_once("%s", gap)
        for where in unrouted_policies():
            warn_once(
                "the cors_policy at %s governs nothing: no route leads to it. Put it above the "
                "decorators that do not use functools.wraps",
                where,
            )
