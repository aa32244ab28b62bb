"""Which attempts get in, and who gains what by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cors_wsgi.browser import HTTPResponse
from cors_wsgi.doctor.judge import (
    SEVERITIES,
    Severity,
    preflight_failure,
    reads,
    script_request,
    severity_of,
)
from cors_wsgi.doctor.responses import values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cors_wsgi.browser import Answer
    from cors_wsgi.doctor.attempts import Needs
    from cors_wsgi.doctor.audit.trying import Tried

_WHO: Final[dict[Needs, str]] = {
    "a site": "Any website",
    "a name": "Anybody who registers such a name",
    "the network": "Anybody who can change plain http on the way (in a café, say)",
    "a sibling": "Anybody who runs or takes over another host or port there",
    "the machine": "Any program that serves a page on the visitor's own machine",
    "nothing": "Nobody, since no browser sends it",
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


def holes(url: str, tried: Iterable[Tried], *, private: bool = False) -> tuple[Hole, ...]:
    """Return what gets in, the worst first, each trick once.

    Args:
        url: The URL that was asked.
        tried: The attempts and their answers.
        private: Whether the server is at a loopback or private address, where even answers for
            everybody are not for every website.
    """
    found: dict[str, Hole] = {}
    for one in tried:
        hole = _hole(url, one, private=private)
        if hole is not None:
            known = found.get(hole.id)
            if known is None or _rank(hole) < _rank(known):
                found[hole.id] = hole
    # Where everybody gets in, the narrower tricks say nothing more.
    everybody = [hole for name, hole in found.items() if name in {"any-origin", "star"}]
    kept = [
        hole
        for hole in found.values()
        if hole in everybody or not any(_covers(wide, hole) for wide in everybody)
    ]
    return tuple(sorted(kept, key=_rank))


def _covers(wide: Hole, narrow: Hole) -> bool:
    return wide.credentials or not narrow.credentials


def _rank(hole: Hole) -> int:
    return SEVERITIES.index(hole.severity)


def _hole(url: str, one: Tried, *, private: bool) -> Hole | None:
    origin, needs = one.attempt.origin, one.attempt.needs
    answers = (one.with_cookie, one.without_cookie)
    asked = {include: script_request(origin, url, include=include) for include in (True, False)}
    credentials = any(reads(asked[True], answer) for answer in answers)
    if not credentials and not any(reads(asked[False], answer) for answer in answers):
        return None
    starred = all(_is_starred(answer) for answer in answers)
    if starred and not private:
        return None  # `*`, on purpose: for everybody, and never with a login
    json_type = {"Content-Type": "application/json"}
    put = script_request(origin, url, method="PUT", headers=json_type, include=True)
    return Hole(
        id="star" if starred else one.attempt.id,
        severity=severity_of(needs, credentials=credentials, private=private),
        origin=origin,
        mistake="The server answers every origin with *." if starred else one.attempt.mistake,
        gain=_gain(needs, credentials=credentials, private=private),
        credentials=credentials,
        writes=preflight_failure(put, one.preflight) is None,
    )


def _gain(needs: Needs, *, credentials: bool, private: bool) -> str:
    who = _WHO[needs]
    if needs == "nothing":
        return f"{who}; but an allow-list that accepts it does not compare the whole origin."
    if credentials:
        return f"{who} can read what a logged-in visitor may read, with the visitor's cookies."
    if private:
        return f"{who} can read what this server tells its own network, through a visitor in it."
    return f"{who} can read what everybody may read without a login."


def _is_starred(answer: Answer) -> bool:
    if not isinstance(answer, HTTPResponse):
        return True
    return values(answer, "access-control-allow-origin") in ((), ("*",))
