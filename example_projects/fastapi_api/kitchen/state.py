"""What the kitchen is cooking, and who is watching it."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any, TypeAlias

Changes: TypeAlias = asyncio.Queue[dict[str, Any]]


class Kitchen:
    """The orders, the tokens that were given out, and everybody who waits for a change."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.users: dict[str, str] = {}
        self._watchers: set[Changes] = set()

    def save(self, order: dict[str, Any]) -> None:
        """Keep an order, and tell everybody who watches."""
        self.orders[order["number"]] = order
        for watcher in self._watchers:
            watcher.put_nowait(order)

    @contextlib.contextmanager
    def watching(self) -> Iterator[Changes]:
        """Give a queue of the orders that are saved from now on."""
        changes: Changes = asyncio.Queue()
        self._watchers.add(changes)
        try:
            yield changes
        finally:
            self._watchers.discard(changes)
