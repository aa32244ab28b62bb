"""An ASGI application that is running in this process, for tests and tools.

It runs on one event loop, in a thread of its own, so that it can be asked from synchronous code
and from a test that has a loop of its own. Its lifespan runs once: it starts before the first
request, and stops when nobody refers to the application any more, or when Python exits.
"""

import asyncio
import contextlib
import threading
import weakref
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Application: TypeAlias = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]

_ASGI: Final = {"version": "3.0", "spec_version": "2.5"}
_PATIENCE: Final = 5.0  # seconds for the application to stop


@dataclass(slots=True)
class Response:
    """What an application has sent."""

    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    blocks: list[bytes] = field(default_factory=list)
    failure: Exception | None = None


class RunningApplication:
    """Runs an ASGI 3 application.

    Args:
        app: The application.

    Raises:
        RuntimeError: If its lifespan says that it cannot start.
    """

    def __init__(self, app: Application) -> None:
        self._loop = _Loop(app)
        weakref.finalize(self, self._loop.stop)

    def ask(self, scope: dict[str, Any], body: bytes) -> Response:
        """Send one HTTP request, and wait until the application returns or fails."""
        exchange = self._loop.exchange(scope, body)
        return asyncio.run_coroutine_threadsafe(exchange, self._loop.loop).result()


class _Loop:
    """The event loop, its thread, and the application's lifespan."""

    loop: asyncio.AbstractEventLoop
    _stopping: asyncio.Event

    def __init__(self, app: Application) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._failure: BaseException | None = None
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="ASGI application")
        self._thread.start()
        self._is_ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # sys.exit() in the application closes the loop
            self.loop.call_soon_threadsafe(self._stopping.set)
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as failure:
            self._failure = failure
        finally:
            self._is_ready.set()

    async def _live(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        messages: asyncio.Queue[Any] = asyncio.Queue()
        started: asyncio.Future[None] = self.loop.create_future()

        async def send(message: MutableMapping[str, Any]) -> None:
            if started.done():
                return
            if message["type"] == "lifespan.startup.failed":
                started.set_exception(RuntimeError(message.get("message") or "it did not start"))
            elif message["type"] == "lifespan.startup.complete":
                started.set_result(None)

        await messages.put({"type": "lifespan.startup"})
        scope = {"type": "lifespan", "asgi": _ASGI, "state": self._state}
        lifespan = asyncio.ensure_future(self._app(scope, messages.get, send))
        await asyncio.wait({lifespan, started}, return_when=asyncio.FIRST_COMPLETED)
        # An application that raises or returns before it says anything has no lifespan (ASGI).
        if started.done():
            started.result()
        self._is_ready.set()
        await self._stopping.wait()
        await messages.put({"type": "lifespan.shutdown"})
        await asyncio.wait({lifespan}, timeout=_PATIENCE)
        if lifespan.done():
            lifespan.exception()  # it has been looked at

    async def exchange(self, scope: dict[str, Any], body: bytes) -> Response:
        response = Response()
        is_complete = asyncio.Event()
        requests = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> MutableMapping[str, Any]:
            if requests:
                return requests.pop()
            # Frameworks wait here for the client to go away, some even when they have responded.
            await is_complete.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                response.status = message["status"]
                response.headers = tuple(
                    (bytes(n), bytes(v)) for n, v in message.get("headers", ())
                )
            elif message["type"] == "http.response.body":
                response.blocks.append(message.get("body", b""))
                if not message.get("more_body", False):
                    is_complete.set()

        scope |= {"type": "http", "asgi": _ASGI, "state": self._state.copy()}
        try:
            await self._app(scope, receive, send)
        except Exception as failure:
            response.failure = failure
        return response
