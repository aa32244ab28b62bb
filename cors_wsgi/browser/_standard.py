"""Names and predicates of the Fetch standard, each with its anchor.

This is the browser's own transcription: the server side has another, so that the model never agrees
with what it judges merely because both share a mistake. Anchors are those of
https://fetch.spec.whatwg.org/ unless another address is given.
"""

from __future__ import annotations

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
# RFC 9110, section 15.5.8
PROXY_AUTHENTICATION = 407
# #concept-http-redirect-fetch, step 7
REDIRECT_LIMIT = 20

# #bad-port
_BAD_PORTS = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161),
        *(179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563),
        *(587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061),
        *(6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
# #cors-unsafe-request-header-names, step 5
SAFELISTED_SIZE_LIMIT = 1024


def normalize_method(method: str) -> str:
    """Upper-case the six methods that Fetch normalises (#concept-method-normalize)."""
    upper = method.upper()
    return upper if upper in _NORMALIZED_METHODS else method


def is_safelisted_method(method: str) -> bool:
    """Tell whether a method needs no permission (#cors-safelisted-method)."""
    return method in SAFELISTED_METHODS


def is_forbidden_method(method: str) -> bool:
    """Tell whether script may not use this method (#forbidden-method)."""
    return method.upper() in _FORBIDDEN_METHODS


def is_forbidden_request_header(name: str, value: str) -> bool:
    """Tell whether only the browser may set this header (#forbidden-request-header)."""
    lower = name.lower()
    if lower in _FORBIDDEN_REQUEST_HEADERS or lower.startswith(("proxy-", "sec-")):
        return True
    return lower in _METHOD_OVERRIDES and any(
        is_forbidden_method(method.strip(" \t")) for method in value.split(",")
    )


def is_blocked_port(port: int | None) -> bool:
    """Tell whether no request may go to this port (#block-bad-port)."""
    return port in _BAD_PORTS


def is_ok_status(status: int) -> bool:
    """Tell whether a status is an ok status (#ok-status)."""
    return 200 <= status <= 299
