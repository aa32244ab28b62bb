"""What is known about one key, and about all of them, for people."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from cors_wsgi._policy.policy import Policy
from cors_wsgi._problems import Problem
from cors_wsgi.tenants._entries import Entries
from cors_wsgi.tenants._messages import escaped, quoted
from cors_wsgi.tenants._questions import Refusal

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a process knows about a key of the store; as text, for people.

    Attributes:
        key: The key.
        state: `fresh`, `suspect`, `stale`, `expired`, `changed`, `unknown`, `failed`, `not asked`
            or, where the store is never asked about it, `no key`.
        age: How many seconds ago the store was asked; None if there is no answer.
        policy: The policy that the answer made, whether or not it is served; None if there is no
            answer.
    """

    key: str
    state: str
    age: float | None
    policy: Policy | None

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that the store named and that are allowed."""
        return () if self.policy is None else tuple(sorted(self.policy.origins.exact))

    @property
    def left_out(self) -> tuple[Problem, ...]:
        """The rows that were left out, with what is wrong with them."""
        return () if self.policy is None else self.policy.warnings

    def __str__(self) -> str:
        lines = [f"{quoted(self.key)}: {self.state}, {_STATES[self.state]}"]
        if self.age is not None:
            lines[0] += f"; asked for {self.age:.1f} s ago"
            lines.append(f"  origins: {', '.join(self.origins[:_SHOWN]) or 'none'}")
            if len(self.origins) > _SHOWN:
                lines[-1] += f" and {len(self.origins) - _SHOWN} more"
        for problem in self.left_out[:_SHOWN]:
            said = escaped(f"{problem.message} {problem.hint}")
            lines.append(f"  left out: {quoted(problem.value)} {said}")
        if len(self.left_out) > _SHOWN:
            lines.append(f"  left out: {len(self.left_out) - _SHOWN} more")
        return "\n".join(lines)


_STATES = {
    "fresh": "served without asking",
    "suspect": "served while the store is asked again",
    "stale": "served only if the store does not answer",
    "expired": "too old to be served",
    "changed": "announced as changed, so the next request waits for the store",
    "unknown": "the store has no such key, so nobody is allowed",
    "failed": "the store failed to answer, so nobody is allowed",
    "not asked": "the next request waits for the store",
    "no key": "no plain origin, or insecure, so the store is never asked and nobody is allowed",
}


def state_of(entries: Entries[Any], key: str, now: float) -> str:
    """Name the state of a key."""
    entry = entries.known.get(key)
    if entry is None:
        stranger = entries.strangers.get(key)
        if stranger is not None and now < stranger.until:
            return "failed" if stranger.refusal is Refusal.FAILED else "unknown"
        is_listed = entries.listing is None or key in entries.listing.value
        return "not asked" if is_listed else "unknown"
    if entry.changed:
        return "changed"
    if not entries.is_usable(entry, now):
        return "expired"
    if now >= entries.fresh_until(entry):
        return "stale"
    return "suspect" if now >= entries.refresh_at(entry) else "fresh"


def stats_of(entries: Entries[Any], now: float) -> dict[str, Any]:
    """Return what was asked and what is known, in numbers."""
    states = Counter(state_of(entries, key, now) for key in entries.known)
    return {
        "questions": entries.questions,
        "failures": entries.failures,
        "announcements": entries.announcements,
        "asking": len(entries.running),
        "hearing": entries.session.hearing,
        "known": len(entries.known),
        "strangers": len(entries.strangers),
        **{state: states[state] for state in ("fresh", "suspect", "stale", "expired", "changed")},
    }
