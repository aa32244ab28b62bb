"""Drive the browsers that are installed here: Chromium, Firefox and WebKit, one interface.

    with launch("firefox") as browser:
        browser.goto("http://127.0.0.1:8000/")
        title = browser.evaluate("document.title")
        lines = browser.console()

Each is driven over its own remote protocol; no driver program is needed. `launch` raises
`BrowserError` where the browser is missing or does not start; `find` says beforehand.
"""

import contextlib
import os
from collections.abc import Callable
from typing import Any, Protocol

import pytest
from engines import chromium, firefox, webkit
from engines.processes import BrowserError
from engines.wire import Message, ScriptError

__all__ = [
    "ENGINES",
    "Browser",
    "BrowserError",
    "Message",
    "ScriptError",
    "find",
    "launch",
    "require",
]


class Browser(Protocol):
    """What every engine's driver can do; Chromium's also takes screenshots."""

    def version(self) -> str:
        """What the browser calls itself."""

    def goto(self, url: str) -> None:
        """Load a page, and return when it has loaded."""

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise.

        Raises `ScriptError` with what was thrown or with why a promise was rejected. The value
        travels as JSON: `undefined` is `None`.
        """

    def console(self) -> list[Message]:
        """Everything that the console has shown since the start, after a moment's wait."""


_Launch = Callable[[str], contextlib.AbstractContextManager[Any]]

_DRIVERS: dict[str, tuple[Callable[[], str | None], _Launch, str]] = {
    "chromium": (chromium.find, chromium.launch, "chromium"),
    "firefox": (firefox.find, firefox.launch, "firefox-esr"),
    "webkit": (webkit.find, webkit.launch, "libwebkit2gtk-4.1-0 xvfb"),
}

#: The engines' names, as they are used everywhere here.
ENGINES = tuple(_DRIVERS)


def find(engine: str) -> str | None:
    """The path of the engine's browser, or `None` where it is not installed."""
    return _DRIVERS[engine][0]()


def launch(engine: str) -> contextlib.AbstractContextManager[Any]:
    """Start an engine with an empty profile; it ends, with all that it left, with the block."""
    program = find(engine)
    if program is None:
        raise BrowserError(_missing(engine))
    return _DRIVERS[engine][1](program)


def require(engine: str) -> None:
    """Skip the calling test where the engine is missing; on CI, fail it."""
    if find(engine) is None:
        if os.environ.get("CI"):
            pytest.fail(_missing(engine), pytrace=False)
        pytest.skip(_missing(engine))


def _missing(engine: str) -> str:
    return f"{engine} is not installed here (Debian: apt-get install {_DRIVERS[engine][2]})"
