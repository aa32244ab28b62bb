"""Firefox, over WebDriver BiDi."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engines.processes import laboratory, running, wait_for
from engines.wire import Conversation, Json, Message, ScriptError, settled, value_of

NAMES = ("firefox-esr", "firefox")
FLAGS = ("--headless", "--no-remote", "--remote-debugging-port=0")


def find() -> str | None:
    """Where the browser is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def launch(program: str) -> Iterator["Firefox"]:
    """Start a browser with an empty profile."""
    with (
        laboratory() as lab,
        running([program, *FLAGS, "--profile", str(lab)], lab) as process,
        contextlib.closing(
            Firefox(wait_for(lambda: _address(lab), "Firefox", process, lab))
        ) as browser,
    ):
        yield browser


class Firefox:
    """One page of a running browser."""

    def __init__(self, address: str) -> None:
        self._console: list[Message] = []
        self._session = Conversation(address, self._on_event)
        self._capabilities = self._session.call("session.new", {"capabilities": {}})["capabilities"]
        self._session.call("session.subscribe", {"events": ["log.entryAdded"]})
        self._page = self._session.call("browsingContext.getTree")["contexts"][0]["context"]

    def version(self) -> str:
        """What the browser calls itself."""
        return f"Firefox/{self._capabilities['browserVersion']}"

    def goto(self, url: str) -> None:
        """Load a page."""
        parameters = {"context": self._page, "url": url, "wait": "complete"}
        self._session.call("browsingContext.navigate", parameters)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        parameters = {
            "expression": settled(expression),
            "target": {"context": self._page},
            "awaitPromise": True,
        }
        answer = self._session.call("script.evaluate", parameters)
        if "exceptionDetails" in answer:
            raise ScriptError(answer["exceptionDetails"]["text"])
        return value_of(answer["result"]["value"])

    def console(self, wait: float = 1.0) -> list[Message]:
        """What the console has shown so far; Firefox is late with the lines about CORS."""
        self._session.listen(wait)
        return list(self._console)

    def close(self) -> None:
        """Let go of the browser."""
        self._session.close()

    def _on_event(self, method: str, params: Json) -> None:
        if method == "log.entryAdded":
            frames = (params.get("stackTrace") or {}).get("callFrames") or [{}]
            url = frames[0].get("url", "")
            self._console.append(Message(params.get("text") or "", params["level"], url))


def _address(lab: Path) -> str:
    server: Json = json.loads((lab / "WebDriverBiDiServer.json").read_text())
    return f"ws://{server['ws_host']}:{server['ws_port']}/session"
