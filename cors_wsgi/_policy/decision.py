"""The whole decision on one request, with its reason.

The middleware does not come here: it hands out what `_compile` prepared. This is for
whoever asks why: a log that is on, a developer, a test. Both rest on the same policy,
and `tests/test_properties.py` holds them equal.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cors_wsgi._fetch_standard import SAFELISTED_METHODS, is_token
from cors_wsgi._headers import Header
from cors_wsgi._origins.nearest import closest, nearest_origin
from cors_wsgi._policy.reflection import MAX_REFLECTED_LENGTH, header_names

if TYPE_CHECKING:
    from typing import Self

    from cors_wsgi._policy.policy import Policy


class Request(NamedTuple):
    """What a decision depends on; nothing else in a request does.

    Attributes:
        origin: the `Origin` header; `None` if there is none.
        method: the method; `OPTIONS` for a preflight.
        requested_method: `Access-Control-Request-Method`; only a preflight has it.
        requested_headers: `Access-Control-Request-Headers`; `None` if there is none.
        private_network: `Access-Control-Request-Private-Network`, or `None`.
        path: the path, for logs.
    """

    origin: str | None
    method: str = "GET"
    requested_method: str | None = None
    requested_headers: str | None = None
    private_network: str | None = None
    path: str = "/"

    @classmethod
    def preflight(cls, origin: str, method: str = "GET", headers: str | None = None) -> "Self":
        """Make the preflight that a browser sends before a `method` with `headers`."""
        return cls(origin, "OPTIONS", method, headers)

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> "Self":
        """Take a request from a WSGI environ (PEP 3333)."""
        get = environ.get
        return cls(
            get("HTTP_ORIGIN"),
            get("REQUEST_METHOD", "GET"),
            get("HTTP_ACCESS_CONTROL_REQUEST_METHOD"),
            get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
            get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"),
            get("PATH_INFO", ""),
        )

    def as_environ(self) -> dict[str, str]:
        """Return the part of a WSGI environ that says the same."""
        values = {
            "HTTP_ORIGIN": self.origin,
            "REQUEST_METHOD": self.method,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": self.requested_method,
            "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": self.requested_headers,
            "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": self.private_network,
            "PATH_INFO": self.path,
        }
        return {name: value for name, value in values.items() if value is not None}

    @property
    def is_preflight(self) -> bool:
        """Whether it is a CORS-preflight request.

        Source: https://fetch.spec.whatwg.org/#cors-preflight-request
        """
        return (
            self.method == "OPTIONS"
            and self.origin is not None
            and self.requested_method is not None
        )


class Decision(NamedTuple):
    """What a policy answers to a request, and why.

    Attributes:
        kind: what the request is: a preflight, an actual CORS request, or neither
            (`none`: it carries no `Origin`).
        allowed: whether a browser lets the page go on. Without an origin there is
            nothing to refuse.
        code: the failure that a browser sees, such as `origin-missing`; `None` if allowed.
        reason: why, in a sentence. What it quotes of the request is escaped and cut.
        nearest: what would have been allowed and was close, or `None`.
        headers: the headers that the response gets: a preflight's whole, or those that
            are merged into the application's.
    """

    kind: Literal["preflight", "actual", "none"]
    allowed: bool
    code: str | None
    reason: str
    nearest: str | None
    headers: tuple[Header, ...]


class _Refusal(NamedTuple):
    code: str
    reason: str
    nearest: str | None = None


def evaluate(policy: "Policy", request: Request) -> Decision:
    """Decide on one request, with the reason.

    Args:
        policy: the policy that governs the request.
        request: the request.

    Returns:
        The decision, with the very headers that the middleware sends.
    """
    rules = policy.rules
    if request.origin is None:
        headers = tuple(rules.absent.actual)
        return Decision("none", True, None, "it carries no Origin", None, headers)  # noqa: FBT003 - as named above
    answers = rules.answers_to(request.origin)
    refusal = None if answers is not rules.refused else _refused_origin(policy, request.origin)
    if not request.is_preflight:
        return _decision("actual", answers.actual, refusal, "the origin is allowed")
    sent = answers.preflight_headers(request.as_environ())
    refusal = refusal or _refused_method(policy, request) or _refused_header(policy, request)
    return _decision("preflight", sent, refusal, "origin, method and headers are allowed")


def _decision(
    kind: Literal["preflight", "actual"],
    headers: list[Header],
    refusal: _Refusal | None,
    reason: str,
) -> Decision:
    if refusal is None:
        return Decision(kind, True, None, reason, None, tuple(headers))  # noqa: FBT003 - as named above
    return Decision(kind, False, *refusal, tuple(headers))  # noqa: FBT003 - as named above


def _refused_origin(policy: "Policy", origin: str) -> _Refusal:
    if not policy.origins:
        reason = "no policy can be chosen for this request, so nothing is allowed"
        return _Refusal("origin-missing", reason)
    reason = f"the origin {quoted(origin)} is not in allow_origins"
    return _Refusal("origin-missing", reason, nearest_origin(policy.origins, origin))


def _refused_method(policy: "Policy", request: Request) -> _Refusal | None:
    """Find a method that the lists sent do not allow.

    Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch, the steps on `methods`.
    """
    method = request.requested_method or ""
    if method in SAFELISTED_METHODS or method in policy.allow_methods:
        return None
    if policy.allows_any_method and len(method) <= MAX_REFLECTED_LENGTH and is_token(method):
        return None
    nearest = None
    if near := next((m for m in policy.allow_methods if m.upper() == method[:64].upper()), None):
        nearest = f"{near!r} differs only by case"
    return _Refusal(
        "method-missing", f"the method {quoted(method)} is not in allow_methods", nearest
    )


def _refused_header(policy: "Policy", request: Request) -> _Refusal | None:
    """Find the first header that the lists sent do not allow.

    Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch, the steps on `headerNames`.
    """
    value = request.requested_headers or ""
    names = header_names(value)
    if not names:
        if value.strip(" \t,"):
            return _Refusal("header-missing", "the requested headers are no list of names")
        return None
    if policy.allows_any_header:
        return None
    allowed = {name.lower() for name in policy.allow_headers}
    for name in names.split(","):
        if name.lower() not in allowed:
            near = closest(name[:64], policy.allow_headers)
            return _Refusal(
                "header-missing",
                f"the header {quoted(name)} is not in allow_headers",
                near and f"{near!r} is spelt alike",
            )
    return None


def describe(request: Request, decision: Decision) -> str:
    """Say in one line what was decided on a request, and why."""
    subject = f"{decision.kind} {quoted(request.method)} {quoted(request.path)}"
    if request.requested_method is not None:
        subject += f" for {quoted(request.requested_method)}"
    if request.origin is not None:
        subject += f" from {quoted(request.origin)}"
    verdict = "allowed" if decision.allowed else f"refused ({decision.code})"
    nearest = f"; {decision.nearest}" if decision.nearest else ""
    return f"{verdict}: {subject}: {decision.reason}{nearest}"


def quoted(text: str, longest: int = 100) -> str:
    """Quote what came from a request: escaped, on one line, in ASCII, and cut."""
    return ascii(text if len(text) <= longest else text[:longest] + "...")
