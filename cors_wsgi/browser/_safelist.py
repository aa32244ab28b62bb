"""Which request headers need a preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).

Engines add to the standard and take from it; each deviation is an option of `Engine`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cors_wsgi.browser import _mime

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._lists import Headers

# #cors-unsafe-request-header-byte
_UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
# #cors-safelisted-request-header, `accept-language` and `content-language`
_LANGUAGE_VALUE = re.compile(r"[0-9A-Za-z *,\-.;=]*")
# #simple-range-header-value, with allowWhitespace false
_SINGLE_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
# WebKit's unit has no case, and its numbers may have a plus sign.
_LENIENT_RANGE = re.compile(r"bytes=\+?([0-9]+)-\+?([0-9]*)", re.IGNORECASE)
# #cors-safelisted-request-header, `content-type`
_SAFELISTED_ESSENCES = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)
# #no-cors-safelisted-request-header-name
NO_CORS_SAFELISTED = frozenset({"accept", "accept-language", "content-language", "content-type"})
# #cors-safelisted-request-header, step 1
_VALUE_LIMIT = 128

_INTEGER = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# What Chromium takes for client hints (services/network/public/cpp/cors/cors.cc).
_CLIENT_HINTS = {
    "device-memory": _DECIMAL,
    "downlink": _DECIMAL,
    "dpr": _DECIMAL,
    "ect": re.compile(r"slow-2g|2g|3g|4g"),
    "intervention": re.compile(r".*", re.DOTALL),
    "rtt": _INTEGER,
    "save-data": re.compile(r"on", re.IGNORECASE),
    "viewport-width": _INTEGER,
    "width": _INTEGER,
}


def unsafe_value_reason(name: str, value: str, engine: Engine) -> str | None:
    """Say why a request header is not safelisted, or None.

    Args:
        name: The header's name, in any case.
        value: Its value, one character a byte.
        engine: Whose rules apply.
    """
    lower = name.lower()
    hint = _CLIENT_HINTS.get(lower) if engine.safelists_client_hints else None
    if lower not in NO_CORS_SAFELISTED and lower != "range" and hint is None:
        return f"{name} is not a CORS-safelisted request-header"
    if len(value) > _VALUE_LIMIT:
        return f"the value of {name} is longer than {_VALUE_LIMIT} bytes"
    if hint is not None:
        return None if hint.fullmatch(value) else f"{name} is not a client hint"
    if lower == "range":
        safe = _is_simple_range(value, engine)
        return None if safe else "Range is not one range with a start"
    if lower in {"accept-language", "content-language"}:
        safe = _LANGUAGE_VALUE.fullmatch(value) is not None
    else:
        safe = _UNSAFE_BYTE.search(value) is None
        safe = safe and (value.isascii() or not engine.non_ascii_is_unsafe)
    if not safe:
        return f"the value of {name} contains a byte that is not allowed without a preflight"
    return _content_type_reason(value, engine) if lower == "content-type" else None


def _content_type_reason(value: str, engine: Engine) -> str | None:
    essence = _mime.essence(value)
    if essence not in _SAFELISTED_ESSENCES:
        return f"Content-Type {essence or value!r} is not one that a form can send"
    if engine.content_type_is_strict:
        blank_parameter = value.count(";") > 1 and value.endswith(";")
        if "," in value or blank_parameter:
            return f"Content-Type {value!r} has a comma or an empty parameter"
    return None


def _is_simple_range(value: str, engine: Engine) -> bool:
    """Tell whether a Range value is one range with a start (#simple-range-header-value)."""
    match = (_LENIENT_RANGE if engine.lenient_range else _SINGLE_RANGE).fullmatch(value)
    if match is None:
        return False
    # Compared as text, padded: a value of 128 digits must not cost a big integer.
    numbers = [number.zfill(_VALUE_LIMIT) for number in match.groups() if number]
    limit = engine.range_limit
    if limit is not None and max(numbers) > str(limit).zfill(_VALUE_LIMIT):
        return False
    return numbers == sorted(numbers)


def is_safelisted(name: str, value: str, engine: Engine) -> bool:
    """Tell whether a request header needs no permission (#cors-safelisted-request-header)."""
    return unsafe_value_reason(name, value, engine) is None


def unsafe_names(headers: Headers, engine: Engine) -> tuple[str, ...]:
    """Return the #cors-unsafe-request-header-names of a header list, sorted and in lower case."""
    unsafe = set[str]()
    potentially_unsafe = set[str]()
    safelisted_size = 0
    for name, value in headers:
        if is_safelisted(name, value, engine):
            potentially_unsafe.add(name.lower())
            safelisted_size += len(value)
        else:
            unsafe.add(name.lower())
    limit = engine.safelisted_size_limit
    if limit is not None and safelisted_size > limit:
        unsafe |= potentially_unsafe
    return tuple(sorted(unsafe))


def reasons(headers: Headers, engine: Engine) -> Iterable[str]:
    """Say of each header that is not safelisted why, and whether all are too long together."""
    explained = set()
    for name, value in headers:
        reason = unsafe_value_reason(name, value, engine)
        if reason is not None:
            explained.add(name.lower())
            yield reason
    if set(unsafe_names(headers, engine)) - explained:
        yield "the safelisted headers are longer than 1024 bytes together"
