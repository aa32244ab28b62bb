"""Hears which keys have changed, and begins again when listening ends."""

import inspect
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Final, Protocol, TypeAlias
from weakref import ref

from cors_wsgi._choosing import is_asynchronous
from cors_wsgi._log import get_logger
from cors_wsgi.tenants._messages import describe
from cors_wsgi.tenants._records import DEAF_FOR

Changes: TypeAlias = Callable[[], Iterable[str | None]]
"""Listens for changes.

It yields None as soon as it listens, then the keys that have changed, and None again whenever it
may have missed some.
"""

HEARTBEAT: Final = 4.0
"""After how many seconds without a word a listener asks whether the server is there, and for how
many more it waits for the answer."""

_SHORTEST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0


# The store that the thread tells of changes.
_told: ContextVar["ref[Listener]"] = ContextVar("_told")


class Listener(Protocol):
    """What is told of changes."""

    @property
    def is_hearing(self) -> bool:
        """Whether changes are heard."""

    def hear(self, *, hearing: bool) -> None:
        """Note that changes are heard from now on, or no more."""

    def announce(self, key: str) -> None:
        """Note that a key has changed."""


def check_synchronous(name: str, function: object) -> None:
    """Check a function that a thread calls.

    Raises:
        TypeError: If it is none, or an asynchronous one.
    """
    if not callable(function):
        raise TypeError(f"{name} has to be a function, not {function!r:.80}")
    if is_asynchronous(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{name} cannot be asynchronous, since a thread calls it, under ASGI too")


def listen(store: ref[Listener], changes: Changes) -> None:
    """Tell a store of changes until it is collected.

    Args:
        store: The store.
        changes: Listens for changes. When it ends or raises, it is called again after a pause,
            which grows while it keeps ending soon.
    """
    _told.set(store)
    pause = _SHORTEST_PAUSE
    logged = None
    while store() is not None:
        began = time.monotonic()
        reason = "the iterator ended"
        try:
            _tell(store, changes())
        except Exception as error:
            reason = describe(error)
        finally:
            was_hearing = _stop_hearing(store)
        if store() is None:
            return
        if was_hearing or reason != logged:
            logged = reason
            get_logger().warning(
                "tenants: changes are not heard, so origins are asked for again after %g s: %s",
                DEAF_FOR,
                reason,
            )
        if time.monotonic() - began > _LONGEST_PAUSE:
            pause = _SHORTEST_PAUSE
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def is_collected() -> bool:
    """Tell whether the store that this thread tells of changes is there no more.

    A listener asks when it has heard nothing for a while, so that it does not keep its thread and
    its connection for ever.
    """
    reference = _told.get(None)
    return reference is not None and reference() is None


def _tell(reference: ref[Listener], changes: Iterable[str | None]) -> None:
    """Tell a store of changes until there are no more, or it is collected."""
    for change in changes:
        store = reference()
        if store is None:
            return
        if change is None:
            store.hear(hearing=True)
            get_logger().info("tenants: changes are heard")
        elif isinstance(change, str):
            store.announce(change)
            get_logger().debug("tenants: %a has changed", change)
        else:
            message = f"changes has to yield keys (str) or None, not {type(change).__name__}"
            raise TypeError(message)
        del store  # it may be collected while the next change is waited for


def _stop_hearing(reference: ref[Listener]) -> bool:
    """Tell a store that changes are not heard; return whether they were."""
    store = reference()
    if store is None or not store.is_hearing:
        return False
    store.hear(hearing=False)
    return True
