"""A process on a clock that is moved, without threads, and what its traffic costs."""

import random

from cors_wsgi.tenants._entries import Entries
from cors_wsgi.tenants._questions import Question, Refusal
from cors_wsgi.tenants._records import Limits

FRESH_FOR, STALE_FOR, WAIT = 100.0, 300.0, 2.0
LIMITS = Limits(FRESH_FOR, STALE_FOR, unknown_for=10, failed_for=1, wait=WAIT, at_most=3, at_once=2)


class Process:
    """One process: its entries, the time, and a store that answers when it is told to."""

    def __init__(self, *, lists_keys: bool = False, **limits: float) -> None:
        values = {name: getattr(LIMITS, name) for name in Limits.__slots__} | limits
        self.entries: Entries[str] = Entries(Limits(**values), lists_keys)
        self.now = 1000.0

    def later(self, seconds: float) -> None:
        self.now += seconds

    def hear(self, *, hearing: bool = True) -> None:
        self.entries.hear(self.now, hearing=hearing)

    def request(self, key: str) -> tuple[str | Refusal, bool]:
        """What a request is served, and whether it would wait first."""
        found, question = self.look_up(key)
        return found, question is not None

    def look_up(self, key: str) -> tuple[str | Refusal, Question[str] | None]:
        """Look a key up; what is served at once must be the same."""
        fresh = self.entries.fresh(key, self.now)
        found = self.entries.look_up(key, self.now)
        assert fresh is None or found == (fresh, None)
        return found

    def begin(self) -> Question[str]:
        question = self.entries.begin(self.now)
        assert question is not None
        return question

    def answer(self, value: object) -> object:
        """Ask the next question, and answer it at once; its key."""
        question = self.begin()
        self.entries.finish(question, value, self.now)
        return question.key

    def load(self, key: str, value: object = "v1") -> None:
        self.request(key)
        assert self.answer(value) == key

    def has_questions(self) -> bool:
        question = self.entries.begin(self.now)
        if question is not None:
            self.entries.abandon(question)
        return question is not None


class Traffic:
    """Processes that serve thousands of requests in a second, and have loaded all tenants.

    The store answers each question at once.
    """

    TENANTS = 1_000

    def __init__(self, processes: int = 4) -> None:
        limits = {"fresh_for": 600, "stale_for": 3600, "at_most": 10_000, "at_once": 4}
        self.processes = [Process(**limits) for _ in range(processes)]
        self.questions = 0
        self.random = random.Random(1)
        for process in self.processes:
            process.hear()
            for number in range(self.TENANTS):
                self._serve(process, f"tenant-{number}")

    def second(self, requests: int = 10_000, *, strangers: float = 0) -> int:
        """Serve the requests of a second; how many of known tenants were refused.

        Args:
            requests: How many there are.
            strangers: Which part of the requests is for invented hosts.
        """
        refused = 0
        for _ in range(requests // 10):  # ten at a time
            for process in self.processes:
                process.later(10 / requests)
            for _ in range(10):
                process = self.random.choice(self.processes)
                if self.random.random() < strangers:
                    self._serve(process, f"stranger-{self.random.random()}")
                else:
                    refused += self._serve(process, self._tenant()) != "value"
        return refused

    def change(self, number: int) -> None:
        """Announce a tenant's change to every process."""
        for process in self.processes:
            process.entries.announce(f"tenant-{number}")

    def _tenant(self) -> str:
        # A few of them have most of the requests.
        return f"tenant-{int(self.TENANTS * self.random.random() ** 3)}"

    def _serve(self, process: Process, key: str) -> str | Refusal:
        """What a request gets, after it has waited if it must."""
        entries, now = process.entries, process.now
        found, waits = process.request(key)
        for dropped in entries.drop_strangers(now):
            dropped.answer.set_result(Refusal.LIMITED)
        while (question := entries.begin(now)) is not None:
            self.questions += 1
            exists = str(question.key).startswith("tenant")
            entries.finish(question, "value" if exists else Refusal.UNKNOWN, now)
        return process.request(key)[0] if waits else found
