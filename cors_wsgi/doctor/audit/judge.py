"""What an attempt gains: judged by whether a browser would really hand data over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from cors_wsgi.browser import FilteredResponse, HTTPResponse, fetch, fetch_request, run
from cors_wsgi.doctor.check.diagnosis.failure import values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cors_wsgi.browser import Answer, Request
    from cors_wsgi.doctor.audit.attempts import Needs, Tried

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "note")

_WHO: Final[dict[Needs, str]] = {
    "a site": "Any website",
    "a name": "Whoever registers such a name",
    "the network": "Whoever can change plain http on the way (in a café, say)",
    "a sibling": "Whoever runs or takes over another host or port there",
    "the machine": "Any program that serves a page on the visitor's own machine",
    "nothing": "Nobody, since no browser sends it",
}
_WITH_LOGIN: Final[dict[Needs, Severity]] = {
    "a site": "critical",
    "a name": "critical",
    "the network": "high",
    "a sibling": "medium",
    "the machine": "medium",
    "nothing": "note",
}


@dataclass(frozen=True, slots=True)
class Hole:
    """An origin that gets in and should not.

    Attributes:
        id: The trick's name.
        severity: What it is worth to an attacker.
        origin: The origin that got in.
        mistake: The mistake behind it.
        gain: Who gains what.
        credentials: Whether answers are handed over that were made for a logged-in visitor.
        writes: Whether PUT with a JSON body passes the preflight as well, with credentials.
    """

    id: str
    severity: Severity
    origin: str
    mistake: str
    gain: str
    credentials: bool
    writes: bool


def judge(url: str, tried: Iterable[Tried], *, private: bool = False) -> tuple[Hole, ...]:
    """What gets in, the worst first, each trick once.

    Args:
        url: The URL that was asked.
        tried: The attempts and their answers.
        private: Whether the server is at a loopback or private address, where even answers for
            everybody are not for every website.
    """
    holes: dict[str, Hole] = {}
    for one in tried:
        hole = _hole(url, one, private=private)
        if hole is not None:
            known = holes.get(hole.id)
            if known is None or _rank(hole) < _rank(known):
                holes[hole.id] = hole
    # Where everybody gets in, the narrower tricks say nothing more.
    everybody = [hole for name, hole in holes.items() if name in {"any-origin", "star"}]
    found = [
        hole
        for hole in holes.values()
        if hole in everybody or not any(_covers(wide, hole) for wide in everybody)
    ]
    return tuple(sorted(found, key=_rank))


def _covers(wide: Hole, narrow: Hole) -> bool:
    return wide.credentials or not narrow.credentials


def _rank(hole: Hole) -> int:
    return SEVERITIES.index(hole.severity)


def _hole(url: str, one: Tried, *, private: bool) -> Hole | None:
    answers = (one.with_cookie, one.without_cookie)
    credentials = any(_shares(url, one.attempt.origin, a, include=True) for a in answers)
    public = any(_shares(url, one.attempt.origin, a, include=False) for a in answers)
    if not credentials and not public:
        return None
    starred = all(_stars(answer) for answer in answers)
    if starred and not private:
        return None  # `*`, on purpose: for everybody, and never with a login
    severity = _severity(one.attempt.needs, credentials=credentials, private=private)
    return Hole(
        id="star" if starred else one.attempt.id,
        severity=severity,
        origin=one.attempt.origin,
        mistake="it answers every origin, with *" if starred else one.attempt.mistake,
        gain=_gain(one.attempt.needs, credentials=credentials, private=private),
        credentials=credentials,
        writes=_shares_preflight(url, one.attempt.origin, one.preflight),
    )


def _severity(needs: Needs, *, credentials: bool, private: bool) -> Severity:
    if needs == "nothing":
        return "note"
    if credentials:
        return _WITH_LOGIN[needs]
    return "medium" if private and needs in {"a site", "a name"} else "low"


def _gain(needs: Needs, *, credentials: bool, private: bool) -> str:
    who = _WHO[needs]
    if needs == "nothing":
        return f"{who}; but an allow-list that swallows it is not compared in full."
    if credentials:
        return f"{who} reads what a logged-in visitor may read, with the visitor's own cookies."
    if private:
        return f"{who} reads what this server tells its own network, through a visitor in it."
    return f"{who} reads what everybody may read without a login."


def _stars(answer: Answer) -> bool:
    if not isinstance(answer, HTTPResponse):
        return True
    return values(answer, "access-control-allow-origin") in ([], ["*"])


def _request(url: str, origin: str, *, include: bool, method: str = "GET") -> Request:
    page = "https://page.invalid"  # stands in for origins that the model would not take as such
    request = fetch_request(
        page,
        url,
        method=method,
        headers={"Content-Type": "application/json"} if method == "PUT" else {},
        credentials="include" if include else "omit",
        redirect="manual",
    )
    return replace(request, origin=origin)


def _shares(url: str, origin: str, answer: Answer, *, include: bool) -> bool:
    outcome = run(fetch(_request(url, origin, include=include)), lambda _: answer)
    return isinstance(outcome, FilteredResponse) and outcome.shared


def _shares_preflight(url: str, origin: str, answer: Answer) -> bool:
    steps = fetch(_request(url, origin, include=True, method="PUT"))
    next(steps)
    try:
        steps.send(answer)
    except StopIteration:
        return False
    return True
