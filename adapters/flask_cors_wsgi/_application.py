"""A Flask application behind its policy: what serves its requests."""

from typing import TYPE_CHECKING, Final

from flask import Flask

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.adapting import PolicySource, has_view_policies, view_not_found, warn_once
from flask_cors_wsgi._views import register, view_policy_for, warn_of_unrouted
from flask_cors_wsgi._wrappers import as_routed, wrappers_around

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

EXTENSION: Final = "cors_wsgi"


class GovernedFlask(CORSMiddleware):
    """A Flask application behind its policy, `app.extensions["cors_wsgi"]`; its `wsgi_app`.

    Its `policy` governs the views without a policy of their own.

    Attributes:
        where: The file and line where it was put behind the policy.
    """

    __slots__ = ("_answer_crashes", "_debug", "_flask", "_has_served", "where")

    def __init__(
        self,
        app: Flask,
        policy: PolicySource,
        *,
        answer_crashes: bool,
        debug: bool | None,
        where: str,
    ) -> None:
        super().__init__(app.wsgi_app, policy, answer_crashes=answer_crashes)
        self._flask = app
        self._debug = debug
        self._has_served = False
        self.where = where
        app.wsgi_app = self  # type: ignore[method-assign] # as Flask recommends
        register(app)

    @property
    def answer_crashes(self) -> bool:
        """Whether crashes are answered; never with `app.testing`, so that tests see them."""
        return self._answer_crashes and not self._flask.testing

    @answer_crashes.setter
    def answer_crashes(self, answer_crashes: bool) -> None:
        self._answer_crashes = answer_crashes

    @property
    def debug(self) -> bool:
        """Whether this is development; by default, `app.debug`."""
        return self._flask.debug if self._debug is None else self._debug

    @debug.setter
    def debug(self, debug: bool | None) -> None:
        self._debug = debug

    def policy_for(self, environ: "WSGIEnvironment") -> Policy | None:
        """Return the policy that governs a request: of its view, or of the application."""
        if not self._has_served:
            self._has_served = True
            self._warn_of_gaps()
        if has_view_policies():
            try:
                routed = as_routed(self.app, self._flask, environ)
                view_policy = None if routed is None else view_policy_for(self._flask, routed)
            except Exception:
                return view_not_found(environ.get("PATH_INFO", ""))
            if view_policy is not None:
                return view_policy.policy
        return self._policy.policy_for(environ)

    def gaps(self) -> list[str]:
        """Return a sentence for each wrapper that answers outside the policy."""
        return [
            f"{name} wraps app.wsgi_app outside the CORS policy: what it answers has no CORS "
            f"headers. Move CORS(app, ...) at {self.where} below the line that sets it up"
            for name in wrappers_around(self._flask.wsgi_app, self)
        ]

    def _warn_of_gaps(self) -> None:
        for gap in self.gaps():
            warn_once("%s", gap)
        warn_of_unrouted()
