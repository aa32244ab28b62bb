"""JSON messages over a WebSocket: what the remote protocols of all three engines share."""

import contextlib
import itertools
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from engines.processes import PATIENCE, BrowserError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

#: What a protocol calls its objects: whatever JSON can say.
Json = dict[str, Any]


class Message(NamedTuple):
    """One line of a browser's console.

    The text of a CORS error names the resource; `url` is where the engine attaches the message,
    which is the page in some engines and the resource in others.
    """

    text: str
    level: str
    url: str


class ScriptError(Exception):
    """What was evaluated in the page threw, or was rejected with, this."""


class Conversation:
    """Calls and their answers; what arrives unasked goes to `on_event(method, params)`."""

    def __init__(self, address: str, on_event: Callable[[str, Json], None]) -> None:
        # No engine accepts a control connection that has an Origin; `connect` sends none.
        # A browser busy with a thousand fetches answers no pings, and may send any amount.
        connection = connect(
            address,
            open_timeout=PATIENCE,
            ping_interval=None,
            compression=None,
            max_size=None,
            max_queue=None,
            proxy=None,
        )
        self._closing = contextlib.ExitStack()
        self._socket = self._closing.enter_context(connection)
        self._numbers = itertools.count(1)
        self._on_event = on_event

    def call(
        self, method: str, params: Json | None = None, *, timeout: float = PATIENCE, **envelope: Any
    ) -> Json:
        """Send one command and wait for its answer (its `result`)."""
        number = next(self._numbers)
        self.send({"id": number, "method": method, "params": params or {}} | envelope)
        answer: Json = {}

        def answered() -> bool:
            return bool(answer)

        def keep(message: Json) -> None:
            if message.get("id") == number:
                answer.update(message)

        self._read(answered, keep, time.monotonic() + timeout, method)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer.get('message') or answer['error']}")
        result: Json = answer["result"]
        return result

    def send(self, message: Json) -> None:
        """Send one message and wait for nothing."""
        try:
            self._socket.send(json.dumps(message))
        except ConnectionClosed as closed:
            raise BrowserError("the browser closed the connection") from closed

    def wait_until(
        self, condition: Callable[[], bool], what: str, timeout: float = PATIENCE
    ) -> None:
        """Read what arrives until the condition holds."""
        self._read(condition, lambda message: None, time.monotonic() + timeout, what)

    def listen(self, seconds: float) -> None:
        """Read what arrives during this time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read_one(deadline, lambda message: None)

    def close(self) -> None:
        """End the conversation."""
        self._closing.close()

    def _read(
        self,
        done: Callable[[], bool],
        on_answer: Callable[[Json], None],
        deadline: float,
        what: str,
    ) -> None:
        while not done():
            if not self._read_one(deadline, on_answer) and time.monotonic() >= deadline:
                raise BrowserError(f"no answer in time: {what}")

    def _read_one(self, deadline: float, on_answer: Callable[[Json], None]) -> bool:
        try:
            text = self._socket.recv(timeout=max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            return False
        except ConnectionClosed as closed:
            raise BrowserError("the browser closed the connection") from closed
        message = json.loads(text)
        if "id" in message and message["id"] is not None:
            on_answer(message)
        elif "method" in message:
            self._on_event(message["method"], message.get("params", {}))
        return True


def settled(expression: str) -> str:
    """JavaScript that awaits an expression and says, as JSON text, how it ended."""
    return (
        "(async () => { try { return JSON.stringify({value: (await (\n"
        + expression
        + "\n)) ?? null}) } catch (error) { return JSON.stringify({error: String(error)}) } })()"
    )


def value_of(text: str) -> Any:
    """The value that `settled` reported, or its error raised."""
    outcome = json.loads(text)
    if "error" in outcome:
        raise ScriptError(outcome["error"])
    return outcome["value"]
