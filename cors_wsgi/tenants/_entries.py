"""What one process knows of a store's keys, and what it may serve of that.

A key is in one of these states:

| state   | how it comes                                        | what a request gets             |
|---------|-----------------------------------------------------|---------------------------------|
| fresh   | loaded, in time, while changes are heard            | the value; nothing is asked     |
| suspect | a refresh is due, or changes may have been missed   | the value, while one thread asks|
| stale   | its time ran out before anybody asked for it again  | it waits for the new value; if  |
|         |                                                     | the store does not answer, this |
| changed | a change of this very key was announced             | it waits for the new value;     |
|         |                                                     | never again the old one         |
| unknown | the store has no such key, or could not be asked    | nobody is allowed               |

The laws:

1. A request about a key in use never waits. "In use": somebody asks for it in the last tenth to
   third of its time, which starts a refresh before its time runs out.
2. One question for a key at a time, and `at_once` in all. The answer to a question that was asked
   before a change of its key was announced is not kept, and no later request gets it.
3. Nothing older than `fresh_for` is served unless the store does not answer, and nothing older
   than `fresh_for + stale_for` at all. While changes are not heard, time runs out `DEAF_FOR`
   seconds after they were heard last. What was asked before listening began is suspect.
4. At most `at_most` known keys are kept; the least recently used go first. Strangers, the keys
   that the store does not have, are kept apart, and their number is limited by `Allowance`.

Nothing here blocks, locks, logs or reads a clock: `Store` does, and passes the time.
"""

import heapq
import random
from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final, Generic, TypeVar

from cors_wsgi.tenants._questions import Key, Listing, Question, Refusal, Session, new_question
from cors_wsgi.tenants._records import DEAF_FOR, Allowance, Entry, Limits, Stranger

V = TypeVar("V")
T = TypeVar("T")

# Which part of its time an entry is served before it is refreshed: by chance, so that what was
# loaded at one time is not asked for at one time.
_PATIENCE: Final = (0.7, 0.9)


@dataclass(slots=True, eq=False)
class Entries(Generic[V]):
    """The entries of one process, and the questions about them.

    Attributes:
        limits: The times and numbers.
        lists_keys: Whether the store can say which keys there are.
        known: The known keys' entries.
        strangers: The keys that the store does not have, or could not be asked about.
        listing: The answer to which keys there are, if it was asked.
        session: Whether changes are heard now.
    """

    limits: Limits
    lists_keys: bool = False
    known: dict[str, Entry[V]] = field(default_factory=dict)
    strangers: dict[Key, Stranger] = field(default_factory=dict)
    listing: Entry[set[str]] | None = None
    session: Session = field(default_factory=lambda: Session(hearing=False))
    questions: int = 0
    failures: int = 0
    announcements: int = 0
    running: list[Question[V]] = field(default_factory=list)
    _pending: dict[Key, Question[V]] = field(default_factory=dict)
    # Questions that have not begun, by what comes first: those that requests about known keys wait
    # for, those about strangers, and refreshes, which nobody waits for.
    _waited_for: deque[Question[V]] = field(default_factory=deque)
    _about_strangers: deque[Question[V]] = field(default_factory=deque)
    _refreshes: deque[Question[V]] = field(default_factory=deque)
    _allowance: Allowance = field(default_factory=Allowance)
    # Keys that were announced while the question which keys there are was being asked.
    _announced_meanwhile: set[str] = field(default_factory=set)
    # Whether the last answer was a failure, and one that took longer than anybody waits.
    _failing: bool = False
    _hung: bool = False

    def fresh(self, key: str, now: float) -> V | None:
        """Return the value of a key that is fresh, without any question, else None."""
        entry = self.known.get(key)
        if entry is None or entry.session is not self.session or now >= entry.refresh_at:
            return None
        entry.used = now
        return entry.value

    def look_up(self, key: str, now: float) -> tuple[V | Refusal, Question[V] | None]:
        """Return what a request about a key gets, and the question to wait for first, if any.

        After the wait, or when it has been in vain, the key is to be looked up again.
        """
        entry = self.known.get(key)
        if entry is not None:
            entry.used = now
            return self._look_up_known(key, entry, now)
        if self.lists_keys:
            keys, question = self._look_up_keys(now)
            if question is not None:
                return Refusal.NO_ANSWER, question
            if not isinstance(keys, Refusal) and key not in keys:
                return Refusal.UNKNOWN, None
        return self._look_up_stranger(key, now)

    def _look_up_keys(self, now: float) -> tuple[set[str] | Refusal, Question[V] | None]:
        if self.listing is not None:
            return self._look_up_known(Listing.KEYS, self.listing, now)
        return self._look_up_stranger(Listing.KEYS, now)

    def _look_up_known(
        self, key: Key, entry: Entry[T], now: float
    ) -> tuple[T | Refusal, Question[V] | None]:
        is_usable = self.is_usable(entry, now)
        fresh_until = self.fresh_until(entry)
        if is_usable and now < fresh_until:
            if now >= max(self.refresh_at(entry), entry.retry_at):
                self._ask(key, now, self._refreshes)
            return entry.value, None
        if now < entry.retry_at:
            return (entry.value if is_usable else Refusal.FAILED), None
        question = self._ask(key, now, self._waited_for)
        if is_usable and (question.queued < fresh_until or self._is_silent(now)):
            return entry.value, None
        if self._is_hanging(key, now):
            return Refusal.NO_ANSWER, None
        return (entry.value if is_usable else Refusal.NO_ANSWER), question

    def _look_up_stranger(self, key: Key, now: float) -> tuple[Refusal, Question[V] | None]:
        stranger = self.strangers.get(key)
        if stranger is not None and now < stranger.until and stranger.session is self.session:
            return stranger.refusal, None
        if key not in self._pending:
            if self._is_busy_hanging(now):
                return Refusal.NO_ANSWER, None
            if isinstance(key, str) and self._allowance.is_spent(now):
                return Refusal.LIMITED, None
        queue = self._about_strangers if isinstance(key, str) else self._waited_for
        question = self._ask(key, now, queue)
        return Refusal.NO_ANSWER, None if self._is_hanging(key, now) else question

    def is_usable(self, entry: Entry[T], now: float) -> bool:
        """Tell whether a value may be served, if only because the store does not answer."""
        oldest = self.limits.fresh_for + self.limits.stale_for
        return not entry.changed and now < entry.asked + oldest

    def fresh_until(self, entry: Entry[T]) -> float:
        """Return until when a value holds if no change is heard of."""
        heard_until = entry.session.ended if entry.session.hearing else entry.asked
        return min(entry.asked + self.limits.fresh_for, heard_until + DEAF_FOR)

    def refresh_at(self, entry: Entry[T]) -> float:
        """Return when a value is to be asked for again, while it is served."""
        if entry.session is self.session:
            return entry.refresh_at
        if entry.session.hearing and not self.session.hearing:
            return min(entry.refresh_at, entry.session.ended + DEAF_FOR * entry.patience)
        return -inf

    def _is_overdue(self, question: Question[V], now: float) -> bool:
        return now - question.asked > self.limits.wait

    def _is_silent(self, now: float) -> bool:
        """Tell whether the store is known not to answer, so that a stale value is served."""
        return self._failing or any(self._is_overdue(question, now) for question in self.running)

    def _is_busy_hanging(self, now: float) -> bool:
        """Tell whether every question that may be asked at once is waiting for a dead store."""
        return len(self.running) >= self.limits.at_once and all(
            self._is_overdue(question, now) for question in self.running
        )

    def _is_hanging(self, key: Key, now: float) -> bool:
        """Tell whether waiting for a key's question would be in vain."""
        return self._hung or self._is_overdue(self._pending[key], now) or self._is_busy_hanging(now)

    def _ask(self, key: Key, now: float, queue: deque[Question[V]]) -> Question[V]:
        """Return the question about a key whose answer holds for a request that begins now."""
        question = self._pending.get(key)
        if question is None:
            is_stranger = queue is self._about_strangers
            question = self._pending[key] = new_question(key, now, is_stranger=is_stranger)
            queue.append(question)
        elif question.outdated:
            question.successor = question.successor or new_question(key, now)
            question = question.successor
        elif queue is self._waited_for and question.asked == inf:
            queue.append(question)  # it may have been a refresh
        return question

    def begin(self, now: float) -> Question[V] | None:
        """Take the next question to ask; `finish` or `abandon` has to follow."""
        if len(self.running) >= self.limits.at_once:
            return None
        for queue in (self._waited_for, self._about_strangers, self._refreshes):
            while queue:
                question = queue.popleft()
                if question.asked == inf:
                    self._begin(question, now)
                    return question
        return None

    def _begin(self, question: Question[V], now: float) -> None:
        question.asked = now
        question.session = self.session
        if question.key is Listing.KEYS:
            self._announced_meanwhile = set()
        self.running.append(question)
        self.questions += 1

    def drop_strangers(self, now: float) -> list[Question[V]]:
        """Give up the queued questions about strangers if too many were asked for."""
        if not self._about_strangers or not self._allowance.is_spent(now):
            return []
        dropped = [*self._about_strangers]
        self._about_strangers.clear()
        for question in dropped:
            del self._pending[question.key]
        return dropped

    def finish(self, question: Question[V], answer: Any, now: float) -> None:
        """Keep the answer to a question that was begun: a value, or a `Refusal`.

        The answer to `Listing.KEYS` is a set of keys.
        """
        self._failing = answer is Refusal.FAILED
        self._hung = self._failing and self._is_overdue(question, now)
        self.failures += self._failing
        self.abandon(question)
        if question.outdated:
            return
        if isinstance(answer, Refusal):
            self._keep_refusal(question, answer, now)
        elif question.key is Listing.KEYS:
            self.listing = self._entry(question, answer | self._announced_meanwhile, now)
        else:
            self._keep_value(question.key, self._entry(question, answer, now))

    def abandon(self, question: Question[V]) -> None:
        """Forget a question that was begun, and learn nothing from it."""
        self.running.remove(question)
        del self._pending[question.key]
        if question.successor is not None:
            self._pending[question.key] = question.successor
            self._waited_for.append(question.successor)

    def announce(self, key: str) -> None:
        """Obey the announcement that a key has changed."""
        self.announcements += 1
        entry = self.known.get(key)
        if entry is not None:
            entry.changed = True
            entry.refresh_at = entry.retry_at = -inf
        self.strangers.pop(key, None)
        question = self._pending.get(key)
        if question in self.running:
            question.outdated = True
        # It may be a new one.
        if Listing.KEYS in self._pending:
            self._announced_meanwhile.add(key)
        if self.listing is not None:
            self.listing.value.add(key)

    def hear(self, now: float, *, hearing: bool) -> None:
        """Begin a new session: changes are heard from now on, or no more."""
        self.session.ended = now
        self.session = Session(hearing)

    def after_fork(self, now: float) -> None:
        """Begin anew in a child process, where what its parent knew is suspect."""
        self.hear(now, hearing=False)
        self.running.clear()
        self._pending.clear()
        for queue in (self._waited_for, self._about_strangers, self._refreshes):
            queue.clear()
        self._failing = self._hung = False

    def _entry(self, question: Question[V], value: T, now: float) -> Entry[T]:
        session = question.session or self.session
        lifetime = self.limits.fresh_for
        if not session.hearing:
            lifetime = min(lifetime, DEAF_FOR)
        patience = random.uniform(*_PATIENCE)  # noqa: S311 - it hides nothing
        refresh_at = question.asked + lifetime * patience
        return Entry(value, question.asked, session, patience, refresh_at, used=now)

    def _keep_value(self, key: str, entry: Entry[V]) -> None:
        former = self.known.get(key)
        if former is not None:
            entry.used = former.used
        self.strangers.pop(key, None)
        self.known[key] = entry
        excess = len(self.known) - self.limits.at_most
        if excess > 0:
            # A sixteenth more at a time, since finding them takes a look at every entry.
            count = excess + self.limits.at_most // 16
            oldest = heapq.nsmallest(count, self.known.items(), key=lambda item: item[1].used)
            for old_key, _ in oldest:
                del self.known[old_key]

    def _keep_refusal(self, question: Question[V], refusal: Refusal, now: float) -> None:
        key = question.key
        entry = self.listing if key is Listing.KEYS else self.known.get(key)
        if refusal is Refusal.FAILED and entry is not None:
            entry.retry_at = now + self.limits.failed_for
            return
        if question.is_stranger:
            self._allowance.spend()
        kept_for = self.limits.failed_for
        if refusal is Refusal.UNKNOWN:
            kept_for = self.limits.unknown_for
            if isinstance(key, str):
                self._forget_key(key)
        session = question.session or self.session
        if not session.hearing:
            kept_for = min(kept_for, DEAF_FOR)
        self.strangers.pop(key, None)
        self.strangers[key] = Stranger(refusal, now + kept_for, session)
        if len(self.strangers) > self.limits.at_most:
            del self.strangers[next(iter(self.strangers))]

    def _forget_key(self, key: str) -> None:
        self.known.pop(key, None)
        if self.listing is not None:
            self.listing.value.discard(key)
