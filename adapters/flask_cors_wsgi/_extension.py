"""The Flask extension: the application's `wsgi_app` behind a policy."""

from typing import Final

from flask import Blueprint, Flask

from cors_wsgi.adapting import (
    EXAMPLE,
    PolicyLike,
    application_problem,
    as_policy_source,
    calling_line,
    check_flags,
    explains_arguments,
    is_field,
)
from flask_cors_wsgi._application import EXTENSION, GovernedFlask

_TRANSLATOR: Final = "--from flask-cors module:app"

# Where connexion 3 has its applications, and the JSON of the Flask applications inside them.
_OF_CONNEXION: Final = (
    "connexion.apps.asynchronous",
    "connexion.apps.flask",
    "connexion.frameworks.flask",
)


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

    # An attribute by another name, such as `policy`, would be set and do nothing.
    __slots__ = ("_answer_crashes", "_debug", "_policy")

    @explains_arguments("CORS(app, {})", _TRANSLATOR)
    def __init__(
        self,
        app: Flask | None = None,
        policy: PolicyLike | None = None,
        *,
        answer_crashes: bool = True,
        debug: bool | None = None,
    ) -> None:
        check_flags(answer_crashes=answer_crashes, debug=debug is not None and debug)
        self._policy = policy
        self._answer_crashes = answer_crashes
        self._debug = debug
        if app is not None:
            _check(app)
            self._put_behind(app, None)

    @explains_arguments("init_app(app, {})", _TRANSLATOR)
    def init_app(self, app: Flask, policy: PolicyLike | None = None) -> None:
        """Put an application behind its policy.

        Args:
            app: The application.
            policy: As for the class; it wins over that one.

        Raises:
            LookupError: If there is no policy.
            RuntimeError: If the application is behind a policy already.
        """
        _check(app)
        self._put_behind(app, policy)

    def _put_behind(self, app: Flask, policy: PolicyLike | None) -> None:
        written = (policy, self._policy, app.config.get("CORS_POLICY"))
        given = next((each for each in written if each is not None), None)
        if given is None:
            raise LookupError(_no_policy(app))
        if EXTENSION in app.extensions:
            message = f"CORS is set up twice for {app}: give it one policy, in one place"
            raise RuntimeError(message)
        app.extensions[EXTENSION] = GovernedFlask(
            app,
            as_policy_source(given),
            answer_crashes=self._answer_crashes,
            debug=self._debug,
            where=calling_line(),
        )


def _check(app: object) -> None:
    if isinstance(app, Blueprint):
        raise TypeError("a blueprint has no application: write cors_policy(policy)(blueprint)")
    if _is_of_connexion(app):
        raise TypeError(
            "CORS would govern nothing: connexion has taken Flask's wsgi_app already. Write "
            "app.add_middleware(CORSMiddleware, MiddlewarePosition.BEFORE_EXCEPTION, "
            "policy=policy) for connexion's application, with the CORSMiddleware of cors_wsgi.asgi"
        )
    if not issubclass(type(app), Flask):  # a proxy, such as `current_app`, is none
        others = (
            f"CORS takes the Flask application itself, not {app!r:.80}; for other WSGI "
            "applications use cors_wsgi.CORSMiddleware"
        )
        raise TypeError(application_problem(app, "CORS") or others)


def _is_of_connexion(app: object) -> bool:
    """Tell whether connexion calls what an application's `wsgi_app` was, whatever it becomes."""
    kind = type(app.json) if isinstance(app, Flask) else type(app)
    return kind.__module__ in _OF_CONNEXION


def _no_policy(app: Flask) -> str:
    message = f"no CORS policy: write CORS(app, {EXAMPLE}), or set app.config['CORS_POLICY'] first"
    if options := [name for name in app.config if name.startswith("CORS_") and is_field(name)]:
        message += (
            f". {', '.join(options)} in app.config is not read: on your old code, "
            f"'cors-wsgi policy {_TRANSLATOR}' translates the options of Flask-CORS"
        )
    return message
