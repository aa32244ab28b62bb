"""The laws of what is kept and served, on a clock that the tests move."""

from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tenants.simulation import FRESH_FOR, LIMITS, STALE_FOR, WAIT, Process

from cors_wsgi.tenants._explanation import state_of
from cors_wsgi.tenants._questions import Listing, Refusal
from cors_wsgi.tenants._records import DEAF_FOR, STRANGERS_PER_SECOND

KEYS = ["shop", "cafe", "bank", "farm", "zoo"]


@pytest.fixture
def process() -> Process:
    process = Process()
    process.hear()
    return process


def test_a_key_that_was_never_asked_for_waits(process: Process) -> None:
    assert process.request("shop") == (Refusal.NO_ANSWER, True)


def test_a_loaded_key_is_served_and_not_asked_for(process: Process) -> None:
    process.load("shop")
    process.later(FRESH_FOR * 0.69)
    assert process.request("shop") == ("v1", False)
    assert not process.has_questions()


def test_a_key_in_use_is_refreshed_before_its_time_is_up(process: Process) -> None:
    process.load("shop")
    process.later(FRESH_FOR * 0.95)
    assert process.request("shop") == ("v1", False)
    assert process.answer("v2") == "shop"
    process.later(FRESH_FOR * 0.5)
    assert process.request("shop") == ("v2", False)


@pytest.mark.parametrize("seconds", [1, FRESH_FOR], ids=["a second", "long"])
def test_a_key_in_use_is_served_while_its_refresh_takes(process: Process, seconds: float) -> None:
    process.load("shop")
    process.later(FRESH_FOR - 0.5)
    process.request("shop")
    process.begin()
    process.later(seconds)
    assert process.request("shop") == ("v1", False)


def test_a_key_out_of_use_waits_once_its_time_is_up(process: Process) -> None:
    process.load("shop")
    process.later(FRESH_FOR)
    assert process.request("shop") == ("v1", True)
    assert process.request("shop") == ("v1", True)  # and so does the next


@pytest.mark.parametrize("age", [FRESH_FOR, FRESH_FOR + STALE_FOR - 1])
def test_a_stale_key_is_served_without_waiting_while_the_store_fails(
    process: Process, age: float
) -> None:
    process.load("shop")
    process.later(age - 5)
    process.load("cafe", Refusal.FAILED)
    process.later(5)
    assert process.request("shop") == ("v1", False)


def test_a_stale_key_is_served_without_waiting_while_the_store_hangs(process: Process) -> None:
    process.load("shop")
    process.later(FRESH_FOR)
    process.request("cafe")
    process.begin()
    process.later(WAIT + 0.1)
    assert process.request("shop") == ("v1", False)


def test_nothing_is_served_that_is_older_than_all_limits(process: Process) -> None:
    process.load("shop")
    process.later(FRESH_FOR * 0.95)
    process.load("shop", Refusal.FAILED)
    process.later(FRESH_FOR + STALE_FOR - FRESH_FOR * 0.95)
    assert process.request("shop") == (Refusal.NO_ANSWER, True)


def test_a_failed_refresh_is_tried_again_after_a_second(process: Process) -> None:
    process.load("shop")
    process.later(FRESH_FOR * 0.95)
    process.load("shop", Refusal.FAILED)
    process.later(0.9)
    assert process.request("shop") == ("v1", False)
    assert not process.has_questions()
    process.later(0.1)
    process.request("shop")
    assert process.answer("v2") == "shop"


def test_a_changed_key_waits_and_never_gets_the_old_value(process: Process) -> None:
    process.load("shop")
    process.entries.announce("shop")
    assert process.request("shop") == (Refusal.NO_ANSWER, True)
    process.answer(Refusal.FAILED)
    assert process.request("shop") == (Refusal.FAILED, False)
    process.later(1)
    assert process.request("shop") == (Refusal.NO_ANSWER, True)
    process.answer("v2")
    assert process.request("shop") == ("v2", False)


def test_an_answer_asked_for_before_an_announcement_is_not_kept(process: Process) -> None:
    _, before = process.entries.look_up("shop", process.now)
    first = process.begin()
    process.entries.announce("shop")
    _, after = process.entries.look_up("shop", process.now)
    assert before is first
    assert after is not first
    assert process.entries.begin(process.now) is None  # one question a key at a time
    process.entries.finish(first, "v1", process.now)
    assert process.request("shop") == (Refusal.NO_ANSWER, True)
    assert process.begin() is after


def test_a_question_that_has_not_begun_holds_for_those_after_an_announcement(
    process: Process,
) -> None:
    _, before = process.entries.look_up("shop", process.now)
    process.entries.announce("shop")
    _, after = process.entries.look_up("shop", process.now)
    assert before is after


def test_what_was_asked_before_listening_is_suspect() -> None:
    process = Process()
    process.request("shop")
    question = process.begin()
    process.hear()
    process.entries.finish(question, "v1", process.now)
    assert process.request("shop") == ("v1", False)
    assert process.answer("v2") == "shop"
    assert process.request("shop") == ("v2", False)
    assert not process.has_questions()


def test_everything_is_suspect_when_changes_may_have_been_missed(process: Process) -> None:
    process.load("shop")
    process.hear()
    assert process.request("shop") == ("v1", False)
    assert process.answer("v2") == "shop"


@pytest.mark.parametrize("hears_again", [False, True])
def test_while_changes_are_not_heard_time_runs_out_soon(
    process: Process, *, hears_again: bool
) -> None:
    process.load("shop")
    process.later(30)
    process.hear(hearing=False)
    process.later(DEAF_FOR - 0.1)
    assert process.request("shop") == ("v1", False)
    assert process.has_questions()
    process.later(0.1)
    if hears_again:
        process.hear()
    assert process.request("shop") == ("v1", True)


def test_what_is_loaded_while_deaf_is_refreshed_within_ten_seconds() -> None:
    process = Process()
    process.load("shop")
    process.later(DEAF_FOR * 0.69)
    assert process.request("shop") == ("v1", False)
    assert not process.has_questions()
    process.later(DEAF_FOR * 0.31)
    assert process.request("shop") == ("v1", True)


def test_an_unknown_key_is_remembered_and_asked_for_again(process: Process) -> None:
    process.load("shop", Refusal.UNKNOWN)
    process.later(9.9)
    assert process.request("shop") == (Refusal.UNKNOWN, False)
    process.later(0.1)
    assert process.request("shop") == (Refusal.NO_ANSWER, True)


def test_an_unknown_key_that_is_announced_is_asked_for_at_once(process: Process) -> None:
    process.load("shop", Refusal.UNKNOWN)
    process.entries.announce("shop")
    assert process.request("shop") == (Refusal.NO_ANSWER, True)


def test_an_unknown_key_is_asked_for_again_if_changes_may_have_been_missed(
    process: Process,
) -> None:
    process.load("shop", Refusal.UNKNOWN)
    process.hear()
    assert process.request("shop") == (Refusal.NO_ANSWER, True)


def test_the_least_recently_used_goes_first(process: Process) -> None:
    for key in KEYS[:3]:
        process.load(key)
        process.later(1)
    process.request("shop")
    process.later(1)
    process.load("farm")
    assert set(process.entries.known) == {"shop", "bank", "farm"}


def test_a_suspect_that_is_served_is_used(process: Process) -> None:
    for key in KEYS[:3]:
        process.load(key)
    process.hear()
    process.later(1)
    process.request("shop")
    process.answer("v2")
    process.later(1)
    process.load("farm")
    assert set(process.entries.known) == {"shop", "bank", "farm"}


def test_a_refresh_is_no_use(process: Process) -> None:
    process.load("shop")
    process.hear()
    process.request("shop")
    question = process.begin()
    for key in KEYS[1:3]:
        process.later(1)
        process.load(key)
    process.entries.finish(question, "v2", process.now)
    process.load("farm")
    assert set(process.entries.known) == {"cafe", "bank", "farm"}


def test_strangers_evict_nobody(process: Process) -> None:
    process.load("shop")
    for number in range(15):
        process.load(f"stranger-{number}", Refusal.UNKNOWN)
    assert [*process.entries.known] == ["shop"]
    assert len(process.entries.strangers) == LIMITS.at_most


def test_questions_about_strangers_are_limited_and_those_about_tenants_are_not() -> None:
    process = Process(at_most=10_000)
    process.hear()
    asked = 0
    for number in range(1000):
        key = f"stranger-{number}"
        if process.request(key) == (Refusal.NO_ANSWER, True):
            process.answer(Refusal.UNKNOWN)
            asked += 1
    assert asked == STRANGERS_PER_SECOND
    process.later(10)
    for number in range(1000):
        process.load(f"tenant-{number}")


def test_queued_strangers_are_dropped_when_too_many_were_asked_for() -> None:
    process = Process(at_most=10_000)
    for number in range(100):
        process.request(f"stranger-{number}")
    for _ in range(int(STRANGERS_PER_SECOND)):
        assert process.entries.drop_strangers(process.now) == []
        process.answer(Refusal.UNKNOWN)
    dropped = process.entries.drop_strangers(process.now)
    assert len(dropped) == 100 - STRANGERS_PER_SECOND
    assert not process.has_questions()


def test_a_refresh_that_a_request_waits_for_comes_first(process: Process) -> None:
    for key in KEYS[:3]:
        process.load(key)
    process.hear()
    for key in KEYS[:3]:
        assert process.request(key) == ("v1", False)
    process.request("stranger")
    process.entries.announce("bank")
    assert process.request("bank") == (Refusal.NO_ANSWER, True)
    assert [process.answer("v2") for _ in range(4)] == ["bank", "stranger", "shop", "cafe"]
    assert not process.has_questions()


def test_known_keys_are_asked_for_before_strangers(process: Process) -> None:
    process.load("shop")
    process.entries.announce("shop")
    process.request("stranger")
    process.request("shop")
    assert process.begin().key == "shop"


def test_no_stranger_is_asked_for_while_every_question_hangs(process: Process) -> None:
    for key in ("shop", "cafe"):
        assert process.request(key) == (Refusal.NO_ANSWER, True)
        process.begin()
    process.later(WAIT + 0.1)
    for key in ("shop", "cafe", "bank"):
        assert process.request(key) == (Refusal.NO_ANSWER, False)


def test_nobody_waits_again_after_a_failure_that_took_longer_than_anybody_waits(
    process: Process,
) -> None:
    process.request("shop")
    question = process.begin()
    process.later(WAIT + 5)
    process.entries.finish(question, Refusal.FAILED, process.now)
    assert process.request("cafe") == (Refusal.NO_ANSWER, False)
    assert process.answer("v1") == "cafe"
    assert process.request("bank") == (Refusal.NO_ANSWER, True)


def test_with_all_keys_listed_a_stranger_costs_no_question() -> None:
    process = Process(lists_keys=True)
    process.hear()
    assert process.request("stranger") == (Refusal.NO_ANSWER, True)
    assert process.answer({"shop", "cafe"}) is Listing.KEYS
    assert process.request("stranger") == (Refusal.UNKNOWN, False)
    assert not process.has_questions()
    process.load("shop")


@pytest.mark.parametrize("when", ["before it is asked", "meanwhile", "afterwards"])
def test_a_key_that_is_announced_joins_the_list(when: str) -> None:
    process = Process(lists_keys=True)
    process.hear()
    process.request("shop")
    if when == "before it is asked":
        process.entries.announce("new")
    question = process.begin()
    if when == "meanwhile":
        process.entries.announce("new")
    read_in_time = {"shop", "new"} if when == "before it is asked" else {"shop"}
    process.entries.finish(question, read_in_time, process.now)
    if when == "afterwards":
        process.entries.announce("new")
    process.load("new", Refusal.UNKNOWN)
    process.later(60)
    assert process.request("new") == (Refusal.UNKNOWN, False)  # it has left the list
    assert not process.has_questions()


def test_without_a_list_that_failed_the_store_is_asked_about_each_key() -> None:
    process = Process(lists_keys=True)
    process.request("shop")
    assert process.answer(Refusal.FAILED) is Listing.KEYS
    process.load("shop")
    assert process.request("shop") == ("v1", False)


def test_a_child_process_takes_what_it_inherits_for_suspect(process: Process) -> None:
    process.load("shop")
    process.load("cafe")
    process.later(1)
    process.request("bank")
    process.begin()
    process.entries.after_fork(process.now)
    assert not process.entries.session.hearing
    process.hear()
    assert process.request("shop") == ("v1", False)
    assert process.answer("v2") == "shop"


@pytest.mark.parametrize(
    ("act", "state"),
    [
        pytest.param(lambda p: None, "not asked", id="nobody has asked"),
        pytest.param(lambda p: p.load("shop"), "fresh", id="loaded"),
        pytest.param(lambda p: (p.load("shop"), p.hear()), "suspect", id="maybe missed"),
        pytest.param(lambda p: (p.load("shop"), p.later(FRESH_FOR)), "stale", id="time is up"),
        pytest.param(lambda p: (p.load("shop"), p.later(500)), "expired", id="too old"),
        pytest.param(
            lambda p: (p.load("shop"), p.entries.announce("shop")), "changed", id="announced"
        ),
        pytest.param(lambda p: p.load("shop", Refusal.UNKNOWN), "unknown", id="a stranger"),
        pytest.param(lambda p: p.load("shop", Refusal.FAILED), "failed", id="failed"),
    ],
)
def test_states_have_names(process: Process, act: object, state: str) -> None:
    act(process)
    assert state_of(process.entries, "shop", process.now) == state


class Machine(RuleBasedStateMachine):
    """Requests, changes, losses and failures in any order; the store's values are numbered.

    What is written down here about each key does not come from the entries: when the value that
    is served was asked for, and what was announced since.
    """

    def __init__(self) -> None:
        super().__init__()
        self.process = Process()
        self.entries = self.process.entries
        self.version = dict.fromkeys(KEYS, 0)
        self.exists = dict.fromkeys(KEYS, True)
        self.asked_at: dict[str, float] = {}  # value -> when it was asked for
        self.announced_at = dict.fromkeys(KEYS, -inf)
        self.sessions: list[list[float]] = []  # when changes were heard: from, until
        self.read: dict[int, object] = {}
        self.last_failed = False
        self.failed_at = dict.fromkeys(KEYS, -inf)

    @property
    def now(self) -> float:
        return self.process.now

    def _is_silent(self, key: str) -> bool:
        """Whether the store is known not to answer."""
        return (
            self.last_failed
            or self.now < self.failed_at[key] + LIMITS.failed_for
            or any(self.now - question.asked > WAIT for question in self.entries.running)
        )

    @rule(seconds=st.sampled_from([0.01, 0.5, 3, 9, 11, 40, 75, 90, 350]))
    def time(self, seconds: float) -> None:
        self.process.later(seconds)

    @rule(key=st.sampled_from(KEYS))
    def change(self, key: str) -> None:
        """Somebody commits another value; it is announced to those who listen, at once."""
        self.process.later(0.001)
        self.version[key] += 1
        self.exists[key] = self.version[key] % 5 != 4
        if self._is_hearing():
            self.entries.announce(key)
            self.announced_at[key] = self.now

    def _is_hearing(self) -> bool:
        return bool(self.sessions) and self.sessions[-1][1] == inf

    def _heard_until(self, asked: float) -> float:
        """Until when every change since `asked` was heard."""
        return next((end for start, end in self.sessions if start <= asked < end), asked)

    @rule()
    def listen(self) -> None:
        """Listen, or say that some announcements may have been missed."""
        self.process.later(0.001)
        if self._is_hearing():
            self.sessions[-1][1] = self.now
        self.sessions.append([self.now, inf])
        self.process.hear()

    @precondition(lambda self: self._is_hearing())
    @rule()
    def lose(self) -> None:
        self.process.later(0.001)
        self.sessions[-1][1] = self.now
        self.process.hear(hearing=False)

    @rule()
    def begin(self) -> None:
        for dropped in self.entries.drop_strangers(self.now):
            dropped.answer.set_result(Refusal.LIMITED)
        question = self.entries.begin(self.now)
        if question is not None:
            key = question.key
            value = f"{key} {self.version[key]} {self.now}"
            self.read[id(question)] = value if self.exists[key] else Refusal.UNKNOWN
            self.asked_at[value] = self.now

    @precondition(lambda self: self.entries.running)
    @rule(data=st.data(), works=st.sampled_from([True, True, True, False]))
    def finish(self, data: st.DataObject, *, works: bool) -> None:
        question = data.draw(st.sampled_from(self.entries.running))
        answer = self.read.pop(id(question)) if works else Refusal.FAILED
        self.entries.finish(question, answer, self.now)
        self.last_failed = not works
        if not works:
            self.failed_at[question.key] = self.now

    @rule(key=st.sampled_from(KEYS))
    def request(self, key: str) -> None:
        silent = self._is_silent(key)
        pending = self.entries._pending.get(key)
        pending_since = pending.queued if pending is not None else inf
        found, question = self.process.look_up(key)
        if isinstance(found, Refusal):
            return
        asked = self.asked_at[found]
        assert found.startswith(f"{key} ")
        # What was announced is obeyed, and nothing is too old.
        assert asked >= self.announced_at[key]
        assert self.now - asked < FRESH_FOR + STALE_FOR
        time_is_up = min(asked + FRESH_FOR, self._heard_until(asked) + DEAF_FOR)
        if question is not None:
            assert self.now >= time_is_up, "a key in use does not wait"
        elif self.now >= time_is_up:
            assert silent or pending_since < time_is_up, "what is too old is served"

    @rule(key=st.sampled_from(KEYS))
    def request_that_waits(self, key: str) -> None:
        """While one waits, all that is asked is answered; what it gets is not older than it."""
        began = self.now
        _, question = self.entries.look_up(key, began)
        while question is not None and not question.answer.done():
            if not self.entries.running:
                self.begin()
            other = self.entries.running[0] if self.entries.running else question
            answer = self.read.pop(id(other), Refusal.LIMITED)
            if other in self.entries.running:
                self.entries.finish(other, answer, self.now)
                self.last_failed = False
            if other is question and not isinstance(answer, Refusal):
                assert self.asked_at[answer] >= self.announced_at[key]
            if other is question:
                break

    @invariant()
    def bounds(self) -> None:
        running = [question.key for question in self.entries.running]
        assert len(running) <= LIMITS.at_once
        assert len(running) == len(set(running))
        assert len(self.entries.known) <= LIMITS.at_most
        assert len(self.entries.strangers) <= LIMITS.at_most


TestLaws = Machine.TestCase
TestLaws.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
