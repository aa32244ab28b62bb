"""From what was seen to what is said: pure, so that every rule of it is a row in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from cors_wsgi.browser import NoAnswer
from cors_wsgi.doctor.check.diagnosis.causes import cause, untried_cause
from cors_wsgi.doctor.check.diagnosis.failure import (
    MIXED_CONTENT,
    PORT_BLOCKED,
    answers_for_application,
    blocker,
    failure_id,
    front_that_answers,
    is_stand_in,
)
from cors_wsgi.doctor.check.diagnosis.findings import Finding, findings
from cors_wsgi.doctor.check.diagnosis.layers import Layer, layers, stacks_of
from cors_wsgi.doctor.check.probe import BROWSERS

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Seen

_NEVER_ASKED: Final = frozenset({MIXED_CONTENT, PORT_BLOCKED})
Verdict: TypeAlias = Literal["allowed", "blocked", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is said of a fetch.

    Attributes:
        verdict: "allowed", "blocked", or "unknown" where it could not be told.
        failure: The id of what blocks it; None if it is allowed, or if that was not tried.
        cause: Why, in a sentence or two; empty if it is allowed.
        allowed: Whether each browser lets script read the answer, by the engine's name.
        messages: What each browser's console prints about CORS.
        findings: What else there is to know.
        layers: What answered, outermost first, as far as it shows.
        stacks: The stacks to fix, as far as they were recognised, the likeliest first.
    """

    verdict: Verdict
    failure: str | None
    cause: str
    allowed: dict[str, bool]
    messages: dict[str, tuple[str, ...]]
    findings: tuple[Finding, ...]
    layers: tuple[Layer, ...]
    stacks: tuple[str, ...]


def diagnose(seen: Seen) -> Diagnosis:
    """Diagnose what was seen of a fetch."""
    failure = failure_id(seen)
    found = layers(seen.responses)
    # Whether a browser comes to CORS at all, and whether this is the request that it sends.
    untried = failure is None and is_stand_in(seen)
    asks = failure not in _NEVER_ASKED and not untried
    return Diagnosis(
        verdict=_verdict(seen, failure),
        failure=failure,
        cause=cause(seen, failure) if failure else untried_cause(seen) if untried else "",
        allowed={name: asks and seen.outcomes[name].shared for name in BROWSERS},
        messages={name: seen.outcomes[name].message(name) if asks else () for name in BROWSERS},
        findings=findings(seen),
        layers=found,
        stacks=_stacks(seen, found, failure),
    )


def _verdict(seen: Seen, failure: str | None) -> Verdict:
    if failure is None:
        return "unknown" if is_stand_in(seen) else "allowed"
    if failure in _NEVER_ASKED:
        return "blocked"
    last = seen.outcome.exchanges[-1] if seen.outcome.exchanges else None
    if last is None or not isinstance(last.response, NoAnswer):
        return "blocked"
    # Only where the server answers other requests is it this one that is blocked.
    return "blocked" if seen.probed("get") is not None else "unknown"


def _stacks(seen: Seen, found: tuple[Layer, ...], failure: str | None) -> tuple[str, ...]:
    layer = blocker(seen) or answers_for_application(seen) or front_that_answers(seen)
    if layer is not None:
        return stacks_of((layer,))
    if failure in {"lost-at-proxy", "preflight-blocked-by-proxy"}:
        return stacks_of(tuple(one for one in found if one.role in {"edge", "proxy"}))
    return stacks_of(found)
