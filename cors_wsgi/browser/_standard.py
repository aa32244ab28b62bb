"""Names and predicates of the Fetch standard, each with its anchor.

This is the browser's own transcription: the server side has another, so that the model never agrees
with what it judges merely because both share a mistake. Anchors are those of
https://fetch.spec.whatwg.org/ unless another address is given.
"""

from __future__ import annotations

import re

# RFC 9110, section 5.6.2; `method` and `field-name` are both tokens.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# #cors-unsafe-request-header-byte
_UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
# #cors-safelisted-request-header, `accept-language` and `content-language`
_LANGUAGE_VALUE = re.compile(r"[0-9A-Za-z *,\-.;=]*")
# #simple-range-header-value, with allowWhitespace false
_SINGLE_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")

# #cors-safelisted-method
SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})
# #concept-method-normalize
_NORMALIZED_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
# #forbidden-method
_FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})

# #forbidden-request-header
_FORBIDDEN_REQUEST_HEADERS = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
_METHOD_OVERRIDES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
# #cors-safelisted-request-header, `content-type`
_SAFELISTED_ESSENCES = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)
# #no-cors-safelisted-request-header-name
_NO_CORS_SAFELISTED = frozenset({"accept", "accept-language", "content-language", "content-type"})
# #cors-non-wildcard-request-header-name
NON_WILDCARD_REQUEST_HEADERS = frozenset({"authorization"})
# #request-body-header-name
REQUEST_BODY_HEADERS = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)
# #cors-safelisted-response-header-name
SAFELISTED_RESPONSE_HEADERS = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)
# #forbidden-response-header-name
FORBIDDEN_RESPONSE_HEADERS = frozenset({"set-cookie", "set-cookie2"})
# #redirect-status
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
# #concept-http-redirect-fetch, step 7
REDIRECT_LIMIT = 20

# #cors-safelisted-request-header, step 1
_SAFELISTED_VALUE_LIMIT = 128
# #cors-unsafe-request-header-names, step 5
SAFELISTED_SIZE_LIMIT = 1024


def is_token(text: str) -> bool:
    """Whether this is a token (RFC 9110, section 5.6.2)."""
    return _TOKEN.fullmatch(text) is not None


def normalize_method(method: str) -> str:
    """Upper-case the six methods that Fetch normalises (#concept-method-normalize)."""
    upper = method.upper()
    return upper if upper in _NORMALIZED_METHODS else method


def is_safelisted_method(method: str) -> bool:
    """Whether a method needs no permission (#cors-safelisted-method)."""
    return method in SAFELISTED_METHODS


def is_forbidden_method(method: str) -> bool:
    """Whether script may not use this method (#forbidden-method)."""
    return method.upper() in _FORBIDDEN_METHODS


def is_forbidden_request_header(name: str, value: str) -> bool:
    """Whether only the browser may set this header (#forbidden-request-header)."""
    lower = name.lower()
    if lower in _FORBIDDEN_REQUEST_HEADERS or lower.startswith(("proxy-", "sec-")):
        return True
    return lower in _METHOD_OVERRIDES and any(
        is_forbidden_method(method.strip(" \t")) for method in value.split(",")
    )


def mime_essence(value: str) -> str | None:
    """The essence of a MIME type, or None (https://mimesniff.spec.whatwg.org/#parse-a-mime-type)."""
    type_, slash, rest = value.strip(" \t\r\n").partition("/")
    subtype = rest.partition(";")[0].rstrip(" \t\r\n")
    if not slash or not is_token(type_) or not is_token(subtype):
        return None
    return f"{type_}/{subtype}".lower()


def is_simple_range(value: str) -> bool:
    """Whether a Range value is one range with a start (#simple-range-header-value)."""
    match = _SINGLE_RANGE.fullmatch(value)
    if match is None or not match[1]:
        return False
    # Compared as text, padded: a value of 128 digits must not cost a big integer.
    start, end = match[1], match[2]
    width = max(len(start), len(end))
    return not end or start.zfill(width) <= end.zfill(width)


def unsafe_value_reason(name: str, value: str) -> str | None:
    """Say why a request header is not safelisted, or None (#cors-safelisted-request-header).

    Args:
        name: The header's name, in any case.
        value: Its value, one character a byte.
    """
    lower = name.lower()
    if lower not in _NO_CORS_SAFELISTED and lower != "range":
        return f"{name} is not a CORS-safelisted request-header"
    if len(value) > _SAFELISTED_VALUE_LIMIT:
        return f"the value of {name} is longer than {_SAFELISTED_VALUE_LIMIT} bytes"
    if lower == "range":
        return None if is_simple_range(value) else "Range is not one range with a start"
    if lower in {"accept-language", "content-language"}:
        safe = _LANGUAGE_VALUE.fullmatch(value) is not None
    else:
        safe = _UNSAFE_BYTE.search(value) is None
    if not safe:
        return f"the value of {name} contains a byte that is not allowed without a preflight"
    if lower == "content-type" and mime_essence(value) not in _SAFELISTED_ESSENCES:
        return f"Content-Type {mime_essence(value) or value!r} is not one that a form can send"
    return None


def is_safelisted_request_header(name: str, value: str) -> bool:
    """Whether a request header needs no permission (#cors-safelisted-request-header)."""
    return unsafe_value_reason(name, value) is None


def is_no_cors_safelisted_request_header(name: str, value: str) -> bool:
    """Whether mode `no-cors` keeps this header (#no-cors-safelisted-request-header)."""
    return name.lower() in _NO_CORS_SAFELISTED and is_safelisted_request_header(name, value)


def unsafe_request_header_names(
    headers: tuple[tuple[str, str], ...], *, size_limit: int | None = SAFELISTED_SIZE_LIMIT
) -> tuple[str, ...]:
    """The #cors-unsafe-request-header-names of a header list, sorted and in lower case."""
    unsafe = set[str]()
    potentially_unsafe = set[str]()
    safelisted_size = 0
    for name, value in headers:
        if is_safelisted_request_header(name, value):
            potentially_unsafe.add(name.lower())
            safelisted_size += len(value)
        else:
            unsafe.add(name.lower())
    if size_limit is not None and safelisted_size > size_limit:
        unsafe |= potentially_unsafe
    return tuple(sorted(unsafe))


def is_ok_status(status: int) -> bool:
    """Whether a status is an ok status (#ok-status)."""
    return 200 <= status <= 299
