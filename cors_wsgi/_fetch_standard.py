"""Names and predicates of the Fetch standard and RFC 9110, as the server side needs them.

Each is transcribed from its source, named beside it. The standard compares methods
by case and header names without; so do the predicates here.
"""

import re
import string
from functools import cache
from typing import Final

# https://fetch.spec.whatwg.org/#cors-safelisted-method
SAFELISTED_METHODS: Final = frozenset({"GET", "HEAD", "POST"})

# https://fetch.spec.whatwg.org/#forbidden-method
FORBIDDEN_METHODS: Final = frozenset({"CONNECT", "TRACE", "TRACK"})

# https://fetch.spec.whatwg.org/#concept-method-normalize: only these are upper-cased.
# `patch` is not among them, reaches the server as `patch` and does not match `PATCH`.
NORMALIZED_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})

# https://fetch.spec.whatwg.org/#forbidden-request-header
_FORBIDDEN_REQUEST_HEADERS: Final = frozenset(
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
_FORBIDDEN_REQUEST_HEADER_PREFIXES: Final = ("proxy-", "sec-")

# https://fetch.spec.whatwg.org/#forbidden-response-header-name
FORBIDDEN_RESPONSE_HEADERS: Final = frozenset({"set-cookie", "set-cookie2"})

# RFC 9110, 5.6.2
_TCHARS: Final = f"!#$%&'*+-.^_`|~{string.digits}{string.ascii_letters}"
_TCHAR: Final = frozenset(_TCHARS)


@cache
def token_list() -> re.Pattern[str]:
    """Return what matches tokens joined by single commas, as browsers send them.

    It is several times as fast as to ask name by name.
    """
    token = f"[{re.escape(_TCHARS)}]++"
    return re.compile(f"{token}(?:,{token})*+")


def is_token(text: str) -> bool:
    """Tell whether a text is a token, as methods and header names are: `1*tchar`.

    Source: RFC 9110, 5.6.2.
    """
    return text != "" and _TCHAR.issuperset(text)


def is_forbidden_request_header(name: str) -> bool:
    """Tell whether no script can set the request header `name`, in any case.

    Source: https://fetch.spec.whatwg.org/#forbidden-request-header. The three
    method-override headers are left out: they are forbidden only with certain values.
    """
    lower = name.lower()
    return lower in _FORBIDDEN_REQUEST_HEADERS or lower.startswith(
        _FORBIDDEN_REQUEST_HEADER_PREFIXES
    )
