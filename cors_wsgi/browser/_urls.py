"""Origins of http and https URLs, and how references are resolved against them.

URLs are parsed by `_url_parser`. Those that the other functions here take have been parsed.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from urllib.parse import urlsplit

from cors_wsgi.browser import _url_parser

NULL_ORIGIN = "null"

# #serialized-origin of the Fetch standard
_SERIALIZED_ORIGIN = re.compile(
    r"[a-z][a-z0-9+\-.]*://(?:\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?)*)(?::[0-9]{1,5})?"
)

_CREDENTIALS = re.compile(r"^([a-z][a-z0-9+.\-]*://)[^/?#]*@")


def is_http_url(text: str) -> bool:
    """Tell whether this is an absolute URL with an HTTP(S) scheme (#http-scheme)."""
    return _url_parser.parse(text) is not None


# A fetch asks for the same few origins again and again.
@functools.lru_cache(maxsize=64)
def origin_of(url: str) -> str:
    """Return the serialised origin of an http or https URL (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin).

    Raises:
        ValueError: It is not an absolute http or https URL.
    """
    parsed = _url_parser.parse(url)
    if parsed is None:
        raise ValueError(f"not an absolute http or https URL: {url!r}")
    parts = urlsplit(parsed)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def host_of(url: str) -> str:
    """Return the host of a URL, an IPv6 address without its brackets."""
    return urlsplit(url).hostname or ""


def port_of(url: str) -> int | None:
    """Return the port that a URL names; None for its scheme's own."""
    return urlsplit(url).port


def is_serialized_origin(text: str) -> bool:
    """Tell whether a text can be an origin, serialised (#origin-header); `null` does not count.

    A default port is never serialised, so a text that has one equals no origin.
    """
    if _SERIALIZED_ORIGIN.fullmatch(text) is None:
        return False
    if text.partition(":")[0] not in _url_parser.DEFAULT_PORTS:
        return True
    return is_http_url(text) and origin_of(text) == text


def includes_credentials(url: str) -> bool:
    """Tell whether a URL has a username or a password (https://url.spec.whatwg.org/#include-credentials)."""
    parts = urlsplit(url)
    return bool(parts.username or parts.password)


def without_credentials(url: str) -> str:
    """Return the URL without a username and a password."""
    return _CREDENTIALS.sub(r"\1", url)


def resolve(base: str, reference: str) -> str:
    """Resolve a reference against a URL, leaving the fragment out: it is never sent.

    What is no http or https URL is returned as it is; `is_http_url` refuses it.
    """
    parsed = _url_parser.parse(reference, base)
    return reference if parsed is None else parsed


def is_loopback(origin: str) -> bool:
    """Tell whether an origin is on a loopback host, which browsers trust like https."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
