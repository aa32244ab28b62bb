"""Chromium, over the Chrome DevTools Protocol."""

import base64
import contextlib
import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engines.processes import laboratory, running, wait_for
from engines.wire import Conversation, Json, Message, ScriptError, settled, value_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # a container's root has no other choice; we load our own pages only
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

#: Debian's build blocks the cookies of third parties, which Chrome does not.
PREFERENCES = {"profile": {"cookie_controls_mode": 0}}


def find() -> str | None:
    """Where the browser is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def launch(program: str) -> Iterator["Chromium"]:
    """Start a browser with a profile that has only `PREFERENCES`."""
    with (
        _profile() as lab,
        running([program, *FLAGS, f"--user-data-dir={lab}", "about:blank"], lab) as process,
        contextlib.closing(
            Chromium(wait_for(lambda: _page_target(lab), "Chromium", process, lab))
        ) as browser,
    ):
        yield browser


class Chromium:
    """One page of a running browser."""

    def __init__(self, address: str) -> None:
        self._console: list[Message] = []
        self._cors_errors: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._loaded: set[str] = set()
        self._page = Conversation(address, self._on_event)
        for domain in ("Page", "Log", "Runtime", "Network"):
            self._page.call(f"{domain}.enable")
        self._page.call("Page.setLifecycleEventsEnabled", {"enabled": True})

    def version(self) -> str:
        """What the browser calls itself."""
        version: str = self._page.call("Browser.getVersion")["product"]
        return version

    def goto(self, url: str) -> None:
        """Load a page."""
        answer = self._page.call("Page.navigate", {"url": url})
        if "errorText" in answer:
            raise ScriptError(f"{url}: {answer['errorText']}")
        if loader := answer.get("loaderId"):  # none if only the fragment changed
            self._page.wait_until(lambda: loader in self._loaded, url)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        parameters = {
            "expression": settled(expression),
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = self._page.call("Runtime.evaluate", parameters)
        if "exceptionDetails" in answer:
            thrown = answer["exceptionDetails"]
            raise ScriptError(thrown.get("exception", {}).get("description", thrown["text"]))
        return value_of(answer["result"]["value"])

    def console(self, wait: float = 0.3) -> list[Message]:
        """What the console has shown so far; messages may come a little after their cause."""
        self._page.listen(wait)
        return list(self._console)

    def cors_errors(self) -> dict[str, str]:
        """For each URL that CORS refused, the error's name and, in brackets, its parameter."""
        return dict(self._cors_errors)

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Show the page in a window of this size, in CSS pixels, in light or dark colours."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._page.call("Emulation.setEmulatedMedia", {"features": [scheme]})
        self._page.call("Emulation.setDeviceMetricsOverride", size)

    def screenshot(self, path: Path, width: int, height: int, *, dark: bool = False) -> None:
        """Write a PNG of the page in a window of this size."""
        self.resize(width, height, dark=dark)
        picture = self._page.call("Page.captureScreenshot", {"format": "png"})
        path.write_bytes(base64.b64decode(picture["data"]))

    def close(self) -> None:
        """Let go of the browser."""
        self._page.close()

    def _on_event(self, method: str, params: Json) -> None:
        if method == "Log.entryAdded":
            entry = params["entry"]
            self._console.append(Message(entry["text"], entry["level"], entry.get("url", "")))
        elif method == "Runtime.consoleAPICalled":
            text = " ".join(
                str(argument.get("value", argument.get("description", "")))
                for argument in params["args"]
            )
            self._console.append(Message(text, params["type"], ""))
        elif method == "Runtime.exceptionThrown":
            thrown = params["exceptionDetails"]
            text = thrown.get("exception", {}).get("description", thrown["text"])
            self._console.append(Message(text, "error", thrown.get("url", "")))
        elif method == "Network.requestWillBeSent":
            self._urls.setdefault(params["requestId"], params["request"]["url"])
        elif method == "Network.loadingFailed" and "corsErrorStatus" in params:
            status = params["corsErrorStatus"]
            error = f"{status['corsError']}({status['failedParameter']})"
            self._cors_errors[self._urls[params["requestId"]]] = error
        elif method == "Page.lifecycleEvent" and params["name"] == "load":
            self._loaded.add(params["loaderId"])


@contextlib.contextmanager
def _profile() -> Iterator[Path]:
    with laboratory() as lab:
        (lab / "Default").mkdir()
        (lab / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
        yield lab


def _page_target(lab: Path) -> str | None:
    port = (lab / "DevToolsActivePort").read_text().split("\n")[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
        targets: list[Json] = json.load(answer)
    pages = (target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page")
    return next(pages, None)
