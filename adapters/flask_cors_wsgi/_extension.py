"""The Flask extension: the application's `wsgi_app` behind the middleware."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.adapting import PolicySource, governing, is_preflight, policy_source
from flask_cors_wsgi._views import MarkedViews

EXTENSION = "cors_wsgi"


class CORS:
    """Puts Flask applications behind a CORS policy.

    It wraps `app.wsgi_app`, so it does not matter when it is called, nor what else is
    registered and in which order. Wrap middlewares that correct the request, such as
    `ProxyFix`, after it, so that they come before it.

    Args:
        app: the application; or none, and `init_app` follows.
        policy: a `Policy`, `PathPolicies`, a mapping of either, or a function of the
            environ that returns a `Policy` or `None`. Without one, an application's
            `config["CORS_POLICY"]` is taken. Views marked with `cors_policy` have
            their own.
        debug: whether responses say in the header `X-Cors-Wsgi` why a CORS request was
            allowed or refused. For development.

    Raises:
        InvalidPolicy: if a mapping makes no policy.
        LookupError: if there is no policy.
        TypeError: if the policy is none of these.
    """

    def __init__(
        self, app: Flask | None = None, policy: object = None, *, debug: bool = False
    ) -> None:
        self._policy = policy
        self._debug = debug
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, policy: object = None) -> None:
        """Put one more application behind its policy.

        Args:
            app: the application.
            policy: as for the class; this one comes before that one.

        Raises:
            LookupError: if there is no policy.
            RuntimeError: if the application is behind a policy already.
        """
        for given in (policy, self._policy, app.config.get("CORS_POLICY")):
            if given is not None:
                break
        else:
            message = (
                "no CORS policy: write CORS(app, Policy(...)), or set "
                "app.config['CORS_POLICY'] before init_app"
            )
            raise LookupError(message)
        if EXTENSION in app.extensions:
            message = f"CORS is set up twice for {app}: give it one policy, in one place"
            raise RuntimeError(message)
        app.extensions[EXTENSION] = GovernedApp(app, policy_source(given), debug=self._debug)


class GovernedApp:
    """One application and what governs it, `app.extensions["cors_wsgi"]`."""

    def __init__(self, app: Flask, policy: PolicySource, *, debug: bool) -> None:
        self._policy = policy
        self._views = MarkedViews(app)
        self._chosen = policy_source(self._resolve)
        self._middleware = app.wsgi_app = CORSMiddleware(  # type: ignore[method-assign] # as Flask recommends
            app.wsgi_app,
            self._chosen,
            # With TESTING, exceptions reach the test client.
            answer_crashes=lambda: not app.testing,
            # What has been put before Flask already may be anything.
            framework="wsgi_app" not in vars(app),
            debug=debug,
        )

    @property
    def policy(self) -> PolicySource:
        """What governs the views that are not marked; may be replaced at any time."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicySource) -> None:
        self._policy = policy_source(policy)
        self._middleware.policy = self._chosen

    def _resolve(self, environ: Mapping[str, Any]) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        if mark := self._views.mark_for(environ):
            return mark.policy
        policy = self._policy
        if isinstance(policy, Policy) and not self._views.has_marks and not is_preflight(environ):
            # This request reaches Flask, which takes no more views from then on. So one
            # policy governs them all, and nobody needs to come here again.
            self._middleware.policy = policy
            if policy is not self._policy:  # replaced just now
                self._middleware.policy = self._chosen
        return governing(policy, environ)
