"""The middleware for WSGI applications (PEP 3333).

Rules of this file:
- A preflight never reaches the application; any other OPTIONS request does.
- The decision is made once, from the request as it arrived.
- A response to an allowed origin is kept from the server until its first block is there. So an
  application that fails before that is answered with one clean 500, which its page can read.
- What the server has been told of is the server's: nothing is answered for it any more.
- The body, its `close()`, file wrappers and `write()` stay the application's.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from types import MethodType
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._choosing import (
    PolicyLike,
    PolicySource,
    as_policy_source,
    is_asynchronous,
    takes,
)
from cors_wsgi._cors_headers import crash_response, is_preflight, preflight_response, reported
from cors_wsgi._headers import Header, merge_headers
from cors_wsgi._log import get_logger, log_crash, log_replaced
from cors_wsgi._policy.advice import application_problem, check_flags, explains_arguments
from cors_wsgi._policy.policy import Policy

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Write = Callable[[bytes], object]

_STATUS_LINES: Final = {200: "200 OK", 204: "204 No Content"}

# Bodies that are there as a whole: no block of them can fail. A class derived from these can do
# anything when it is iterated. uWSGI alone takes bytes, and sends them as one block.
_WHOLE: Final = (list, tuple, bytes)


class CORSMiddleware:
    """Puts a WSGI application behind a CORS policy.

    Args:
        app: The application. It is called as it is, and need not know about CORS.
        policy: What governs: a `Policy`, `PathPolicies`, `HostPolicies`, a mapping for
            `policy_from_mapping`, or a function of the environ that returns a `Policy`, or `None`
            to leave the application alone.
        answer_crashes: Whether an exception that the application raises before the first block
            of its response is logged and answered with a 500, if the request came from an allowed
            origin. Without CORS headers the page would see a CORS error instead of a 500. Such an
            exception does not reach what is outside the middleware.
        debug: Whether this is development. Responses then say in the header `X-Cors-Wsgi` why a
            CORS request was allowed or refused, refusals are logged as warnings, and the answer
            to a crash shows the traceback.

    Raises:
        InvalidPolicy: If `policy` is a mapping with problems.
        TypeError: If `app` is not a WSGI application, or `policy` is none of these.
    """

    __slots__ = ("__weakref__", "_policy", "answer_crashes", "app", "debug")

    @explains_arguments("CORSMiddleware(app, {})", "--from wsgicors module:app")
    def __init__(
        self,
        app: "WSGIApplication",
        policy: PolicyLike,
        *,
        answer_crashes: bool = True,
        debug: bool = False,
    ) -> None:
        _check_application(app)
        check_flags(answer_crashes=answer_crashes, debug=debug)
        self.app = app
        self.policy = policy
        self.answer_crashes = answer_crashes
        self.debug = debug

    @property
    def policy(self) -> PolicySource:
        """What governs. It may be replaced at any time, and holds from the next request on."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyLike) -> None:
        self._policy = as_policy_source(policy)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        policy = self.policy_for(environ)
        if policy is None:
            return self.app(environ, start_response)
        compiled = policy.compiled
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            cors = compiled.unshared
        elif "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and is_preflight(environ):
            status, headers = preflight_response(policy, environ, debug=self.debug)
            start_response(_STATUS_LINES[status], headers)
            return [b""]  # hypercorn sends nothing at all for a body without any block
        else:
            # As `actual_headers` does it: to call that would cost a tenth of an allowed request.
            shared = compiled.shared_with(origin)
            cors = compiled.unshared if shared is None else shared
            if self.debug or shared is None or compiled.allows_any_origin:
                cors = reported(cors, policy, environ, debug=self.debug)
            if shared is not None and self.answer_crashes:
                return self._serve_allowed(environ, _Response(start_response, cors))
        # A bound method, since Python calls it at half the cost of a `partial`.
        return self.app(environ, MethodType(_start, (start_response, cors)))

    def policy_for(self, environ: "WSGIEnvironment") -> Policy | None:
        """Return the policy that governs a request; None if it is to be left alone.

        Adapters that know the framework's views override this.
        """
        return self._policy.policy_for(environ)

    def _serve_allowed(self, environ: "WSGIEnvironment", response: "_Response") -> Iterable[bytes]:
        """Serve an allowed request, and answer for an application that fails early."""
        method = environ["REQUEST_METHOD"]  # read now, since applications serve HEAD as GET
        body: Iterable[bytes] = ()
        try:
            body = self.app(environ, response.start)
            if type(body) is not list:
                body = _with_first_block(body, environ, response)
            response.tell()
        except BaseException as failure:
            # The server does not get the body, so it cannot close it.
            _close(body)
            if not (response.is_kept and _is_crash(failure, environ)):
                raise
            log_crash(method, environ.get("PATH_INFO", ""))
            headers, block = crash_response(method, response.cors, debug=self.debug)
            response.start_response("500 Internal Server Error", headers)
            return [block]
        return body

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.app!r}, {self._policy!r})"


CORSMiddleware.__module__ = "cors_wsgi"


def _check_application(app: object) -> None:
    """Refuse what is not a WSGI application, with what was probably meant."""
    # PEP 3333 allows a class whose instances are the bodies of responses; others are mistakes.
    is_usual = not isinstance(app, type) or hasattr(app, "__iter__")
    if callable(app) and is_usual and takes(app, 2) and not is_asynchronous(app):
        return
    reason = application_problem(app, "CORSMiddleware")
    if reason is None and is_asynchronous(app):
        reason = f"{app!r:.80} is an ASGI application: use cors_wsgi.asgi.CORSMiddleware for it"
    shape = "it does not take (environ, start_response)" if callable(app) else "it cannot be called"
    raise TypeError(reason or f"{app!r:.80} is not a WSGI application: {shape}")


def _start(
    response: tuple["StartResponse", list[Header]],
    status: str,
    headers: list[Header],
    exc_info: "OptExcInfo | None" = None,
) -> "Write":
    """Start a response with the policy's headers: a `start_response` for the application.

    Args:
        response: The server's `start_response`, and the policy's headers.
        status: As the application gives it.
        headers: As above.
        exc_info: As above.
    """
    start_response, cors = response
    merged = merge_headers(headers, cors, log_replaced)
    if exc_info is None:
        return start_response(status, merged)
    return start_response(status, merged, exc_info)


class _Response:
    """A response that is kept from the server until its first block is there.

    Attributes:
        start_response: The server's.
        cors: The policy's headers.
        head: The status and the headers, once the application has started it.
        is_kept: Whether it is still kept. If not, everything reaches the server at once.
    """

    _write: "Write"

    def __init__(self, start_response: "StartResponse", cors: list[Header]) -> None:
        self.start_response = start_response
        self.cors = cors
        self.head: tuple[str, list[Header]] | None = None
        self.is_kept = True

    def start(
        self, status: str, headers: list[Header], exc_info: "OptExcInfo | None" = None
    ) -> "Write":
        """Start the response, or start it over: the application's `start_response`."""
        if not self.is_kept:
            return _start((self.start_response, self.cors), status, headers, exc_info)
        if self.head is not None and exc_info is None:
            message = "start_response was called twice, and not to report an error (PEP 3333)"
            raise AssertionError(message)
        self.head = status, merge_headers(headers, self.cors, log_replaced)
        return self.write

    def write(self, block: bytes) -> None:
        """Write a block: the application's `write()`."""
        self.tell()
        self._write(block)

    def tell(self) -> None:
        """Keep the response no longer: tell the server that it has started, if it has."""
        if not self.is_kept:
            return
        self.is_kept = False
        if self.head is not None:
            self._write = self.start_response(*self.head)


def _is_crash(failure: BaseException, environ: "WSGIEnvironment") -> bool:
    """Tell the crash of an application from a signal to its server.

    By `StopIteration` an application tells gunicorn that it has taken the connection over. On a
    request that does take it over, such as a WebSocket handshake, the application speaks to the
    socket itself, and everything that it raises is for its server.
    """
    if not isinstance(failure, Exception) or isinstance(failure, StopIteration):
        return False
    return "upgrade" not in environ.get("HTTP_CONNECTION", "").lower()


def _with_first_block(
    body: Iterable[bytes], environ: "WSGIEnvironment", response: _Response
) -> Iterable[bytes]:
    """Take the first block of a body, and return the whole body.

    It is taken here, and not when the server iterates, since some servers need the response to be
    started when the application returns (granian). No server would have sent anything before it.
    """
    if type(body) in _WHOLE or _is_file(body, environ):
        return body
    blocks = iter(body)
    try:
        blocks = chain([next(blocks)], blocks)
    except StopIteration:
        if response.head is None:
            # Neither headers nor blocks: a signal to the server, as eventlet's ALREADY_HANDLED.
            return body
        blocks = iter(())  # to ask it once more could take for ever
    return _Body(blocks, body)


def _is_file(body: object, environ: "WSGIEnvironment") -> bool:
    """Tell whether a body is the server's own way to send a file (PEP 3333).

    uWSGI's wrapper is a function that returns the file itself.
    """
    wrapper = environ.get("wsgi.file_wrapper")
    if isinstance(wrapper, type):
        return isinstance(body, wrapper)
    return wrapper is not None and hasattr(body, "read")


class _Body:
    """A body whose first block has been taken."""

    def __init__(self, blocks: Iterator[bytes], body: Iterable[bytes]) -> None:
        self._blocks = blocks
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Close the application's body (PEP 3333)."""
        if hasattr(self._body, "close"):
            self._body.close()


def _close(body: Any) -> None:
    """Close a body that has failed. What closing it raises must not hide why it failed."""
    if hasattr(body, "close"):
        try:
            body.close()
        except Exception:
            get_logger().exception("closing the body of a failed response failed, too")
