"""The adapters: who competes at each, how it is asked, and how it is timed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from benchmarks.cases import Case, Request
from benchmarks.loops import Batch, asgi_batch, asgi_scope, wsgi_batch
from benchmarks.verdict import Answer, ask_asgi, ask_wsgi

# Right for one origin at most: their verdict is not asked for.
YARDSTICKS = ("bare", "limit", "limit fn")


@dataclass(frozen=True)
class Adapter:
    """A kind of application: how to ask it once, and how to ask it many times.

    `competitors` names the function that makes the applications of a case. Its module
    imports a framework, so it is imported when the adapter is opened, and not before.
    """

    title: str
    competitors: tuple[str, str]
    ask: Callable[[Any, Request], Answer]
    batch: Callable[[Any, Request], Batch]

    def candidates(self, case: Case) -> dict[str, Any]:
        """Return the applications to compare on a case, the bare one first."""
        module, name = self.competitors
        found: dict[str, Any] = getattr(import_module(f"benchmarks.{module}"), name)(case)
        return found


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """Return the one event loop of the benchmark."""
    return asyncio.new_event_loop()


def _ask_wsgi(application: Any, request: Request) -> Answer:
    return ask_wsgi(application, request.environ())


def _ask_asgi(application: Any, request: Request) -> Answer:
    return event_loop().run_until_complete(ask_asgi(application, asgi_scope(request)))


def _asgi_batch(application: Any, request: Request) -> Batch:
    return asgi_batch(application, request, event_loop())


WSGI = (_ask_wsgi, wsgi_batch)
ASGI = (_ask_asgi, _asgi_batch)

ADAPTERS = {
    "wsgi": Adapter("Plain WSGI", ("on_wsgi", "candidates"), *WSGI),
    "flask": Adapter("Flask", ("on_flask", "candidates"), *WSGI),
    "django": Adapter("Django under WSGI", ("on_django", "candidates"), *WSGI),
    "django_asgi": Adapter("Django under ASGI", ("on_django", "asgi_candidates"), *ASGI),
    "asgi": Adapter("ASGI, for reference", ("on_asgi", "candidates"), *ASGI),
}
