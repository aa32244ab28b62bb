"""The charset that XMLHttpRequest gives a text body (https://xhr.spec.whatwg.org/#the-send()-method)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cors_wsgi.browser import _mime

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._lists import Headers

_UTF_8 = "UTF-8"
# Blink's FindCharsetInMediaType (platform/network/http_parsers.cc).
_CHARSET = re.compile(
    r"(?<=[\x00-\x20;])charset[\x00-\x20]*=[\x00-\x20\"']*([^\x00-\x20\"';]*)", re.IGNORECASE
)


def rewritten(headers: Headers, engine: Engine) -> Headers:
    """Return the headers of a request whose body is text: its Content-Type says so, and UTF-8."""
    rewrite = _in_place if engine.rewrites_charset_in_place else _anew
    return tuple(
        (name, rewrite(value) if name.lower() == "content-type" else value)
        for name, value in headers
    )


def _anew(value: str) -> str:
    parsed = _mime.parse(value)
    if parsed is None or parsed.parameters.get("charset", _UTF_8).upper() == _UTF_8:
        return value
    parsed.parameters["charset"] = _UTF_8
    return str(parsed)


def _in_place(value: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _CHARSET.finditer(value):
        if not match[1]:
            break
        parts += [value[end : match.start(1)], _UTF_8]
        end = match.end(1)
    return "".join([*parts, value[end:]])
