"""What is kept about a key, and the times and numbers that bound it."""

from dataclasses import dataclass
from math import inf
from typing import Final, Generic, TypeVar

from cors_wsgi.tenants._questions import Refusal, Session

V = TypeVar("V")

DEAF_FOR: Final = 10.0
"""Seconds that an answer is good for, at most, while changes are not heard."""

STRANGERS_PER_SECOND: Final = 20.0
"""How many keys that the store does not have may be asked for, in a process."""


@dataclass(slots=True, eq=False)
class Entry(Generic[V]):
    """The value of a known key."""

    value: V
    asked: float
    session: Session
    patience: float
    refresh_at: float
    used: float
    changed: bool = False
    retry_at: float = -inf


@dataclass(slots=True, eq=False)
class Stranger:
    """A key that the store does not have, or could not be asked about."""

    refusal: Refusal
    until: float
    session: Session


@dataclass(frozen=True, slots=True)
class Limits:
    """The times, in seconds, and the numbers that bound what is kept and asked."""

    fresh_for: float
    stale_for: float
    unknown_for: float
    failed_for: float
    wait: float
    at_most: int
    at_once: int

    def __post_init__(self) -> None:
        for name in ("fresh_for", "stale_for", "unknown_for", "failed_for", "wait"):
            seconds = getattr(self, name)
            if (
                isinstance(seconds, bool)
                or not isinstance(seconds, int | float)
                or not seconds >= 0
            ):
                raise ValueError(
                    f"{name} has to be a number of seconds, 0 or more, not {seconds!r}"
                )
        for name in ("at_most", "at_once"):
            number = getattr(self, name)
            if isinstance(number, bool) or not isinstance(number, int) or number < 1:
                raise ValueError(f"{name} has to be a whole number, 1 or more, not {number!r}")


@dataclass(slots=True)
class Allowance:
    """How many more strangers may be asked for now; it fills up by the second."""

    left: float = STRANGERS_PER_SECOND
    at: float = 0.0

    def is_spent(self, now: float) -> bool:
        """Tell whether no stranger may be asked for."""
        self.left = min(STRANGERS_PER_SECOND, self.left + (now - self.at) * STRANGERS_PER_SECOND)
        self.at = now
        return self.left < 1

    def spend(self) -> None:
        """Count a question that led to nothing."""
        self.left -= 1
