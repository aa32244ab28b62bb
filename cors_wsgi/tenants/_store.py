"""Asks the store: in threads, or in tasks of an event loop, and never in a request.

Everything that a process must not share is made anew in its children. Nothing is asked, logged or
waited for while the lock is held, so under gevent no greenlet is switched to meanwhile.
"""

import asyncio
import os
import threading
import weakref
from collections.abc import Callable, Generator
from contextvars import Context
from time import monotonic
from typing import Any, Generic, TypeVar

from cors_wsgi._log import get_logger
from cors_wsgi.tenants._entries import Entries
from cors_wsgi.tenants._explanation import state_of, stats_of
from cors_wsgi.tenants._listening import Changes, listen
from cors_wsgi.tenants._messages import describe, named
from cors_wsgi.tenants._questions import Key, Listing, Question, Refusal
from cors_wsgi.tenants._records import Entry

V = TypeVar("V")

_stores: "weakref.WeakSet[Store[Any]]" = weakref.WeakSet()


class Store(Generic[V]):
    """The entries of a process, and what asks the store for them.

    Args:
        entries: What is known, and the states it is in.
        ask: Asks the store about a key, or which keys there are; may be a coroutine function.
        read: Makes a value, or a `Refusal`, of what the store answered.
        is_async: Whether `ask` is a coroutine function.
        changes: Listens for changes; None if nothing announces them.
    """

    def __init__(
        self,
        entries: Entries[V],
        ask: Callable[[Key], Any],
        read: Callable[[Key, Any], Any],
        *,
        is_async: bool = False,
        changes: Changes | None = None,
    ) -> None:
        self.entries = entries
        self._ask = ask
        self._read = read
        self._is_async = is_async
        self._changes = changes
        # What was logged of keys that are not answered, until they are: errors, and mere silence.
        self._reported: dict[str, set[Key]] = {"error": set(), "silence": set()}
        self._start_anew()
        _stores.add(self)

    def _start_anew(self) -> None:
        self._lock = threading.Lock()
        self._listens = False
        self._tasks: dict[asyncio.Task[None], Question[V]] = {}

    def after_fork(self) -> None:
        """Begin anew in a child process: its parent's threads and locks are not there."""
        self._start_anew()
        self.entries.after_fork(monotonic())

    def find(self, key: str) -> V | Refusal:
        """Return the value of a key; wait for the store if need be."""
        finding = self._finding(key)
        try:
            question, seconds = next(finding)
            while True:
                question, seconds = finding.send(_wait(question, seconds))
        except StopIteration as found:
            value: V | Refusal = found.value
            return value

    async def find_async(self, key: str) -> V | Refusal:
        """Return the value of a key; let the event loop go on while the store is asked."""
        finding = self._finding(key)
        try:
            question, seconds = next(finding)
            while True:
                question, seconds = finding.send(await _wait_async(question, seconds))
        except StopIteration as found:
            value: V | Refusal = found.value
            return value

    def announce(self, key: str) -> None:
        """Obey the announcement that a key has changed."""
        with self._lock:
            self.entries.announce(key)

    @property
    def is_hearing(self) -> bool:
        """Whether changes are heard."""
        return self.entries.session.hearing

    def hear(self, *, hearing: bool) -> None:
        """Note that changes are heard from now on, or no more; what was known is suspect."""
        with self._lock:
            self.entries.hear(monotonic(), hearing=hearing)

    def explain(self, key: str) -> tuple[str, Entry[V] | None, float]:
        """Return the state of a key, its entry, and the time."""
        with self._lock:
            now = monotonic()
            return state_of(self.entries, key, now), self.entries.known.get(key), now

    def stats(self) -> dict[str, Any]:
        """Return what has been asked and what is known, in numbers."""
        with self._lock:
            return stats_of(self.entries, monotonic())

    def _finding(
        self, key: str
    ) -> Generator[tuple[Question[V], float], V | Refusal | None, V | Refusal]:
        """Yield the questions to wait for, and for how long; return the value.

        What is sent back is the answer, or None if there was none in time.
        """
        self._listen()
        deadline = monotonic() + self.entries.limits.wait
        while True:
            found, question = self._look_up(key)
            seconds = deadline - monotonic()
            if question is None or seconds <= 0:
                return found
            answer = yield question, seconds
            if answer is None:
                seconds = self.entries.limits.wait
                self._report(question.key, "silence", f"no answer within {seconds:g} s")
            elif question.key == key:
                return self._look_up(key)[0] if answer is Refusal.FAILED else answer

    def _look_up(self, key: str) -> tuple[V | Refusal, Question[V] | None]:
        self._abandon_closed_loops()
        with self._lock:
            found = self.entries.look_up(key, monotonic())
        self._run_questions()
        return found

    def _run_questions(self) -> None:
        """Start what asks the questions that may be asked now."""
        while (question := self._begin()) is not None:
            if self._is_async:
                # Not in the context of the request that happens to be first.
                loop = asyncio.get_running_loop()
                task = loop.create_task(self._run_in_loop(question), context=Context())
                self._tasks[task] = question
                task.add_done_callback(lambda task: self._tasks.pop(task, None))
            else:
                self._ask_in_thread(question)

    def _begin(self) -> Question[V] | None:
        with self._lock:
            now = monotonic()
            dropped = self.entries.drop_strangers(now)
            question = self.entries.begin(now)
        for unanswered in dropped:
            unanswered.answer.set_result(Refusal.LIMITED)
        return question

    def _ask_in_thread(self, question: Question[V]) -> None:
        try:
            _start_thread("cors-wsgi-tenants", self._run_in_thread, question)
        except RuntimeError as error:  # there are too many
            self._finish(question, self._failure(question.key, error))

    def _run_in_thread(self, first: Question[V]) -> None:
        question: Question[V] | None = first
        while question is not None:
            answer = None
            try:
                answer = self._read(question.key, self._ask(question.key))
            except Exception as error:
                answer = self._failure(question.key, error)
            finally:
                self._finish(question, answer)
            question = self._begin()

    async def _run_in_loop(self, first: Question[V]) -> None:
        question: Question[V] | None = first
        while question is not None:
            answer = None
            try:
                answer = self._read(question.key, await self._ask(question.key))
            except Exception as error:
                answer = self._failure(question.key, error)
            finally:
                self._finish(question, answer)
            question = self._begin()

    def _finish(self, question: Question[V], answer: Any) -> None:
        """Keep an answer, and give it to those who wait; None if the asking was interrupted."""
        with self._lock:
            if question not in self.entries.running:  # its loop was closed, or its process forked
                return
            if answer is None:
                self.entries.abandon(question)
            else:
                self.entries.finish(question, answer, monotonic())
        if answer is not Refusal.FAILED:
            for reported in self._reported.values():
                reported.discard(question.key)
        question.answer.set_result(Refusal.FAILED if answer is None else answer)

    def _abandon_closed_loops(self) -> None:
        """Give up questions whose event loop was closed before they were answered."""
        for task, question in [*self._tasks.items()]:
            if task.get_loop().is_closed():
                del self._tasks[task]
                self._finish(question, None)

    def _failure(self, key: Key, error: Exception) -> Refusal:
        self._report(key, "error", describe(error))
        return Refusal.FAILED

    def _report(self, key: Key, kind: str, what: str) -> None:
        """Log that the store does not answer: once a key and kind, until it does again.

        An error that comes when nobody waits any more is the reason for the silence before it.
        """
        reported = self._reported[kind]
        if key in reported:
            return
        if len(reported) >= self.entries.limits.at_most:
            reported.clear()
        reported.add(key)
        entry: Entry[Any] | None
        if isinstance(key, Listing):
            entry, served = self.entries.listing, "it is asked about each key"
        else:
            entry, served = self.entries.known.get(key), "nobody is allowed"
        if entry is not None and not entry.changed:
            served = "what was known is served"
        get_logger().warning(
            "tenants: asked about %s, the store fails, so %s: %s", named(key), served, what
        )

    def _listen(self) -> None:
        """Start to listen for changes, once in a process."""
        if self._changes is None or self._listens:
            return
        with self._lock:
            is_first, self._listens = not self._listens, True
        if is_first:
            arguments = weakref.ref(self), self._changes
            try:
                _start_thread("cors-wsgi-changes", listen, *arguments)
            except RuntimeError as error:  # there are too many
                get_logger().warning("tenants: changes are not heard yet: %s", describe(error))
                self._listens = False  # the next request tries again


def _start_thread(name: str, target: Callable[..., object], *arguments: object) -> None:
    """Start a thread that does not keep the process alive.

    Raises:
        RuntimeError: If the process has too many of them.
    """
    threading.Thread(target=target, args=arguments, name=name, daemon=True).start()


def _wait(question: Question[Any], seconds: float) -> Any:
    try:
        return question.answer.result(seconds)
    except TimeoutError:
        return None


async def _wait_async(question: Question[Any], seconds: float) -> Any:
    try:
        return await asyncio.wait_for(asyncio.wrap_future(question.answer), seconds)
    except TimeoutError:
        return None


def _after_fork() -> None:
    for store in [*_stores]:
        store.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
