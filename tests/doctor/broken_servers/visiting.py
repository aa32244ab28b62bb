"""The same fetches in a real Chromium: does script get to read the answer?"""

from __future__ import annotations

import json
from typing import Any

# A fetch that hangs is given up, as a person would.
_FETCH = """
(async () => {{
  try {{
    const response = await fetch({url}, {{...{init}, signal: AbortSignal.timeout(1500)}});
    return response.type === "cors";
  }} catch {{
    return false;
  }}
}})()
"""


def is_allowed(browser: Any, url: str, ask: dict[str, Any]) -> bool:
    """Whether a page that the browser shows can read what the fetch gets."""
    init: dict[str, Any] = {
        "method": ask.get("method", "GET"),
        "headers": list(ask.get("headers", ())),
        "credentials": "include" if ask.get("credentials") else "same-origin",
        "cache": "no-store",
    }
    if "body" in ask:
        init["body"] = ask["body"]
    allowed = browser.evaluate(_FETCH.format(url=json.dumps(url), init=json.dumps(init)))
    assert isinstance(allowed, bool)
    return allowed


def printed(browser: Any, url: str, earlier: int) -> frozenset[str]:
    """What the browser's console has printed about CORS and this URL, past earlier messages.

    They may be of another server, which had the same port.
    """
    messages = (message.text for message in browser.console(0.1)[earlier:])
    return frozenset(text for text in messages if f"{url}'" in text and "CORS policy" in text)
