"""The store is asked in threads and in event loops, and never while a request about it waits."""

import asyncio
import gc
import logging
import queue
import re
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from cors_wsgi.tenants import _listening
from cors_wsgi.tenants._entries import Entries
from cors_wsgi.tenants._questions import Key, Refusal
from cors_wsgi.tenants._records import Limits
from cors_wsgi.tenants._store import Store

LIMITS = {
    "fresh_for": 600,
    "stale_for": 3600,
    "unknown_for": 10,
    "failed_for": 1,
    "wait": 2,
    "at_most": 10_000,
    "at_once": 4,
}


class Answers:
    """What the store answers, how long it takes, and what it was asked."""

    def __init__(self) -> None:
        self.value = 1
        self.asked: list[Key] = []
        self.at_once = self.most_at_once = 0
        self.go_on = threading.Event()
        self.go_on.set()
        self.lock = threading.Lock()

    def __call__(self, key: Key) -> str:
        with self.lock:
            self.asked.append(key)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        answer = f"{key} {self.value}"
        assert self.go_on.wait(10)
        with self.lock:
            self.at_once -= 1
        return answer

    async def later(self, key: Key) -> str:
        self.asked.append(key)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        answer = f"{key} {self.value}"
        await asyncio.sleep(0)
        while not self.go_on.is_set():
            await asyncio.sleep(0.005)
        self.at_once -= 1
        return answer


def make(
    ask: Callable[[Key], Any], *, changes: Any = None, is_async: bool = False, **limits: float
) -> Store[str]:
    entries: Entries[str] = Entries(Limits(**(LIMITS | limits)))
    return Store(entries, ask, lambda key, answer: answer, is_async=is_async, changes=changes)


def eventually(condition: Callable[[], object], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def answers() -> Iterator[Answers]:
    answers = Answers()
    yield answers
    answers.go_on.set()


class Announcer:
    """What changes() returns: the items that a test puts, an exception among them raised."""

    def __init__(self) -> None:
        self.items: queue.Queue[Any] = queue.Queue()
        self.calls = 0

    def __call__(self) -> Iterator[str | None]:
        self.calls += 1
        while (item := self.items.get()) is not StopIteration:
            if isinstance(item, Exception):
                raise item
            yield item


@pytest.fixture
def announcer() -> Iterator[Announcer]:
    announcer = Announcer()
    yield announcer
    gc.collect()
    announcer.items.put("anything")  # at which the listener sees that its store is gone


def in_threads(number: int, function: Callable[[int], Any]) -> list[Any]:
    """What a function returns to so many threads that call it at the same moment."""
    barrier = threading.Barrier(number)
    results: list[Any] = [None] * number

    def run(index: int) -> None:
        barrier.wait()
        results[index] = function(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_herd_asks_once(answers: Answers) -> None:
    store = make(answers)
    answers.go_on.clear()
    threading.Timer(0.05, answers.go_on.set).start()
    assert in_threads(50, lambda _: store.find("shop")) == ["shop 1"] * 50
    assert answers.asked == ["shop"]


def test_no_more_than_at_once_are_asked_at_once(answers: Answers) -> None:
    store = make(answers, at_once=3)
    answers.go_on.clear()

    def go_on() -> None:
        eventually(lambda: answers.at_once == 3)
        time.sleep(0.1)
        answers.go_on.set()

    threading.Thread(target=go_on).start()
    found = in_threads(50, lambda index: store.find(f"shop-{index}"))
    assert found == [f"shop-{index} 1" for index in range(50)]
    assert answers.most_at_once == 3


def test_a_key_that_changes_while_it_is_loaded(answers: Answers) -> None:
    """Who asked before the announcement may get the old answer; who asks after it, never."""
    store = make(answers)
    answers.go_on.clear()
    early: list[Any] = []
    before = threading.Thread(target=lambda: early.extend(in_threads(25, lambda _: find())))

    def find() -> object:
        return store.find("shop")

    before.start()
    eventually(lambda: answers.asked)
    time.sleep(0.1)  # all the early ones wait
    answers.value = 2
    store.announce("shop")
    threading.Timer(0.1, answers.go_on.set).start()
    assert in_threads(25, lambda _: find()) == ["shop 2"] * 25
    before.join()
    assert early == ["shop 1"] * 25
    assert answers.asked == ["shop", "shop"]
    assert find() == "shop 2"


def test_a_request_about_an_unknown_key_waits_no_longer_than_it_may(answers: Answers) -> None:
    store = make(answers, wait=0.2)
    answers.go_on.clear()
    began = time.monotonic()
    assert store.find("shop") is Refusal.NO_ANSWER
    assert 0.2 <= time.monotonic() - began < 1
    # It goes on being asked, so the answer is there for those who come later.
    answers.go_on.set()
    eventually(lambda: store.find("shop") == "shop 1")
    assert answers.asked == ["shop"]


def test_a_store_that_hangs_costs_a_known_key_nothing(answers: Answers) -> None:
    store = make(answers, fresh_for=0.3, stale_for=60)
    assert store.find("shop") == "shop 1"
    answers.go_on.clear()
    slowest = 0.0
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        began = time.monotonic()
        assert store.find("shop") == "shop 1"
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.002)
    assert slowest < 0.15
    assert answers.asked == ["shop", "shop"]


def test_that_a_known_key_is_stale_is_logged_once(
    answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    works = True

    def ask(key: Key) -> str:
        if not works:
            raise OSError
        return answers(key)

    store = make(ask, fresh_for=0.05, failed_for=0.01)
    assert store.find("shop") == "shop 1"
    works = False
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        assert store.find("shop") == "shop 1"
    [record] = caplog.records
    beginning = "tenants: asked about 'shop', the store fails, so what was known is served: OSError"
    assert record.getMessage().startswith(beginning)


def test_a_store_that_fails_is_asked_again(
    answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(key: Key) -> str:
        if not answers.asked:
            answers.asked.append(key)
            raise OSError("the database\nis gone")
        return answers(key)

    store = make(ask, failed_for=0.1)
    assert store.find("shop") is Refusal.FAILED
    assert store.find("shop") is Refusal.FAILED
    assert len(answers.asked) == 1
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.name == "cors_wsgi"
    assert record.getMessage().startswith(
        "tenants: asked about 'shop', the store fails, so nobody is allowed: OSError"
    )
    assert record.getMessage().endswith(r": 'the database\nis gone'")
    eventually(lambda: store.find("shop") == "shop 1")


def test_a_question_that_raises_what_is_no_exception_is_asked_again(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda arguments: ended.set())

    def ask(key: Key) -> str:
        if not answers.asked:
            answers.asked.append(key)
            raise SystemExit
        return answers(key)

    store = make(ask)
    assert isinstance(store.find("shop"), Refusal)
    assert ended.wait(5)
    assert store.find("shop") == "shop 1"


def test_changes_are_heard(answers: Answers, announcer: Announcer) -> None:
    store = make(answers, changes=announcer)
    assert store.find("shop") == "shop 1"  # listening begins with the first request
    announcer.items.put(None)
    eventually(lambda: store.entries.session.hearing)
    answers.value = 2
    announcer.items.put("shop")
    eventually(lambda: store.find("shop") == "shop 2")
    assert announcer.calls == 1


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        pytest.param(OSError("gone"), "OSError at .*: 'gone'$", id="an exception"),
        pytest.param(StopIteration, "the iterator ended$", id="its end"),
        pytest.param(b"shop", "TypeError at .*: 'changes has to yield keys", id="bytes"),
    ],
)
def test_listening_begins_again(
    answers: Answers,
    announcer: Announcer,
    caplog: pytest.LogCaptureFixture,
    end: object,
    reason: str,
) -> None:
    store = make(answers, changes=announcer)
    store.find("shop")
    announcer.items.put(None)
    eventually(lambda: store.entries.session.hearing)
    announcer.items.put(end)
    eventually(lambda: announcer.calls == 2)
    assert not store.entries.session.hearing
    [message] = [record.getMessage() for record in caplog.records if record.levelno > logging.INFO]
    assert message.startswith("tenants: changes are not heard")
    assert re.search(reason, message)
    announcer.items.put(None)
    eventually(lambda: store.entries.session.hearing)


def test_without_a_thread_to_listen_the_next_request_tries_again(
    answers: Answers,
    announcer: Announcer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Thread(threading.Thread):
        def start(self) -> None:
            if self.name == "cors-wsgi-changes":
                raise RuntimeError("can't start new thread")
            super().start()

    store = make(answers, changes=announcer)
    with monkeypatch.context() as patch:
        patch.setattr("threading.Thread", Thread)
        assert store.find("shop") == "shop 1"
    assert "tenants: changes are not heard yet: RuntimeError at " in caplog.text
    assert store.find("shop") == "shop 1"
    announcer.items.put(None)
    eventually(lambda: store.entries.session.hearing)


def test_pauses_between_attempts_to_listen_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    enough, the_end = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            enough.set()
            the_end.wait()

    def changes() -> Iterator[None]:
        yield None
        raise OSError

    clock = SimpleNamespace(sleep=sleep, monotonic=time.monotonic)
    monkeypatch.setattr(_listening, "time", clock)
    store = make(lambda key: "1", changes=changes)
    store.find("shop")
    assert enough.wait(5)
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    del store
    the_end.set()


def test_listening_ends_when_nobody_has_the_store_any_more(
    answers: Answers, announcer: Announcer
) -> None:
    others = set(threading.enumerate())
    store = make(answers, changes=announcer)
    store.find("shop")
    is_there = weakref.ref(store)
    del store
    gc.collect()
    eventually(lambda: is_there() is None)
    announcer.items.put("shop")
    eventually(lambda: set(threading.enumerate()) <= others)


def run_alone(program: str) -> str:
    """What a program prints; with warnings as errors, but for the fork of a threaded process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


PROLOGUE = """
import os, sys, threading, time
from cors_wsgi.tenants._entries import Entries
from cors_wsgi.tenants._records import Limits
from cors_wsgi.tenants._store import Store

def make(ask, changes=None, wait=2):
    entries = Entries(Limits(600, 3600, 10, 1, wait, 100, 4))
    return Store(entries, ask, lambda key, answer: answer, changes=changes)
"""


def test_a_child_process_begins_anew() -> None:
    program = """
listening = []
def changes():
    listening.append(os.getpid())
    yield None
    threading.Event().wait()

hangs = threading.Event()
asked = []
def ask(key):
    asked.append(os.getpid())
    if key == "slow" and os.getpid() == parent:
        hangs.wait()
    return f"{key} {os.getpid() == parent}"

parent = os.getpid()
store = make(ask, changes)
print(store.find("shop"))
threading.Thread(target=store.find, args=("slow",), daemon=True).start()
while len(asked) < 2 or not store.entries.session.hearing:
    time.sleep(0.01)
store._lock.acquire()  # as by another thread
sys.stdout.flush()
if os.fork() == 0:
    assert not store.entries.session.hearing
    print(store.find("shop"), store.find("slow"))
    while listening[-1] != os.getpid() or not store.entries.session.hearing:
        time.sleep(0.01)
    while store.find("shop") != "shop False":
        time.sleep(0.01)
    print("listens, and asks again")
    sys.stdout.flush()
    os._exit(0)
os.wait()
store._lock.release()
print(store.find("shop"))
"""
    printed = run_alone(PROLOGUE + program).splitlines()
    assert printed == ["shop True", "shop True slow False", "listens, and asks again", "shop True"]


def test_under_gevent_no_greenlet_is_blocked() -> None:
    program = """
import gevent
def ask(key):
    time.sleep(0.3)
    return key

def changes():
    yield None
    time.sleep(60)

store = make(ask, changes, wait=5)
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0.01)

gevent.spawn(tick)
found = [gevent.spawn(store.find, f"shop-{number % 4}") for number in range(50)]
gevent.joinall(found)
print({greenlet.value for greenlet in found} == {f"shop-{number}" for number in range(4)})
print(len(ticks) > 15, store.entries.session.hearing)
"""
    patch = "from gevent import monkey; monkey.patch_all()\n"
    assert run_alone(patch + PROLOGUE + program).split() == ["True", "True", "True"]


def test_under_gevent_that_patches_after_the_store_was_made() -> None:
    """As with gunicorn --preload: in the parent nothing is patched, in the child everything is."""
    program = """
store = make(lambda key: time.sleep(0.1) or key)
if os.fork() == 0:
    from gevent import monkey; monkey.patch_all()
    import gevent
    found = [gevent.spawn(store.find, "shop") for number in range(50)]
    gevent.joinall(found, timeout=5)
    print({greenlet.value for greenlet in found})
    sys.stdout.flush()
    os._exit(0)
os.wait()
"""
    assert run_alone(PROLOGUE + program) == "{'shop'}\n"


@pytest.mark.parametrize("is_async", [True, False], ids=["asynchronous", "in threads"])
def test_coroutines_wait_together(answers: Answers, *, is_async: bool) -> None:
    store = make(answers.later if is_async else answers, is_async=is_async)
    answers.go_on.clear()

    async def main() -> tuple[list[Any], int]:
        waiters = [asyncio.create_task(store.find_async("shop")) for _ in range(50)]
        ticks = 0
        while not answers.asked or ticks < 20:
            await asyncio.sleep(0.005)
            ticks += 1
        threads = threading.active_count()
        answers.go_on.set()
        return await asyncio.gather(*waiters), threads

    threads = threading.active_count()
    found, threads_meanwhile = asyncio.run(main())
    assert found == ["shop 1"] * 50
    assert answers.asked == ["shop"]
    assert threads_meanwhile - threads == (0 if is_async else 1)


@pytest.mark.parametrize("is_async", [True, False], ids=["asynchronous", "in threads"])
def test_who_no_longer_waits_cancels_no_question(answers: Answers, *, is_async: bool) -> None:
    store = make(answers.later if is_async else answers, is_async=is_async)
    answers.go_on.clear()

    async def main() -> object:
        leaving = asyncio.create_task(store.find_async("shop"))
        staying = asyncio.create_task(store.find_async("shop"))
        while not answers.asked:
            await asyncio.sleep(0.005)
        leaving.cancel()
        await asyncio.wait([leaving])
        answers.go_on.set()
        return await staying

    assert asyncio.run(main()) == "shop 1"
    assert answers.asked == ["shop"]


@pytest.mark.parametrize("is_async", [True, False], ids=["asynchronous", "in threads"])
def test_a_coroutine_waits_no_longer_than_it_may(answers: Answers, *, is_async: bool) -> None:
    store = make(answers.later if is_async else answers, is_async=is_async, wait=0.1)
    answers.go_on.clear()

    async def main() -> tuple[object, object]:
        first = await store.find_async("shop")
        answers.go_on.set()
        while (second := await store.find_async("shop")) is Refusal.NO_ANSWER:
            await asyncio.sleep(0.01)
        return first, second

    assert asyncio.run(main()) == (Refusal.NO_ANSWER, "shop 1")
    assert answers.asked == ["shop"]


def test_at_most_so_many_coroutines_ask_at_once(answers: Answers) -> None:
    store = make(answers.later, is_async=True, at_once=3)

    async def main() -> list[Any]:
        return await asyncio.gather(*(store.find_async(f"shop-{n}") for n in range(50)))

    assert asyncio.run(main()) == [f"shop-{number} 1" for number in range(50)]
    assert answers.most_at_once == 3


@pytest.mark.parametrize("closes", ["cancels its tasks", "leaves its tasks"])
def test_one_store_survives_its_loops(answers: Answers, closes: str) -> None:
    store = make(answers.later, is_async=True)
    answers.go_on.clear()
    loop = asyncio.new_event_loop()
    waiter = loop.create_task(store.find_async("shop"))
    loop.run_until_complete(asyncio.sleep(0.05))
    waiter.cancel()
    if closes == "cancels its tasks":
        for task in asyncio.all_tasks(loop):
            task.cancel()
    loop.run_until_complete(asyncio.wait([waiter]))
    loop.set_exception_handler(lambda loop, context: None)  # of a task that is left pending
    loop.close()
    answers.go_on.set()
    assert asyncio.run(store.find_async("shop")) == "shop 1"
    assert answers.asked == ["shop", "shop"]
    assert asyncio.run(store.find_async("shop")) == "shop 1"
    assert answers.asked == ["shop", "shop"]
