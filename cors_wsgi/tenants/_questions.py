"""Questions to the store, and what comes of them."""

from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Generic, TypeAlias, TypeVar

V = TypeVar("V")


class Refusal(Enum):
    """Why there is no value for a key; the text is for the log."""

    UNKNOWN = "the store does not have its key"
    FAILED = "the store failed to answer"
    NO_ANSWER = "the store did not answer in time"
    LIMITED = "too many keys are asked for that the store does not have"


class Listing(Enum):
    """The key of the question which keys there are."""

    KEYS = "all keys"


Key: TypeAlias = str | Listing


@dataclass(slots=True, eq=False)
class Session:
    """A time in which changes are heard, or are not; shared by all that was asked in it."""

    hearing: bool
    ended: float = inf


@dataclass(slots=True, eq=False)
class Question(Generic[V]):
    """A question to the store, and everybody who waits for the answer."""

    key: Key
    is_stranger: bool
    queued: float
    answer: "Future[V | Refusal]"
    asked: float = inf
    session: Session | None = None
    outdated: bool = False
    successor: "Question[V] | None" = None


def new_question(key: Key, now: float, *, is_stranger: bool = False) -> Question[V]:
    """Return a question that everybody can wait for, and nobody can cancel."""
    answer: Future[V | Refusal] = Future()
    answer.set_running_or_notify_cancel()
    return Question(key, is_stranger, now, answer)
