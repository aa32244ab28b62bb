"""What the engines' consoles print, to the letter.

Engines look at a response in orders of their own, and stop at the first thing that is wrong, so
each has a module that looks again. Texts and orders: measured, and read in the engines' sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser.consoles import chromium, firefox, webkit

if TYPE_CHECKING:
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._steps import Failure
    from cors_wsgi.browser._wire import HTTPResponse

_CONSOLES = {
    "chromium": chromium.console,
    "firefox": firefox.console,
    "webkit": webkit.console,
}


def _checked(engine: str) -> str:
    if engine not in _CONSOLES:
        raise ValueError(f"no engine {engine!r}: it is one of {', '.join(_CONSOLES)}")
    return engine


def for_error(
    engine: str, hop: Hop, failure: Failure, response: HTTPResponse | None
) -> tuple[str, ...]:
    """Return the lines for a network error; empty if the engine prints nothing about CORS.

    Args:
        engine: "chromium", "firefox" or "webkit".
        hop: The request as it was when it failed.
        failure: What failed, by the standard.
        response: The response that failed; None if there was none.

    Raises:
        ValueError: There is no such engine.
    """
    return _CONSOLES[_checked(engine)](hop, failure, response)


def for_response(engine: str, url: str, response: HTTPResponse) -> tuple[str, ...]:
    """Return the lines for a response that script can see: only WebKit mentions errors.

    Args:
        engine: "chromium", "firefox" or "webkit".
        url: The URL that answered.
        response: What came over the wire.

    Raises:
        ValueError: There is no such engine.
    """
    if _checked(engine) == "webkit" and response.status >= 400:
        return (webkit.error_status(url, response),)
    return ()
