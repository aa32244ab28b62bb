"""What requests run on: a policy with its answers prepared.

All that can be known before a request is known when the policy is built: the headers
for a request without an origin and for a refused one, the lists of a preflight. An
allowed origin's headers are prepared when it is first seen, and kept, up to a bound.
What a stranger chooses is never kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cors_wsgi._fetch_standard import is_token, is_token_list
from cors_wsgi._headers import Header
from cors_wsgi._origin_set import MAX_ORIGIN_LENGTH, origin_matcher

if TYPE_CHECKING:
    from cors_wsgi._audit import AllowedOrigins
    from cors_wsgi._policy import Policy

# How many allowed origins' headers are kept prepared.
REMEMBERED_ORIGINS: Final = 1024

# The longest Access-Control-Request-Headers that is reflected, in characters: what
# Apache, nginx and gunicorn take as one header line.
MAX_REFLECTED_LENGTH: Final = 8190

# What "all methods" names, so that one cached preflight covers them all: Firefox asks
# again for a method that the cached answer covers only by "*".
USUAL_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

STATUS_LINES: Final = {200: "200 OK", 204: "204 No Content"}

# A response with content says how much there is, and of what; a 204 must not (RFC 9110, 8.6).
_CONTENT_HEADERS: Final[dict[int, list[Header]]] = {
    200: [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")],
    204: [],
}

Tailor: TypeAlias = Callable[[list[Header], Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Answers:
    """The headers for one origin: prepared, so never to be handed out or changed.

    Attributes:
        actual: for every response but a preflight's.
        preflight: for a preflight's response, but for what depends on the rest of it.
    """

    actual: list[Header]
    preflight: list[Header]


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy, prepared.

    Attributes:
        allows_origin: tells whether an origin is allowed.
        absent: the answers where there is no origin.
        refused: the answers to an origin that is not allowed.
        known: the answers to allowed origins, as far as they are remembered.
        answers: prepares the answers to an origin, and remembers them if it is allowed.
        preflight_status: the status line of every preflight's response.
        tailor: adds to a preflight's headers what depends on its request, if anything does.
    """

    allows_origin: Callable[[str], bool]
    absent: Answers
    refused: Answers
    known: dict[str, Answers]
    answers: Callable[[str], Answers]
    preflight_status: str
    tailor: Tailor | None

    def answers_to(self, origin: str) -> Answers:
        """Return the answers to any origin, from memory if they are there."""
        if len(origin) <= MAX_ORIGIN_LENGTH and origin in self.known:
            return self.known[origin]
        return self.answers(origin)

    def preflight(self, answers: Answers, environ: Mapping[str, Any]) -> list[Header]:
        """Return the headers of a preflight's response, in a new list."""
        headers = [*answers.preflight]
        if self.tailor is not None and answers is not self.refused:
            self.tailor(headers, environ)
        return headers


def compile_rules(policy: "Policy", origins: "AllowedOrigins") -> Rules:
    """Prepare a policy for requests."""
    refused = Answers(
        actual=_vary(policy, origins, preflight=False),
        preflight=_CONTENT_HEADERS[policy.preflight_status]
        + _vary(policy, origins, preflight=True),
    )

    def prepare(origin: str) -> Answers:
        return Answers(
            actual=_allow_origin(policy, origin) + _expose(policy) + refused.actual,
            preflight=_allow_origin(policy, origin) + _preflight(policy) + refused.preflight,
        )

    known: dict[str, Answers] = {}
    any_origin = prepare("*") if origins.any else None
    allows_origin = origin_matcher(origins)

    def answers(origin: str) -> Answers:
        if any_origin is not None:
            return any_origin
        if not allows_origin(origin):
            return refused
        if len(known) >= REMEMBERED_ORIGINS:
            known.clear()
        known[origin] = prepared = prepare(origin)
        return prepared

    return Rules(
        allows_origin,
        any_origin or refused,
        refused,
        known,
        answers,
        STATUS_LINES[policy.preflight_status],
        _tailor(policy),
    )


def _vary(policy: "Policy", origins: "AllowedOrigins", *, preflight: bool) -> list[Header]:
    """Name what the response depends on: refused and origin-less ones as well.

    Source: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches. A preflight's
    response may not be cached (RFC 9110, 9.3.7), but some shared caches do it.
    """
    names = {
        "Origin": not origins.any,
        "Access-Control-Request-Method": preflight and policy.allows_any_method,
        "Access-Control-Request-Headers": preflight and policy.allows_any_header,
    }
    value = ", ".join(name for name, varies in names.items() if varies)
    return [("Vary", value)] if value else []


def _allow_origin(policy: "Policy", origin: str) -> list[Header]:
    headers = [("Access-Control-Allow-Origin", origin)]
    if policy.allow_credentials:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    return headers


def _expose(policy: "Policy") -> list[Header]:
    names = ", ".join(policy.expose_headers)
    return [("Access-Control-Expose-Headers", names)] if names else []


def _preflight(policy: "Policy") -> list[Header]:
    """Send the lists whole: one cached preflight then serves every method and header."""
    headers = []
    if policy.allow_methods and not policy.allows_any_method:
        headers.append(("Access-Control-Allow-Methods", ", ".join(policy.allow_methods)))
    if policy.allow_headers and not policy.allows_any_header:
        headers.append(("Access-Control-Allow-Headers", ", ".join(policy.allow_headers)))
    headers.append(("Access-Control-Max-Age", str(policy.max_age)))
    return headers


def _tailor(policy: "Policy") -> Tailor | None:
    parts: list[Tailor] = []
    if policy.allows_any_method:
        parts.append(_any_method(policy))
    if policy.allows_any_header:
        parts.append(_any_header(policy))
    if policy.allow_private_network:
        parts.append(_private_network)
    if len(parts) < 2:
        return parts[0] if parts else None

    def tailor(headers: list[Header], environ: Mapping[str, Any]) -> None:
        for part in parts:
            part(headers, environ)

    return tailor


def _any_method(policy: "Policy") -> Tailor:
    """Name the usual methods, and the requested one if it is another.

    `*` would cover it, but not with credentials, and Firefox does not cache it.
    """
    usual = ", ".join(USUAL_METHODS)
    if not policy.allow_credentials:
        usual += ", *"
    prepared = ("Access-Control-Allow-Methods", usual)

    def allow(headers: list[Header], environ: Mapping[str, Any]) -> None:
        method = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
        if method in USUAL_METHODS or len(method) > MAX_REFLECTED_LENGTH or not is_token(method):
            headers.append(prepared)
        else:
            headers.append(("Access-Control-Allow-Methods", f"{usual}, {method}"))

    return allow


def _any_header(policy: "Policy") -> Tailor:
    """Name the requested headers, once they have proved to be names.

    `*` would cover them all but `Authorization`; but not with credentials, and Firefox
    does not cache it. It stands there all the same where it can: it lets the other
    engines reuse the answer for headers that this preflight did not ask about.
    """
    names = "" if policy.allow_credentials else "*, Authorization"
    separator = names and ", "
    prepared = ("Access-Control-Allow-Headers", names)

    def allow(headers: list[Header], environ: Mapping[str, Any]) -> None:
        requested = header_names(environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", ""))
        if requested:
            headers.append(("Access-Control-Allow-Headers", f"{names}{separator}{requested}"))
        elif names:
            headers.append(prepared)

    return allow


def header_names(value: str) -> str:
    """Return the names in an Access-Control-Request-Headers value, fit for a header.

    Args:
        value: the value as it came, of any length and content.

    Returns:
        The names joined by commas, or nothing if there are none, or one of them is no
        token, or the value is over `MAX_REFLECTED_LENGTH`.
    """
    if len(value) > MAX_REFLECTED_LENGTH:
        return ""
    if is_token_list(value):
        return value
    # An intermediary may have split the line, added spaces or left an element empty.
    names = [name for part in value.split(",") if (name := part.strip(" \t"))]
    return ",".join(names) if all(map(is_token, names)) else ""


def _private_network(headers: list[Header], environ: Mapping[str, Any]) -> None:
    # https://wicg.github.io/private-network-access/#cors-preflight, since abandoned.
    if environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true":
        headers.append(("Access-Control-Allow-Private-Network", "true"))
