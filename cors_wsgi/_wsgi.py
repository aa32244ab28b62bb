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
from typing import TYPE_CHECKING, Any, cast

from cors_wsgi._headers import Header
from cors_wsgi._policy import CLOSED
from cors_wsgi._resolve import PolicySource, checked_source, governing

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
    debug: bool = False,
) -> "Middleware":
    """Put a WSGI application behind a CORS policy.

    It makes a function, not an object: servers call it on every request, and an object's
    `__call__` is the dearer way to be called. Its attribute `policy` is what governs; it
    may be replaced at any time, and holds from the next request on.

    Args:
        app: the application. It is not changed, and need not know.
        policy: a `Policy`, `PathPolicies`, or a function of the environ that returns a
            `Policy` or `None`. Where it is `None`, the application is left alone.
        answer_crashes: whether an exception, before the response has begun, is logged
            and answered with a 500 that carries CORS headers, if the request came from
            an allowed origin: without them the browser would show a CORS error instead.
            A function is asked when it happens.
        debug: whether responses say in the header `X-Cors-Wsgi` why a CORS request was
            allowed or refused. For development.

    Raises:
        TypeError: if `policy` is none of these.
    """
    from cors_wsgi import _log  # noqa: PLC0415 - logging is slow to import

    logger, root = _log.logger, _log.logger.root
    log_decision, info, debugging = _log.log_decision, _log.INFO, _log.DEBUG
    wants_answer = answer_crashes if callable(answer_crashes) else lambda: answer_crashes
    # The rules of what the attribute held when it last was a policy, and no resolver: they
    # name their policy, so that threads see both or neither. Nothing is kept for `debug`.
    fixed = CLOSED.rules

    # Everything here is paid on every request: hence one long function.
    def middleware(  # noqa: PLR0911, PLR0912 - as said
        environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        nonlocal fixed
        rules = fixed
        if rules.policy is not attributes["policy"]:
            source = attributes["policy"]
            chosen = governing(source, environ)
            if chosen is None:
                return app(environ, start_response)
            rules = chosen.rules
            if rules.any_origin is not None:
                rules.notices.any_origin(environ.get("SERVER_NAME", ""))
            if debug:
                start_response = _log.explaining(chosen, environ, start_response)
            elif chosen is source:
                fixed = rules
        if "HTTP_ORIGIN" not in environ:
            return app(environ, rules.start_absent(start_response))
        origin = environ["HTTP_ORIGIN"]
        answers = rules.latest
        if origin != answers.origin:
            answers = rules.answers_to(origin)
        if (
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            and environ["REQUEST_METHOD"] == "OPTIONS"
        ):
            if (logger.level or root.level) <= info:  # its effective level, without a call
                log_decision(rules.policy, environ)
            headers = answers.preflight.copy()
            if answers.tailor is not None:
                answers.tailor(headers, environ)
            start_response(rules.preflight_status, headers)
            return ()
        if answers is rules.refused:
            if (logger.level or root.level) <= info:
                log_decision(rules.policy, environ)
            return app(environ, answers.start(start_response))
        if (logger.level or root.level) <= debugging:
            log_decision(rules.policy, environ)
        response = [start_response, False]
        try:
            body = app(environ, answers.start(response))
        except Exception:
            if not wants_answer():
                raise
            return _answer_crash(response, environ, answers.actual)
        if response[1]:
            return body
        answer_crash = partial(_answer_crash, response, environ, answers.actual)
        return _Unbegun(body, wants_answer, answer_crash)

    attributes = vars(middleware)
    attributes["policy"] = checked_source(policy)
    return cast("Middleware", middleware)


def _answer_crash(
    response: list[Any], environ: "WSGIEnvironment", cors: list[Header]
) -> list[bytes]:
    """Log the exception that is being handled, and answer for the application.

    Where the response has begun, `start_response` is told so: it raises the exception
    again if bytes have left already (PEP 3333, "Error Handling").
    """
    from cors_wsgi import _log  # noqa: PLC0415 - logging is slow to import

    start_response, begun = response
    _log.log_crash(environ)
    body = b"Internal Server Error"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *cors,
    ]
    exc_info = sys.exc_info() if begun else None
    start_response("500 Internal Server Error", headers, exc_info)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class _Unbegun:
    """The body of an application that will call `start_response` when it is iterated.

    Generators do. So a crash before the first block can still be answered.
    """

    __slots__ = ("_answer_crash", "_body", "_next", "_wants_answer")

    def __init__(
        self,
        body: Iterable[bytes],
        wants_answer: Callable[[], bool],
        answer_crash: Callable[[], list[bytes]],
    ) -> None:
        self._body = body
        self._wants_answer = wants_answer
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
            if not self._wants_answer():
                raise
            self._next = iter(self._answer_crash()).__next__
            return self._next()

    def close(self) -> None:
        """Close the application's body (PEP 3333)."""
        if hasattr(self._body, "close"):
            self._body.close()
