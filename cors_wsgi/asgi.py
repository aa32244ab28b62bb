"""The middleware for ASGI 3 applications (https://asgi.readthedocs.io/en/latest/specs/)."""

# Rules of this file:
# - A preflight never reaches the application; any other OPTIONS request does.
# - The decision is made once, from the scope as it arrived.
# - Only `http.response.start` is changed, as a new message with a new list of headers. Every other
#   message is handed on as the same object, and so is everything of a `lifespan`, of an unknown
#   scope, and of a WebSocket that is not checked.
# - A response is never held back: an event stream opens when its application starts it. So only a
#   crash before the start is answered, and the exception goes on to the server and its reporters.

import contextlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from cors_wsgi._choosing import (
    AnyPolicyLike,
    AnyPolicySource,
    as_any_policy_source,
    takes,
)
from cors_wsgi._cors_headers import crash_response
from cors_wsgi._headers import USUAL_NAMES, Header, merge_headers, owned_names
from cors_wsgi._log import log_crash, log_handshake, log_replaced, report, reports_refusals
from cors_wsgi._policy.advice import application_problem, check_flags, explains_arguments
from cors_wsgi._policy.compiled import CompiledPolicy
from cors_wsgi._policy.decision import Request
from cors_wsgi._policy.policy import Policy

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApplication: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

# Each framework has its own types of a scope and of messages.
AnyASGIApplication: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]

RawHeader: TypeAlias = tuple[bytes, bytes]

_METHOD: Final = b"access-control-request-method"
_HEADERS: Final = b"access-control-request-headers"

# No policy owns these; bytes in lower case, as applications send them (ASGI, HTTP).
_USUAL: Final = frozenset(name.lower().encode() for name in USUAL_NAMES)

_FORBIDDEN: Final = b"This page may not connect.\n"

__all__ = ["CORSMiddleware"]


class CORSMiddleware:
    """Puts an ASGI application behind a CORS policy.

    Args:
        app: The application. It is called as it is, and need not know about CORS.
        policy: What governs: a `Policy`, `PathPolicies`, `HostPolicies`, a mapping for
            `policy_from_mapping`, or a function of the scope that returns a `Policy`, or `None`
            to leave the application alone. The function may be asynchronous; another one runs on
            the event loop, and must not block.
        websockets: Whether WebSocket handshakes are checked. `False` leaves them alone. `True`
            checks them with the policy that governs, and lets those without an `Origin` pass,
            since they do not come from a browser; `"strict"` refuses these, too. A `Policy`
            governs every handshake, and only handshakes. The page's own origin has to be listed.
        answer_crashes: Whether an exception that the application raises before its response has
            started is logged and answered with a 500, if the request came from an allowed
            origin. The exception goes on to the server all the same.
        debug: Whether this is development. Responses then say in the header `X-Cors-Wsgi` why a
            CORS request was allowed or refused, refusals are logged as warnings, and the answer
            to a crash shows the traceback.

    Raises:
        InvalidPolicy: If `policy` is a mapping with problems.
        TypeError: If `app` is not an ASGI application, or `policy` is none of these.
    """

    __slots__ = ("__weakref__", "_policy", "answer_crashes", "app", "debug", "websockets")

    @explains_arguments("CORSMiddleware(app, {})", "--from starlette module:app")
    def __init__(
        self,
        app: AnyASGIApplication,
        policy: AnyPolicyLike,
        *,
        websockets: bool | Literal["strict"] | Policy = False,
        answer_crashes: bool = True,
        debug: bool = False,
    ) -> None:
        _check_application(app)
        if not isinstance(websockets, bool | Policy) and websockets != "strict":
            raise TypeError(f"websockets is True, False, 'strict' or a Policy, not {websockets!r}")
        check_flags(answer_crashes=answer_crashes, debug=debug)
        self.app: ASGIApplication = app
        self.policy = policy
        self.websockets = websockets
        self.answer_crashes = answer_crashes
        self.debug = debug

    @property
    def policy(self) -> AnyPolicySource:
        """What governs. It may be replaced at any time, and holds from the next request on."""
        return self._policy

    @policy.setter
    def policy(self, policy: AnyPolicyLike) -> None:
        self._policy = as_any_policy_source(policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3)."""
        kind = scope["type"]
        if kind == "websocket" and self.websockets:
            await self._connect(scope, receive, send)
            return
        policy = self.policy_for(scope) if kind == "http" else None
        if policy is not None and not isinstance(policy, Policy):
            policy = await policy
        if policy is None:
            await self.app(scope, receive, send)
            return
        compiled, method, path = policy.compiled, scope["method"], scope["path"]
        origin = _field(scope, b"origin")
        asked = _field(scope, _METHOD) if method == "OPTIONS" else None
        if origin is not None and asked is not None:
            headers = self._preflight_headers(compiled, scope, origin, asked)
            await _respond(send, compiled.fields.preflight_status, headers, b"")
            return
        shared = None if origin is None else compiled.shared_with(origin)
        cors = compiled.unshared if shared is None else shared
        is_of_interest = origin is not None and (self.debug or shared is None)
        if is_of_interest and reports_refusals(debug=self.debug):
            cors = self._reported(compiled, cors, scope)
        response = _Response(send, cors)
        try:
            await self.app(scope, receive, response.send)
        except Exception:
            if shared is not None and self.answer_crashes and not response.is_started:
                log_crash(method, path)
                await _answer_crash(send, cors, method, debug=self.debug)
            raise

    def policy_for(self, scope: Scope) -> Policy | Awaitable[Policy | None] | None:
        """Return the policy that governs a connection; `None` if it is to be left alone.

        It is to be awaited if an asynchronous function chooses it. Adapters that know the
        framework's views override this.
        """
        return self._policy.policy_for(scope)

    def _preflight_headers(
        self, compiled: CompiledPolicy, scope: Scope, origin: str, method: str
    ) -> list[RawHeader]:
        """Return all headers of a preflight's response, and report a refusal."""
        cors = compiled.preflight_headers(origin, method, _field(scope, _HEADERS))
        if reports_refusals(debug=self.debug):
            cors = self._reported(compiled, cors, scope)
        # What is as long and as new as the request asks for is not kept.
        return _encoded(cors) if compiled.reflects else [*_encoded_once(tuple(cors))]

    def _reported(self, compiled: CompiledPolicy, cors: list[Header], scope: Scope) -> list[Header]:
        """Report a refusal, and say in development why the headers are as they are."""
        return [*cors, *report(compiled, _request_of(scope), debug=self.debug)]

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a WebSocket handshake through, or refuse it."""
        own = self.websockets
        policy = own if isinstance(own, Policy) else self.policy_for(scope)
        if policy is not None and not isinstance(policy, Policy):
            policy = await policy
        origin = _field(scope, b"origin")
        if policy is None:
            allowed = True
        elif origin is None:
            allowed = self.websockets != "strict"
        else:
            allowed = policy.allows_origin(origin)
        if allowed:
            await self.app(scope, receive, send)
            return
        log_handshake(origin, scope.get("path", ""))
        await _refuse_handshake(scope, receive, send)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.app!r}, {self._policy!r})"


def _check_application(app: object) -> None:
    """Refuse what is not an ASGI application, with what was probably meant."""
    if callable(app) and not isinstance(app, type) and takes(app, 3):
        return
    reason = application_problem(app, "CORSMiddleware")
    if reason is None and callable(app) and takes(app, 2):
        reason = f"{app!r:.80} is a WSGI application: use cors_wsgi.CORSMiddleware for it"
    shape = "it does not take (scope, receive, send)" if callable(app) else "it cannot be called"
    raise TypeError(reason or f"{app!r:.80} is not an ASGI application: {shape}")


def _request_of(scope: Scope) -> Request:
    """Return what a decision depends on."""
    origin, method, headers = (_field(scope, name) for name in (b"origin", _METHOD, _HEADERS))
    return Request(origin, scope["method"], method, headers, scope["path"])


def _field(scope: Scope, name: bytes) -> str | None:
    """Return a header of a request. Names are in lower case (ASGI, HTTP)."""
    # Several lines are one value (RFC 9110, section 5.3); so two origins are no origin.
    values = [value for line, value in scope.get("headers") or () if line == name]
    return b",".join(values).decode("latin-1") if values else None


class _Response:
    """The `send` of one response, which adds the policy's headers to its start.

    Attributes:
        is_started: Whether the application has started the response.
    """

    def __init__(self, send: Send, cors: list[Header]) -> None:
        self._send = send
        self._cors = cors
        self.is_started = False

    # Not a coroutine: the server's own awaitable is enough, and takes half the time.
    def send(self, message: Message) -> Awaitable[None]:
        """Send a message to the server (ASGI 3)."""
        if message["type"] == "http.response.start":
            headers = _merged(message.get("headers") or (), self._cors)
            message = dict(message, headers=headers)
            self.is_started = True  # last, since headers that are no bytes have just failed
        return self._send(message)


def _merged(application: Iterable[RawHeader], cors: list[Header]) -> list[RawHeader]:
    """Return the headers to send, as a new list: responses and their lists may be used again."""
    headers = [*application]
    for name, _ in headers:
        # Some applications send names as a `bytearray`, which cannot be looked up.
        if not (isinstance(name, bytes) and name in _USUAL) and _is_owned(name):
            own = [(str(name, "latin-1"), str(value, "latin-1")) for name, value in headers]
            return _encoded(merge_headers(own, cors, log_replaced))
    headers += _encoded_once(tuple(cors))
    return headers


def _is_owned(name: bytes) -> bool:
    return bool(owned_names([str(name, "latin-1")]))


def _encoded(headers: Iterable[Header]) -> list[RawHeader]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


# Nearly all responses to an allowed origin have the same headers.
_encoded_once = lru_cache(maxsize=1024)(_encoded)


async def _answer_crash(send: Send, cors: list[Header], method: str, *, debug: bool) -> None:
    """Answer for the application. Whatever prevents it must not hide why that failed."""
    headers, body = crash_response(method, cors, debug=debug)
    with contextlib.suppress(Exception):
        await _respond(send, 500, _encoded(headers), body)


async def _respond(send: Send, status: int, headers: list[RawHeader], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_handshake(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket handshake with a 403, by the response extension or by closing."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(_FORBIDDEN))]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": _FORBIDDEN})
