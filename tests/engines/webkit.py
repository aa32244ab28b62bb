"""WebKitGTK's MiniBrowser, over the inspector protocol, on a display of its own."""

import contextlib
import itertools
import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engines.processes import PATIENCE, BrowserError, free_port, laboratory, running, wait_for
from engines.wire import Conversation, Json, Message, ScriptError, settled, value_of

PLACES = (
    "lib/*/webkit2gtk-4.1/MiniBrowser",  # Debian, Ubuntu
    "libexec/webkit2gtk-4.1/MiniBrowser",  # Fedora
    "lib/webkit2gtk-4.1/MiniBrowser",  # Arch
)


def find() -> str | None:
    """Where the browser is installed; it needs Xvfb, for it has no headless mode."""
    found = itertools.chain.from_iterable(Path("/usr").glob(place) for place in PLACES)
    return str(next(found, "")) or None if shutil.which("Xvfb") else None


@contextlib.contextmanager
def launch(program: str) -> Iterator["WebKit"]:
    """Start a browser with an empty profile."""
    with laboratory() as lab, _display(lab) as display:
        inspector = f"127.0.0.1:{free_port()}"
        environ = {
            "DISPLAY": display,
            "GDK_BACKEND": "x11",
            "WEBKIT_INSPECTOR_HTTP_SERVER": inspector,
            "NO_AT_BRIDGE": "1",
        }
        command = [program, "--cookies-policy=always", "about:blank"]
        with (
            running(command, lab, environ) as process,
            contextlib.closing(
                WebKit(wait_for(lambda: _page_target(inspector), "WebKit", process, lab))
            ) as browser,
        ):
            yield browser


class WebKit:
    """One page of a running browser."""

    def __init__(self, address: str) -> None:
        self._console: list[Message] = []
        self._answers: dict[int, Json] = {}
        self._numbers = itertools.count(1)
        self._target = ""
        self._loads = 0
        self._inspector = Conversation(address, self._on_event)
        self._inspector.wait_until(lambda: bool(self._target), "the page's target")
        self._prepare()

    def version(self) -> str:
        """What the browser calls itself."""
        agent: str = self.evaluate("navigator.userAgent")
        return "WebKitGTK " + " ".join(agent.split()[-2:])

    def goto(self, url: str) -> None:
        """Load a page; a new site gets a new process and so a new target."""
        target, loads = self._target, self._loads
        self._call("Page.navigate", {"url": url})
        self._inspector.wait_until(
            lambda: self._target not in ("", target) or self._loads > loads, url
        )
        if self._target != target:
            self._prepare()
        loaded = (
            "location.href !== 'about:blank' && (document.readyState === 'complete' ||"
            " new Promise(done => addEventListener('load', () => done(true))))"
        )
        if not self.evaluate(loaded):
            raise BrowserError(f"{url} did not load")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        answer = self._call("Runtime.evaluate", {"expression": settled(expression)})
        if not answer.get("wasThrown"):
            promise = {"promiseObjectId": answer["result"]["objectId"], "returnByValue": True}
            answer = self._call("Runtime.awaitPromise", promise)
        if answer.get("wasThrown"):
            raise ScriptError(answer["result"].get("description", "unknown"))
        return value_of(answer["result"]["value"])

    def console(self, wait: float = 0.5) -> list[Message]:
        """What the console has shown so far; messages may come a little after their cause."""
        self._inspector.listen(wait)
        return list(self._console)

    def close(self) -> None:
        """Let go of the browser."""
        self._inspector.close()

    def _prepare(self) -> None:
        for domain in ("Page", "Runtime", "Console"):
            self._call(f"{domain}.enable")

    def _call(self, method: str, params: Json | None = None) -> Json:
        """Send a command to the page's target and wait for its answer, which is an event."""
        number = next(self._numbers)
        message = json.dumps({"id": number, "method": method, "params": params or {}})
        wrapped = {"targetId": self._target, "message": message}
        self._inspector.call("Target.sendMessageToTarget", wrapped)
        self._inspector.wait_until(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: Json = answer["result"]
        return result

    def _on_event(self, method: str, params: Json) -> None:
        if method == "Target.targetCreated":
            target = params["targetInfo"]
            if target["type"] == "page" and not target.get("isProvisional"):
                self._target = target["targetId"]
        elif method == "Target.didCommitProvisionalTarget":
            self._target = params["newTargetId"]
        elif method == "Target.dispatchMessageFromTarget":
            message = json.loads(params["message"])
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self._on_page_event(message["method"], message.get("params", {}))

    def _on_page_event(self, method: str, params: Json) -> None:
        if method == "Console.messageAdded":
            message = params["message"]
            said = [
                str(part.get("value", part.get("description", "")))
                for part in message.get("parameters", [])
            ]
            text = " ".join(said) or message["text"]
            self._console.append(Message(text, message["level"], message.get("url", "")))
        elif method == "Page.loadEventFired":
            self._loads += 1


@contextlib.contextmanager
def _display(lab: Path) -> Iterator[str]:
    """A virtual screen, on a display number that it chooses itself."""
    reader, writer = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1280x1024x24",
        "-nolisten",
        "tcp",
    ]
    with os.fdopen(reader, "rb") as answer, running(command, lab, pass_fds=[writer]):
        os.close(writer)
        number = answer.readline().strip().decode()  # empty if it ended instead
        if not number:
            log = (lab / "Xvfb.log").read_text(errors="replace")
            raise BrowserError(f"Xvfb did not start within {PATIENCE:.0f} s. It printed:\n{log}")
        yield f":{number}"


def _page_target(inspector: str) -> str | None:
    with urllib.request.urlopen(f"http://{inspector}/", timeout=5) as answer:
        listing = answer.read().decode()
    found = re.search(r"socket/\d+/\d+/WebPage", listing)
    return found and f"ws://{inspector}/{found[0]}"
