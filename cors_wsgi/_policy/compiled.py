"""What requests run on: a policy with its answers prepared.

All that can be known before a request is known when the policy is built: the headers
for a request without an origin and for a refused one, the lists of a preflight. An
allowed origin's headers are prepared when it is first seen, and kept, up to a bound. Of
what a stranger chooses, only the latest reflected list is kept, up to a bound as well.
"""

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._headers import (
    ALLOW_HEADERS,
    ALLOW_METHODS,
    Header,
    Replace,
    Starter,
    by_name,
    cors_header_replacer,
    make_starter,
    starter_in_place,
)
from cors_wsgi._notices import Notices
from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH, AllowedOrigins

if TYPE_CHECKING:
    from cors_wsgi._policy.policy import Policy
    from cors_wsgi._policy.reflection import Tailor

# The origin of nobody: a header is latin-1 (PEP 3333, "Unicode Issues"), so none is this.
_NOBODY: Final = "\N{EMPTY SET}"

# The lengths of what is read at all.
_READABLE: Final = frozenset(range(MAX_ORIGIN_LENGTH + 1))

# How many allowed origins' headers are kept prepared.
REMEMBERED_ORIGINS: Final = 1024

STATUS_LINES: Final = {200: "200 OK", 204: "204 No Content"}

# A response with content says how much there is, and of what; a 204 must not (RFC 9110, 8.6).
_CONTENT_HEADERS: Final[dict[int, list[Header]]] = {
    200: [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")],
    204: [],
}


class Answers:
    """The headers for one origin: prepared, so never to be handed out or changed.

    Attributes:
        rules: what they are part of.
        policy: whose they are, which is asked for on every request.
        origin: the origin; if it is not allowed, what equals none.
        actual: for every response but a preflight's.
        named: the same, by their names in lower case, once `name` has been called.
        preflight: for a preflight's response, but for what depends on the rest of it.
        tailor: adds that to a copy of them; `None` if nothing does.
        start: makes the `start_response` that starts a response with `actual`.
        start_in_place: the same, where the application's own list may be added to; it is not
            until `prepare_in_place` has been called.
    """

    __slots__ = (
        "actual",
        "named",
        "origin",
        "policy",
        "preflight",
        "rules",
        "start",
        "start_in_place",
        "tailor",
    )

    def __init__(
        self, rules: "Rules", origin: str, actual: list[Header], preflight: list[Header]
    ) -> None:
        self.rules = rules
        self.policy = rules.policy
        self.origin = origin
        self.actual = actual
        self.named: dict[str, Header] | None = None
        self.preflight = preflight
        self.tailor = rules.tailor
        self.start = self.start_in_place = rules.starter(actual)

    def name(self) -> dict[str, Header]:
        """Return `actual` by names. Only Django asks for it: so it is made when it does."""
        self.named = named = by_name(self.actual)
        return named

    def prepare_in_place(self) -> None:
        """Make `start_in_place`. Only frameworks ask for it: so it is made when one does."""
        self.start_in_place = starter_in_place(self.rules.replace, self.actual)

    def preflight_headers(self, environ: Mapping[str, Any]) -> list[Header]:
        """Return the headers of a preflight's response, in a new list."""
        headers = self.preflight.copy()
        if self.tailor is not None:
            self.tailor(headers, environ)
        return headers


class Rules:
    """A policy, prepared.

    Attributes:
        policy: the policy.
        lengths: contains the length of every allowed origin. It is asked first: even to
            look up an origin takes as long as the origin is.
        allowed: contains every allowed origin, and may be asked about any whose length is
            in `lengths`.
        to_allowed: returns the answers to an allowed origin, prepared or from memory.
        refused: the answers to an origin that is not allowed.
        absent: the answers where there is no origin.
        start_unshared: makes the `start_response` of a response that no page may read: to
            a request without an origin, or from one that is not allowed.
        latest: the answers to the allowed origin that asked last. Most policies serve one
            page, and to compare two strings takes half as long as to look one up.
        any_origin: the answers to every origin, if every one is allowed.
        preflight_status: the status line of every preflight's response.
        replace: puts the policy's headers in the place of headers like them.
        starter: prepares the `start_response` of responses that start with some headers.
        tailor: adds what depends on the request to the headers of an allowed preflight's
            response; `None` if nothing does.
        notices: what is said once for this policy.
    """

    __slots__ = (
        "absent",
        "allowed",
        "any_origin",
        "latest",
        "lengths",
        "notices",
        "policy",
        "preflight_status",
        "refused",
        "replace",
        "start_unshared",
        "starter",
        "tailor",
        "to_allowed",
    )

    lengths: Container[int]
    allowed: Container[str]
    to_allowed: Callable[[str], Answers]
    refused: Answers
    absent: Answers
    latest: Answers
    start_unshared: Starter

    def __init__(self, policy: "Policy", replace: Replace, notices: Notices) -> None:
        self.policy = policy
        self.any_origin: Answers | None = None
        self.preflight_status = STATUS_LINES[policy.preflight_status]
        self.replace = replace
        self.starter = make_starter(replace)
        self.tailor: Tailor | None = None
        self.notices = notices

    def answers_to(self, origin: str) -> Answers:
        """Return the answers to an origin of any length and content."""
        if self.any_origin is not None:
            return self.any_origin
        if len(origin) in self.lengths and origin in self.allowed:
            return self.to_allowed(origin)
        return self.refused


class _Matching:
    """The origins that a policy names, those that have proved to match, and all that match."""

    __slots__ = ("_exact", "_known", "_matches")

    def __init__(
        self, exact: Container[str], known: Container[str], matches: Callable[[str], bool]
    ) -> None:
        self._exact = exact
        self._known = known
        self._matches = matches

    def __contains__(self, origin: Any) -> bool:
        return origin in self._exact or origin in self._known or self._matches(origin)


def compile_rules(policy: "Policy", origins: AllowedOrigins) -> Rules:
    """Prepare a policy for requests."""
    notices = Notices()
    replace = cors_header_replacer("" if origins.any else "Origin", notices.replaced)
    rules = Rules(policy, replace, notices)
    vary = _vary(policy, origins, preflight=False)
    content = _CONTENT_HEADERS[policy.preflight_status]
    refusal = content + _vary(policy, origins, preflight=True)
    refused = Answers(rules, _NOBODY, vary, refusal)
    rules.refused = rules.absent = rules.latest = refused
    rules.start_unshared = refused.start
    credentials = _credentials(policy)
    slots: list[Header] = []
    if policy.allows_any_method or policy.allows_any_header or policy.allow_private_network:
        from cors_wsgi._policy.reflection import make_tailor  # noqa: PLC0415 - few policies need it

        slots, rules.tailor = make_tailor(policy)
    actual = credentials + _expose(policy) + vary
    preflight = credentials + _preflight(policy) + refusal + slots

    def prepare(origin: str) -> Answers:
        allow = [("Access-Control-Allow-Origin", origin)]
        return Answers(rules, origin, allow + actual, allow + preflight)

    if origins.any:
        every = prepare("*")
        rules.any_origin = rules.absent = rules.latest = every
        rules.start_unshared = every.start
        rules.lengths = _READABLE
        rules.allowed = _Matching((), (), lambda _: True)
        rules.to_allowed = lambda _: every
        return rules
    known: dict[str, Answers] = {}
    rules.lengths = frozenset(map(len, origins.exact))
    rules.allowed = origins.exact
    if origins.patterns or origins.regexes:
        from cors_wsgi._origins.matcher import make_matcher  # noqa: PLC0415 - not all policies

        rules.lengths = _READABLE
        rules.allowed = _Matching(
            origins.exact,
            known,
            make_matcher(
                origins,
                allow_credentials=policy.allow_credentials,
                allow_null=policy.dangerously_allow_null_origin,
                allow_insecure=policy.dangerously_allow_insecure_origins,
            ),
        )

    def to_allowed(origin: str) -> Answers:
        answers = known.get(origin)
        if answers is None:
            if len(known) >= REMEMBERED_ORIGINS:
                known.clear()
            known[origin] = answers = prepare(origin)
        rules.latest = answers
        return answers

    rules.to_allowed = to_allowed
    return rules


def _vary(policy: "Policy", origins: AllowedOrigins, *, preflight: bool) -> list[Header]:
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


def _credentials(policy: "Policy") -> list[Header]:
    return [("Access-Control-Allow-Credentials", "true")] if policy.allow_credentials else []


def _expose(policy: "Policy") -> list[Header]:
    names = ", ".join(policy.expose_headers)
    return [("Access-Control-Expose-Headers", names)] if names else []


def _preflight(policy: "Policy") -> list[Header]:
    """Send the lists whole: one cached preflight then serves every method and header."""
    headers = []
    if policy.allow_methods and not policy.allows_any_method:
        headers.append((ALLOW_METHODS, ", ".join(policy.allow_methods)))
    if policy.allow_headers and not policy.allows_any_header:
        headers.append((ALLOW_HEADERS, ", ".join(policy.allow_headers)))
    headers.append(("Access-Control-Max-Age", str(policy.max_age)))
    return headers
