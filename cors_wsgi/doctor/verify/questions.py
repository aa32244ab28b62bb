"""What is asked at a path: origins, methods and headers that the policy allows, and near misses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cors_wsgi._origins.origin import OPAQUE_ORIGINS
from cors_wsgi.browser import HTTPRequest, ScriptError
from cors_wsgi.doctor.attempts import ATTACKER, Attempt, attempts, examples
from cors_wsgi.doctor.judge import first_on_the_wire, script_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cors_wsgi import Policy
    from cors_wsgi.browser import Request

_MOST_REQUESTS: Final = 200
"""No path is asked more often."""

STRANGE_METHOD: Final = "CORSWSGI"
STRANGE_HEADER: Final = "x-cors-wsgi-verify"
UNSAFE_VALUE: Final = '"'
"""A value for which every request header needs permission: the quotation mark is a
CORS-unsafe request-header byte (https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte)."""

# For the request without an Origin, for asking whether the server is alive, and for the same path
# with a query.
_RESERVE: Final = 10
_COOKIE: Final = ("Cookie", "session=cors-wsgi-verify")
_MOST_EXACT, _MOST_PATTERNS, _MOST_METHODS, _MOST_HEADERS = 36, 3, 12, 24
# So many allowed origins are asked about in every way, the others only whether they may read.
_MOST_WHOLE: Final = 8
_USUAL_METHODS: Final = ("PUT", "PATCH", "DELETE", STRANGE_METHOD)
# Tricks that a preflight is not tried with, since what compares origins so loosely does so for all.
_ONLY_READ: Final = frozenset({"character", "not-an-origin"})
# Tricks that show a mistake in one entry of several; the others show how all are compared.
_OF_ONE_ENTRY: Final = frozenset(
    {"suffix", "prefix", "dot", "http", "scheme", "port", "subdomain", "pattern"}
)


@dataclass(frozen=True)
class Question:
    """A request that is asked as a page would.

    Attributes:
        request: The request as script makes it.
        attempt: The trick, if no policy here allows the origin.
    """

    request: Request
    attempt: Attempt | None = None

    @property
    def is_odd(self) -> bool:
        """Whether no browser sends this origin."""
        return self.attempt is not None and self.attempt.needs == "nothing"

    @cached_property
    def wire(self) -> HTTPRequest:
        """What goes over the wire: the preflight, if there is one, and never the request then."""
        wire = first_on_the_wire(self.request)
        if wire.method == "OPTIONS" or self.request.credentials != "include":
            return wire
        return HTTPRequest(wire.method, wire.url, (*wire.headers, _COOKIE))


def stranger() -> Attempt:
    """Return the attempt that any website can make."""
    return Attempt("any-origin", f"https://{ATTACKER}", "The server accepts any origin.", "a site")


def allowed_origins(policy: Policy, own: str) -> tuple[str, ...]:
    """Return a few origins that a policy allows: exact ones, and examples of each pattern.

    Args:
        policy: The policy.
        own: The server's own origin, whose pages need no CORS.
    """
    if policy.origins.any:
        anybody = (f"https://{ATTACKER}", "http://localhost:3000", "null")
        return tuple(one for one in anybody if one != own)
    exact = sorted(policy.origins.exact - {own})
    if len(exact) > _MOST_EXACT:
        last = len(exact) - 1
        exact = [exact[last * i // (_MOST_EXACT - 1)] for i in range(_MOST_EXACT)]
    patterns: list[str] = []
    for entry in _patterns(policy):
        fitting = [one for one in examples(entry) if policy.allows_origin(one) and one != own]
        patterns += fitting[:_MOST_PATTERNS]
    # The patterns' come second, so that they are among those asked about in every way.
    return tuple(dict.fromkeys([*exact[:2], *patterns[: 2 * _MOST_PATTERNS], *exact[2:]]))


def untried(policy: Policy) -> tuple[str, ...]:
    """Return the regular expressions for which no origin could be made up."""
    return tuple(
        entry.pattern
        for entry in policy.origins.regexes
        if not policy.allows_origin(_example_of(entry))
    )


def thorough(url: str, policy: Policy, own: str, neighbours: Sequence[str]) -> tuple[Question, ...]:
    """Return everything to ask at a path that a policy governs.

    Args:
        url: The path's URL.
        policy: The policy.
        own: The server's own origin.
        neighbours: Origins that other paths allow.
    """
    good = allowed_origins(policy, own)
    asked = [*_of_allowed(url, policy, good), *_of_refused(url, policy, own, neighbours)]
    unique: dict[HTTPRequest, Question] = {}
    for one in asked:
        unique.setdefault(one.wire, one)
    return tuple(unique.values())[: _MOST_REQUESTS - _RESERVE]


def brief(url: str, origins: Iterable[str], policy: Policy | None) -> tuple[Question, ...]:
    """Return what to ask where it only matters whose origins get in.

    Args:
        url: The path's URL.
        origins: Origins that some path allows.
        policy: The policy of this path; None if there is none.
    """
    asked = [one for origin in origins for one in (_read(url, origin), _preflight(url, origin))]
    if policy is None or not policy.origins.any:
        asked += _attempted(url, stranger())
    return tuple(asked)


def _of_allowed(url: str, policy: Policy, good: Sequence[str]) -> Iterator[Question]:
    for number, origin in enumerate(good):
        yield _read(url, origin)
        if number < _MOST_WHOLE:
            yield _read(url, origin, include=False)
            yield _preflight(url, origin)
    for first in good[:1]:
        yield _read(url, first, method="HEAD")
        listed = [method for method in policy.allow_methods if method != "*"]
        for method in dict.fromkeys([*listed[:_MOST_METHODS], *_USUAL_METHODS]):
            yield from _possible(url, first, method)
        names = [name for name in policy.allow_headers if name != "*"][:_MOST_HEADERS]
        for name in dict.fromkeys([*names, "authorization", STRANGE_HEADER]):
            yield from _possible(url, first, "GET", [name])
        yield from _possible(url, first, (listed or ["GET"])[0], names)
        yield from _possible(url, first, "GET", [*names, STRANGE_HEADER])


def _of_refused(
    url: str, policy: Policy, own: str, neighbours: Sequence[str]
) -> Iterator[Question]:
    if policy.origins.any:
        return
    yield from _attempted(url, stranger())
    yield Question(script_request(f"https://{ATTACKER}", url), stranger())
    for origin in neighbours:
        if not policy.allows_origin(origin):
            text = "The server allows here what the policy allows on another path."
            yield from _attempted(url, Attempt("neighbour", origin, text, "a sibling"))
    exact, patterns = sorted(policy.origins.exact - OPAQUE_ORIGINS - {own}), _patterns(policy)
    entries = [*exact[:1], *patterns[:1], *patterns[1:], *exact[1:]] or [own]
    whole = {*exact[:1], *patterns[:1], *entries[:1]}
    for entry in entries[: _MOST_REQUESTS // 4]:
        for attempt in attempts(entry, lambda one: one == own or policy.allows_origin(one)):
            if entry in whole:
                yield from _attempted(url, attempt)
            elif attempt.id in _OF_ONE_ENTRY or ("*" in entry and attempt.id == "not-an-origin"):
                yield _read(url, attempt.origin, attempt)


def _attempted(url: str, attempt: Attempt) -> Iterator[Question]:
    yield _read(url, attempt.origin, attempt)
    if attempt.id not in _ONLY_READ:
        yield _preflight(url, attempt.origin, attempt)


def _read(
    url: str,
    origin: str,
    attempt: Attempt | None = None,
    *,
    method: str = "GET",
    include: bool = True,
) -> Question:
    return Question(script_request(origin, url, method=method, include=include), attempt)


def _preflight(url: str, origin: str, attempt: Attempt | None = None) -> Question:
    """Ask about the origin alone: POST needs no entry in any list."""
    asked = script_request(origin, url, method="POST", include=True, forces_preflight=True)
    return Question(asked, attempt)


def _possible(url: str, origin: str, method: str, names: Sequence[str] = ()) -> Iterator[Question]:
    """Ask about a method and headers by a preflight, unless no page can ask for them."""
    headers = dict.fromkeys(names, UNSAFE_VALUE)
    try:
        asked = script_request(
            origin, url, method=method, headers=headers, include=True, forces_preflight=True
        )
    except ScriptError:
        return
    yield Question(asked)


def _patterns(policy: Policy) -> list[str]:
    """Return the patterns of a policy, regular expressions as an example of each."""
    texts = [one for one in policy.allow_origins if isinstance(one, str) and "*" in one]
    made = map(_example_of, policy.origins.regexes)
    return [*texts, *(one for one in made if policy.allows_origin(one))]


# From a part of a regular expression to a text that it matches, as far as allow-lists go.
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[dw]|(?<!\\)\.(?=[*+?{])")
_GROUP: Final = (re.compile(r"\((?:\?:|\?P<\w+>)?([^()|]*)(?:\|[^()]*)?\)"), r"\1")
_REPEATED: Final = re.compile(r"(\w)\{(\d{1,2})(?:,\d*)?\}")
_SIMPLER: Final = (
    (re.compile(r"\\[AZz]|[\^$]"), ""),
    (re.compile(r"(?<=[\w)])(?:[*+?]\??|\{[^}]*\})"), ""),
    *[_GROUP] * 3,  # as deep as they are nested
    (re.compile(r"\\(.)"), r"\1"),
)


def _example_of(pattern: re.Pattern[str]) -> str:
    """Make an origin that a regular expression may match; the policy says whether it does."""
    text = _CLASS.sub(_member, pattern.pattern)
    text = _REPEATED.sub(lambda found: found[1] * int(found[2]), text)
    for part, simple in _SIMPLER:
        text = part.sub(simple, text)
    return text


def _member(found: re.Match[str]) -> str:
    return next((char for char in "a1-" if re.fullmatch(found[0], char)), "")
