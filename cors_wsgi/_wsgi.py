"""The middleware for WSGI applications (PEP 3333).

Rules of this file:
- A preflight never reaches the application, any other OPTIONS request always does.
- The decision is made once, from the request as it arrived.
- A response's headers pass through `start_response`, and only there are they changed:
  the body, its `close()`, a file wrapper and `write()` are the application's and the
  server's own.
- This is on the way of every request. What can be known earlier is in `Rules`; what is
  slow is in a function of its own, for the requests that need it.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, cast
from weakref import ref

from cors_wsgi._log import (
    DEBUG,
    INFO,
    explaining,
    log_allowed,
    log_crash,
    log_decision,
    logger,
    root,
)
from cors_wsgi._policy.compiled import Answers
from cors_wsgi._policy.paths import CheckedSource, PolicySource, checked_source, governing
from cors_wsgi._policy.policy import CLOSED

if TYPE_CHECKING:
    from typing import Protocol

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    class Middleware(Protocol):
        policy: PolicySource

        def __call__(
            self, environ: WSGIEnvironment, start_response: StartResponse
        ) -> Iterable[bytes]: ...


def CORSMiddleware(  # noqa: N802 - it is used as the classes of other middlewares are
    app: "WSGIApplication",
    policy: PolicySource,
    *,
    answer_crashes: bool | Callable[[], bool] = True,
    framework: bool = False,
    debug: bool = False,
) -> "Middleware":
    """Put a WSGI application behind a CORS policy.

    It makes a function, not an object: servers call it on every request, and an object's
    `__call__` is the dearer way to be called. Its attribute `policy` is what governs; it
    may be replaced at any time, and holds from the next request on. A function is read
    from it as an object that is called like it.

    Args:
        app: the application. It is not changed, and need not know. An object is called by
            the `__call__` that its class has now.
        policy: a `Policy`, `PathPolicies`, or a function of the environ that returns a
            `Policy` or `None`. Where it is `None`, the application is left alone.
        answer_crashes: whether an exception, before the response has begun, is logged
            and answered with a 500 that carries CORS headers, if the request came from
            an allowed origin: without them the browser would show a CORS error instead.
            A function is asked when it happens.
        framework: whether the application is a framework's, such as Django's or Flask's.
            Their bodies are not looked at, since they start a response before they return
            its body, never as late as a generator does. And their lists of headers are
            added to, as PEP 3333 allows, since they make one for each response.
        debug: whether responses say in the header `X-Cors-Wsgi` why a CORS request was
            allowed or refused. For development.

    Raises:
        TypeError: if `policy` is none of these.
    """
    # The answers to whoever was allowed last. They name their policy, so that threads see
    # both or neither.
    latest = CLOSED.rules.latest
    attributes = _Attributes(checked_source(policy), answer_crashes=answer_crashes)
    app = _as_called(app)
    # Bodies of this type are complete; all are where there is none.
    complete = None if framework else list

    # Everything here is paid on every request: hence one long function, and few variables,
    # since each takes its time to be cleared.
    def middleware(  # noqa: PLR0911, PLR0912 - as said
        environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        nonlocal latest
        answers = latest
        if answers.policy is not attributes.policy:
            governs = governing(attributes.policy, environ)
            if governs is None:
                return app(environ, start_response)
            latest = answers = governs.rules.latest
            if answers is answers.rules.any_origin:
                answers.rules.notices.any_origin(environ.get("SERVER_NAME", ""))
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            return app(environ, answers.rules.start_unshared(start_response))
        if (
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            and environ["REQUEST_METHOD"] == "OPTIONS"
        ):
            if logger.level or root.level <= INFO:
                log_decision(answers.policy, environ)
            if origin != answers.origin:
                answers = answers.rules.answers_to(origin)
                latest = answers.rules.latest  # which a stranger's are not
            headers = answers.preflight.copy()
            if answers.tailor is not None:
                answers.tailor(headers, environ)
            start_response(answers.rules.preflight_status, headers)
            return ()
        if origin != answers.origin:
            # As `Rules.answers_to` has it, but a stranger does not pay for the call.
            rules = answers.rules
            if len(origin) not in rules.lengths or origin not in rules.allowed:
                if logger.level or root.level <= INFO:
                    log_decision(answers.policy, environ)
                return app(environ, rules.start_unshared(start_response))
            latest = answers = rules.to_allowed(origin)
        if logger.level or root.level <= DEBUG:
            log_allowed(answers.policy, environ)
        start = answers.start(start_response)
        try:
            body = app(environ, start)
        except Exception:
            return _answer_crash(attributes, environ, start_response, answers)
        if complete is None or type(body) is complete:
            return body
        # Whoever may still start the response holds `start`; mostly nobody does.
        start = ref(start)
        if start() is None:
            return body
        return _Unbegun(body, partial(_answer_crash, attributes, environ, start_response, answers))

    made: WSGIApplication = middleware
    if debug:
        made = _explained(app, attributes, framework=framework)
    elif framework:
        made = _usual_first(app, attributes, middleware)
    made.__dict__ = vars(attributes)
    return cast("Middleware", made)


def _usual_first(
    app: "WSGIApplication", attributes: "_Attributes", middleware: "WSGIApplication"
) -> "WSGIApplication":
    """Put the way of the usual request to a framework before the way of all requests.

    That is a request from the page that asked last, and no preflight. Of what `middleware`
    does, it needs little.
    """

    def usual(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            answers = attributes.policy.rules.latest
        except AttributeError:  # of a function that was put there since
            return middleware(environ, start_response)
        if (
            environ.get("HTTP_ORIGIN") != answers.origin
            or "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            or logger.level
            or root.level <= DEBUG
        ):
            body = middleware(environ, start_response)
            latest = answers.rules.latest
            if latest.start_in_place is latest.start:
                latest.prepare_in_place()  # for the next request
            return body
        try:
            return app(environ, answers.start_in_place(start_response))
        except Exception:
            return _answer_crash(attributes, environ, start_response, answers)

    return usual


def _explained(
    app: "WSGIApplication", attributes: "_Attributes", *, framework: bool
) -> "WSGIApplication":
    """Let responses say in a header why a CORS request was allowed or refused."""

    def explained(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        governs = governing(attributes.policy, environ)
        if governs is None:
            return app(environ, start_response)
        once = CORSMiddleware(
            app, governs, answer_crashes=attributes.answer_crashes, framework=framework
        )
        return once(environ, explaining(governs, environ, start_response))

    return explained


def _as_called(app: "WSGIApplication") -> "WSGIApplication":
    """Return what is called when an application is.

    For an object, that is its class's `__call__`, bound once: CPython calls a method faster
    than an object.
    """
    method = getattr(app, "__call__", None)  # noqa: B004 - not to tell whether there is one
    found = getattr(type(app), "__call__", None)  # noqa: B004 - the same
    return method if isinstance(method, MethodType) and method.__func__ is found else app


class _Attributes:
    """The attributes of one middleware: those of an object are read faster than a function's."""

    def __init__(self, policy: CheckedSource, *, answer_crashes: bool | Callable[[], bool]) -> None:
        self.policy = policy
        self.answer_crashes = answer_crashes


def _answer_crash(
    attributes: _Attributes,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    answers: Answers,
) -> list[bytes]:
    """Log the exception that is being handled, and answer for the application.

    `start_response` is told of the exception (PEP 3333, "Error Handling"), and raises it
    again if bytes have left already.
    """
    wanted = attributes.answer_crashes
    if not (wanted() if callable(wanted) else wanted):
        raise  # noqa: PLE0704 - the exception that is being handled
    log_crash(environ)
    body = b"Internal Server Error"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *answers.actual,
    ]
    start_response("500 Internal Server Error", headers, sys.exc_info())
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class _Unbegun:
    """The body of an application that may call `start_response` when it is iterated.

    Generators do. A crash before the first block can still be answered.
    """

    __slots__ = ("_answer_crash", "_body", "_next")

    def __init__(self, body: Iterable[bytes], answer_crash: Callable[[], list[bytes]]) -> None:
        self._body = body
        self._answer_crash = answer_crash
        self._next = self._first

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._next()

    def _first(self) -> bytes:
        try:
            blocks = iter(self._body)
            self._next = blocks.__next__
            return next(blocks)
        except StopIteration:
            raise
        except Exception:
            self._next = iter(self._answer_crash()).__next__
            return self._next()

    def close(self) -> None:
        """Close the application's body (PEP 3333)."""
        if hasattr(self._body, "close"):
            self._body.close()
