"""The Flask extension: the application's `wsgi_app` behind a policy."""

import sys
from typing import Never

from flask import Flask

from cors_wsgi import Policy
from cors_wsgi.adapting import PolicyLike, as_policy_source
from flask_cors_wsgi._application import EXTENSION, GovernedFlask


class CORS:
    """Puts Flask applications behind a CORS policy.

    It wraps `app.wsgi_app`, so the order of blueprints, hooks and most extensions does not
    matter. Only what wraps `app.wsgi_app` later, such as Flask-SocketIO, is outside the policy:
    call `CORS` after it.

    Args:
        app: The application; without one, call `init_app`.
        policy: A `Policy`, `PathPolicies`, `HostPolicies`, a mapping of a policy's fields, or a
            function of the environ that returns a `Policy` or `None`. Without one,
            `app.config["CORS_POLICY"]` is used. Views decorated with `cors_policy` have a policy
            of their own.
        answer_crashes: Whether an exception that leaves the application is logged and answered
            with a 500 that has CORS headers, as for `CORSMiddleware`. With `app.testing` it never
            is, so that tests see the exception.
        debug: Whether this is development, as for `CORSMiddleware`; by default, `app.debug`.

    Raises:
        InvalidPolicy: If a mapping has problems.
        LookupError: If there is no policy.
        TypeError: If the policy is none of these, or `app` is no Flask application.
    """

    def __init__(
        self,
        app: Flask | None = None,
        policy: PolicyLike | None = None,
        *,
        answer_crashes: bool = True,
        debug: bool | None = None,
        **misplaced: Never,
    ) -> None:
        if misplaced:
            raise TypeError(_advice(next(iter(misplaced))))
        self._policy = policy
        self._answer_crashes = answer_crashes
        self._debug = debug
        if app is not None:
            self._put_behind(app, None, _caller())

    def init_app(self, app: Flask, policy: PolicyLike | None = None) -> None:
        """Put an application behind its policy.

        Args:
            app: The application.
            policy: As for the class; it wins over that one.

        Raises:
            LookupError: If there is no policy.
            RuntimeError: If the application is behind a policy already.
        """
        self._put_behind(app, policy, _caller())

    def _put_behind(self, app: Flask, policy: PolicyLike | None, where: str) -> None:
        _check(app)
        written = (policy, self._policy, app.config.get("CORS_POLICY"))
        given = next((each for each in written if each is not None), None)
        if given is None:
            message = (
                "no CORS policy: write CORS(app, Policy(...)), or set app.config['CORS_POLICY'] "
                "before init_app"
            )
            raise LookupError(message)
        if EXTENSION in app.extensions:
            message = f"CORS is set up twice for {app}: give it one policy, in one place"
            raise RuntimeError(message)
        app.extensions[EXTENSION] = GovernedFlask(
            app,
            as_policy_source(given),
            answer_crashes=self._answer_crashes,
            debug=self._debug,
            where=where,
        )


def _check(app: object) -> None:
    if isinstance(app, Policy):
        raise TypeError("the application comes first: CORS(app, policy)")
    if not isinstance(app, Flask):
        raise TypeError(
            f"CORS takes a Flask application, not {app!r:.80}: use cors_wsgi.CORSMiddleware for "
            "other WSGI applications"
        )


def _caller() -> str:
    """Return the file and line that call the extension."""
    caller = sys._getframe(2)
    return f"{caller.f_code.co_filename}:{caller.f_lineno}"


def _advice(option: str) -> str:
    return (
        f"CORS has no option {option!r}: its policy has. Write CORS(app, Policy(...)), or have "
        "'cors-wsgi policy --from flask-cors module:app' translate the options of Flask-CORS"
    )
