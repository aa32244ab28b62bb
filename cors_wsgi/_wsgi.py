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
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast

from cors_wsgi._headers import Header, replace_cors_headers
from cors_wsgi._origin_set import MAX_ORIGIN_LENGTH
from cors_wsgi._policy import Policy
from cors_wsgi._resolve import PolicySource, checked_source, governing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A header that could be Vary or Access-Control-* begins like this. The usual names are
# told apart first, by one look-up of the whole name.
_SUSPECTS: Final = frozenset("AaVv")
_USUAL: Final = (
    "Allow Cache-Control Connection Content-Disposition Content-Encoding Content-Language "
    "Content-Length Content-Security-Policy Content-Type Date ETag Expires Last-Modified "
    "Location Pragma Referrer-Policy Retry-After Server Set-Cookie Strict-Transport-Security "
    "WWW-Authenticate X-Content-Type-Options X-Frame-Options X-Request-ID"
)
_HARMLESS: Final = frozenset(f"{_USUAL} {_USUAL.lower()}".split())


class Middleware(Protocol):
    """A WSGI application behind a policy.

    Attributes:
        policy: what governs; may be replaced at any time, and holds from the next
            request on.
    """

    policy: PolicySource

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Serve a request."""


def CORSMiddleware(  # noqa: N802 - it is used as the classes of other middlewares are
    app: "WSGIApplication",
    policy: PolicySource,
    *,
    answer_crashes: bool | Callable[[], bool] = True,
    debug: bool = False,
) -> Middleware:
    """Put a WSGI application behind a CORS policy.

    It makes a function, not an object: servers call it on every request, and calling an
    object costs a quarter more than all that the function does.

    Args:
        app: the application. It is not changed, and need not know.
        policy: a `Policy`, `PathPolicies`, or a function of the environ that returns a
            `Policy` or `None`. Where it is `None`, the application is left alone.
        answer_crashes: whether an exception, before the response has begun, is logged
            and answered with a 500 that carries CORS headers, if the request came from
            an allowed origin: without them the browser would show a CORS error instead.
            A function is asked when it happens.
        debug: whether responses say in the header `X-Cors-Wsgi` why a CORS request was
            allowed or refused, and every decision is logged, not only refusals (INFO)
            and preflights (DEBUG if allowed). For development.

    Raises:
        TypeError: if `policy` is none of these.
    """
    from cors_wsgi import _log  # noqa: PLC0415 - logging is slow to import

    notices = _log.Notices()
    wants_answer = answer_crashes if callable(answer_crashes) else lambda: answer_crashes

    def middleware(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        policy = attributes["policy"]
        if type(policy) is not Policy:
            policy = governing(policy, environ)
            if policy is None:
                return app(environ, start_response)
        if debug:
            start_response = _log.explaining(policy, environ, start_response)
        rules = policy.rules
        if "HTTP_ORIGIN" not in environ:
            response = [start_response, rules.absent.actual, environ, notices, False]
            return app(environ, MethodType(_start, response))
        origin = environ["HTTP_ORIGIN"]
        # The length first: even a look-up reads all of it.
        if len(origin) <= MAX_ORIGIN_LENGTH and origin in rules.known:
            answers = rules.known[origin]
        else:
            answers = rules.answers(origin)
        if (
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            and environ["REQUEST_METHOD"] == "OPTIONS"
        ):
            _log.log_decision(policy, environ)
            start_response(rules.preflight_status, rules.preflight(answers, environ))
            return ()
        response = [start_response, answers.actual, environ, notices, False]
        if answers is rules.refused:
            _log.log_decision(policy, environ)
            return app(environ, MethodType(_start, response))
        if answers is rules.absent:
            notices.any_origin(environ)
        try:
            body = app(environ, MethodType(_start, response))
        except Exception:
            if not wants_answer():
                raise
            return _answer_crash(response)
        return body if response[-1] else _Unbegun(body, response, wants_answer)

    attributes = vars(middleware)
    attributes["policy"] = checked_source(policy)
    return cast("Middleware", middleware)


# The state of a response is a list, [start_response, CORS headers, environ, notices,
# whether it has begun], and what an application gets as start_response is `_start` bound
# to it: that costs half of a closure.
_Response: TypeAlias = list[Any]


def _start(
    response: _Response,
    status: str,
    headers: list[Header],
    exc_info: Any = None,
    /,
) -> Any:
    """Start a response with the policy's CORS headers, and none of the application's."""
    start_response, cors, environ, notices, _ = response
    response[-1] = True
    for name, _ in headers:
        if name not in _HARMLESS and name[:1] in _SUSPECTS:
            merged, replaced = replace_cors_headers(headers, cors)
            if replaced:
                notices.replaced(replaced, environ)
            return start_response(status, merged, exc_info)
    return start_response(status, headers + cors, exc_info)


def _answer_crash(response: _Response) -> list[bytes]:
    """Log the exception that is being handled, and answer for the application.

    Where the response has begun, `start_response` is told so: it raises the exception
    again if bytes have left already (PEP 3333, "Error Handling").
    """
    from cors_wsgi import _log  # noqa: PLC0415 - logging is slow to import

    start_response, cors, environ, _, begun = response
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

    __slots__ = ("_body", "_next", "_response", "_wants_answer")

    def __init__(
        self, body: Iterable[bytes], response: _Response, wants_answer: Callable[[], bool]
    ) -> None:
        self._body = body
        self._response = response
        self._wants_answer = wants_answer
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
            self._next = iter(_answer_crash(self._response)).__next__
            return self._next()

    def close(self) -> None:
        """Close the application's body (PEP 3333)."""
        if hasattr(self._body, "close"):
            self._body.close()
