"""The whole decision on one request, with its reason.

Requests are served without it. It is for those who ask why: the log of refusals, a developer, a
test. It decides by the same compiled policy, so it cannot say anything else than what was sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Self

from cors_wsgi._fetch_standard import SAFELISTED_METHODS
from cors_wsgi._headers import Header
from cors_wsgi._origins.nearest import closest, nearest_origin
from cors_wsgi._policy.compiled import CompiledPolicy
from cors_wsgi._policy.fields import Fields
from cors_wsgi._policy.reflection import header_names, is_reflected_method


class Request(NamedTuple):
    """What a decision depends on; nothing else in a request does.

    Attributes:
        origin: The `Origin` header; None if there is none.
        method: The method; `OPTIONS` for a preflight.
        requested_method: `Access-Control-Request-Method`; only a preflight has it.
        requested_headers: `Access-Control-Request-Headers`; None if there is none.
        path: The path, for logs.
    """

    origin: str | None
    method: str = "GET"
    requested_method: str | None = None
    requested_headers: str | None = None
    path: str = "/"

    @classmethod
    def preflight(cls, origin: str, method: str = "GET", headers: str | None = None) -> Self:
        """Make the preflight that a browser sends before a `method` with `headers`."""
        return cls(origin, "OPTIONS", method, headers)

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Self:
        """Take a request from a WSGI environ (PEP 3333)."""
        get = environ.get
        return cls(
            get("HTTP_ORIGIN"),
            get("REQUEST_METHOD", "GET"),
            get("HTTP_ACCESS_CONTROL_REQUEST_METHOD"),
            get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
            get("PATH_INFO", ""),
        )

    def as_environ(self) -> dict[str, str]:
        """Return the part of a WSGI environ that says the same."""
        values = {
            "HTTP_ORIGIN": self.origin,
            "REQUEST_METHOD": self.method,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": self.requested_method,
            "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": self.requested_headers,
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
        kind: What the request is: a preflight, an actual CORS request, or `none` if it carries
            no `Origin`.
        allowed: Whether a browser lets the page go on. Without an origin there is nothing to
            refuse.
        code: The failure that a browser sees, such as `origin-missing`; None if allowed.
        reason: Why, in a sentence. What it quotes of the request is escaped and cut.
        nearest: What would have been allowed and was close; None if nothing was.
        headers: All headers of a preflight's response, or those that are merged into the
            application's.
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


def evaluate(compiled: CompiledPolicy, request: Request) -> Decision:
    """Decide on one request, with the reason.

    Args:
        compiled: The policy that governs the request.
        request: The request.

    Returns:
        The decision, with the headers that the adapters send.
    """
    origin = request.origin
    if origin is None:
        return _decision("none", compiled.unshared, None, "it carries no Origin")
    shared = compiled.shared_with(origin)
    refusal = _refused_origin(compiled, origin) if shared is None else None
    if not request.is_preflight:
        headers = compiled.unshared if shared is None else shared
        return _decision("actual", headers, refusal, "the origin is allowed")
    headers = compiled.preflight_headers(
        origin, request.requested_method or "", request.requested_headers
    )
    refusal = (
        refusal
        or _refused_method(compiled.fields, request)
        or _refused_header(compiled.fields, request)
    )
    return _decision("preflight", headers, refusal, "origin, method and headers are allowed")


def _decision(
    kind: Literal["preflight", "actual", "none"],
    headers: Sequence[Header],
    refusal: _Refusal | None,
    reason: str,
) -> Decision:
    code, reason, nearest = refusal or (None, reason, None)
    return Decision(kind, refusal is None, code, reason, nearest, tuple(headers))


def _refused_origin(compiled: CompiledPolicy, origin: str) -> _Refusal:
    if compiled.denied_because is not None:
        return _Refusal("origin-missing", f"nobody is allowed here: {compiled.denied_because}")
    reason = f"the origin {quoted(origin)} is not in allow_origins"
    nearest = nearest_origin(compiled.fields.origins, origin)
    return _Refusal("origin-missing", reason, nearest)


def _refused_method(fields: Fields, request: Request) -> _Refusal | None:
    """Find a method that the lists sent do not allow.

    Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch, the steps on `methods`.
    """
    method = request.requested_method or ""
    if method in SAFELISTED_METHODS or method in fields.allow_methods:
        return None
    if fields.allows_any_method and is_reflected_method(method):
        return None
    nearest = None
    if near := next((m for m in fields.allow_methods if m.upper() == method[:64].upper()), None):
        nearest = f"{near!r} differs only by case"
    return _Refusal(
        "method-missing", f"the method {quoted(method)} is not in allow_methods", nearest
    )


def _refused_header(fields: Fields, request: Request) -> _Refusal | None:
    """Find the first header that the lists sent do not allow.

    Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch, the steps on `headerNames`.
    """
    value = request.requested_headers or ""
    names = header_names(value)
    if not names:
        if value.strip(" \t,"):
            return _Refusal(
                "header-missing", "the requested headers are not a list of header names"
            )
        return None
    if fields.allows_any_header:
        return None
    # A safelisted name has to be listed as well: a browser asks for it only if its value is unsafe.
    allowed = {name.lower() for name in fields.allow_headers}
    for name in names.split(","):
        if name.lower() not in allowed:
            near = closest(name[:64], fields.allow_headers)
            return _Refusal(
                "header-missing",
                f"the header {quoted(name)} is not in allow_headers",
                near and f"did you mean {near!r}?",
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
