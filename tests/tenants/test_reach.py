"""How far it goes: floods, cold starts, steady minutes and memory."""

import random
import tracemalloc
from collections.abc import Iterator
from threading import Event

from tenants.test_entries import Process
from tenants.test_store import in_threads

from cors_wsgi import Policy
from cors_wsgi.tenants import StoredPolicies
from cors_wsgi.tenants._questions import Refusal

TENANTS = 1000
SECONDS = 20
DEFAULTS = {"fresh_for": 600, "stale_for": 3600, "at_most": 10_000, "at_once": 4}


class Traffic(Process):
    """Ten thousand requests in a second, and a store that answers each question at once."""

    def __init__(self, **given: bool) -> None:
        super().__init__(**(DEFAULTS | given))
        self.hear()
        self.asked = 0
        self.random = random.Random(1)

    def serve(self, key: str) -> object:
        """What a request gets, after it has waited if it must."""
        found, waits = self.request(key)
        for dropped in self.entries.drop_strangers(self.now):
            dropped.answer.set_result(Refusal.LIMITED)
        while (question := self.entries.begin(self.now)) is not None:
            self.asked += 1
            exists = str(question.key).startswith("tenant")
            self.entries.finish(question, "value" if exists else Refusal.UNKNOWN, self.now)
        return self.request(key)[0] if waits else found

    def tenant(self) -> str:
        return f"tenant-{int(TENANTS * self.random.random() ** 3)}"

    def second(self, *, strangers: float) -> list[object]:
        """What the tenants' requests of a second get."""
        got = []
        for _ in range(1000):  # ten at a time
            self.later(0.001)
            for _ in range(10):
                if self.random.random() < strangers:
                    self.serve(f"stranger-{self.random.random()}")
                else:
                    got.append(self.serve(self.tenant()))
        return got


def test_a_flood_of_invented_hosts_costs_known_tenants_nothing() -> None:
    traffic = Traffic()
    for number in range(TENANTS):
        traffic.serve(f"tenant-{number}")
    traffic.asked = 0
    for _ in range(SECONDS):
        assert set(traffic.second(strangers=0.2)) == {"value"}
    assert traffic.asked / SECONDS <= 100
    assert len(traffic.entries.known) == TENANTS


def test_nothing_is_asked_in_a_steady_minute() -> None:
    traffic = Traffic()
    for number in range(TENANTS):
        traffic.serve(f"tenant-{number}")
    assert traffic.asked == TENANTS
    for _ in range(60):
        traffic.later(1)
        assert {traffic.serve(traffic.tenant()) for _ in range(200)} == {"value"}
    assert traffic.asked == TENANTS


def test_a_change_costs_one_question() -> None:
    traffic = Traffic()
    for number in range(TENANTS):
        traffic.serve(f"tenant-{number}")
    for number in range(50):
        traffic.entries.announce(f"tenant-{number}")
        traffic.second(strangers=0)
    assert traffic.asked <= TENANTS + 50


def test_a_cold_start_refuses_no_tenant() -> None:
    policies = StoredPolicies(
        key=lambda request: request["key"],
        load=lambda key: [f"https://{key}.example"],
        template=Policy.template(),
    )

    def start(thread: int) -> int:
        keys = [f"tenant-{thread}-{number}" for number in range(250)]
        return sum(policies({"key": key}).allows_origin(f"https://{key}.example") for key in keys)

    assert in_threads(8, start) == [250] * 8


def test_ten_thousand_tenants_take_thirty_megabytes() -> None:
    listens = Event()

    def changes() -> Iterator[None]:
        yield None
        listens.wait()

    policies = StoredPolicies(
        key=lambda request: request["key"],
        load=lambda key: [f"https://{key}.example", f"https://www.{key}.example"],
        template=Policy.template(allow_methods=["PUT"], allow_headers=["Content-Type"]),
        changes=changes,
    )
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(10_000):
        policies({"key": f"tenant-{number}"})
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    listens.set()
    assert policies.stats()["known"] == 10_000
    assert (after - before) / 1e6 < 30
