"""URLs as browsers parse and write them (https://url.spec.whatwg.org/#url-parsing).

Only what http and https need. Left out: IDNA, so write hosts in punycode.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# https://url.spec.whatwg.org/#special-scheme, without file
_SPECIAL_SCHEMES = frozenset({"ftp", "http", "https", "ws", "wss"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_CONTROLS_AND_SPACE = "".join(map(chr, range(0x21)))
_TAB_AND_NEWLINE = re.compile(r"[\t\n\r]")
# https://url.spec.whatwg.org/#single-dot-path-segment, #double-dot-path-segment
_SINGLE_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_DOUBLE_DOT = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)
# https://url.spec.whatwg.org/#forbidden-domain-code-point, less the delimiters that end a host
_FORBIDDEN_IN_DOMAIN = re.compile(r"[\x00-\x20<>\^|%\x7f\[\]]")
# What https://url.spec.whatwg.org/#path-percent-encode-set and #query-percent-encode-set leave.
_LEFT_IN_PATH = "!$%&'()*+,/:;=@[\\]|~"
_LEFT_IN_QUERY = "!$%&()*+,/:;=?@[\\]^`{|}~"
_PORT_DIGITS = 5
# The longest number of an IPv4 address, in octal; int() is quadratic in the length of its text.
_IPV4_DIGITS = 11


# A page asks for the same few URLs again and again.
@functools.lru_cache(maxsize=64)
def parse(text: str, base: str | None = None) -> str | None:
    """Parse an http or https URL, or a reference to one, and serialise it without its fragment.

    Args:
        text: The URL, or a reference if there is a base.
        base: The URL that it is resolved against, as this function returned it.

    Returns:
        None if it does not parse, or has another scheme.
    """
    text = _TAB_AND_NEWLINE.sub("", text.strip(_CONTROLS_AND_SPACE)).partition("#")[0]
    match = _SCHEME.match(text)
    base_scheme = None if base is None else base.partition(":")[0]
    scheme = match[1].lower() if match else base_scheme
    if scheme not in DEFAULT_PORTS:
        return None
    path, mark, query = text[match.end() if match else 0 :].partition("?")
    path = path.replace("\\", "/")
    query = mark + quote(query, safe=_LEFT_IN_QUERY)
    if base is None or scheme != base_scheme or path.startswith("//"):
        return _with_authority(scheme, path, query)
    return _resolved(base, path, query)


def _with_authority(scheme: str, text: str, query: str) -> str | None:
    authority, slash, path = text.lstrip("/").partition("/")
    parsed = _authority(authority, DEFAULT_PORTS[scheme])
    return None if parsed is None else f"{scheme}://{parsed}{_path(slash + path)}{query}"


def _resolved(base: str, path: str, query: str) -> str:
    """Return a path, perhaps a relative one, on the host of a base."""
    parts = urlsplit(base)
    if not path:
        path = parts.path
        query = query or (f"?{parts.query}" if parts.query else "")
    elif not path.startswith("/"):
        path = f"{parts.path.rpartition('/')[0]}/{path}"
    return f"{parts.scheme}://{parts.netloc}{_path(path)}{query}"


def _path(path: str) -> str:
    """Return a path as browsers send it (https://url.spec.whatwg.org/#path-state)."""
    segments = path.removeprefix("/").split("/")
    kept: list[str] = []
    for segment in segments:
        if _DOUBLE_DOT.fullmatch(segment):
            del kept[-1:]
        elif not _SINGLE_DOT.fullmatch(segment):
            kept.append(segment)
    if _DOUBLE_DOT.fullmatch(segments[-1]) or _SINGLE_DOT.fullmatch(segments[-1]):
        kept.append("")
    return "/" + quote("/".join(kept), safe=_LEFT_IN_PATH)


def _authority(text: str, default_port: int) -> str | None:
    userinfo, at, host_and_port = text.rpartition("@")
    host, colon, port = _split_port(host_and_port)
    number = _number(port, digits=_PORT_DIGITS) if port else default_port
    parsed = _host(host)
    if parsed is None or number is None or number > 65535:
        return None
    userinfo = userinfo.removesuffix(":")
    userinfo = userinfo + at if userinfo else ""
    return f"{userinfo}{parsed}" + ("" if number == default_port else f"{colon}{number}")


def _split_port(text: str) -> tuple[str, str, str]:
    if text.startswith("["):
        host, bracket, port = text.partition("]")
        return host + bracket, port[:1], port[1:]
    return text.partition(":")


def _host(text: str) -> str | None:
    """Parse a host (https://url.spec.whatwg.org/#concept-host-parser)."""
    if text.startswith("["):
        try:
            return (
                f"[{ipaddress.IPv6Address(text[1:].removesuffix(']'))}]"
                if text.endswith("]")
                else None
            )
        except ValueError:
            return None
    host = unquote(text).lower()
    if not host or _FORBIDDEN_IN_DOMAIN.search(host) or not host.isascii():
        return None
    last = host.removesuffix(".").rpartition(".")[2]
    if last.isdigit() or _ipv4_number(last) is not None:
        return _ipv4(host.removesuffix(".").split("."))
    return host


def _ipv4(texts: list[str]) -> str | None:
    """Parse an IPv4 address, whose last number fills what is left (#concept-ipv4-parser)."""
    numbers = [_ipv4_number(text) for text in texts]
    *first, last = numbers
    if len(first) > 3 or last is None or last >= 256 ** (4 - len(first)):
        return None
    value = last
    for place, number in enumerate(first):
        if number is None or number > 255:
            return None
        value += number * 256 ** (3 - place)
    return str(ipaddress.IPv4Address(value))


def _ipv4_number(text: str) -> int | None:
    """Parse one number of an IPv4 address, in any of its bases (#ipv4-number-parser)."""
    if text.startswith("0x"):
        digits, base = text[2:], 16
    elif text.startswith("0") and len(text) > 1:
        digits, base = text[1:], 8
    else:
        digits, base = text, 10
    return _number(digits or ("0" if base != 10 else ""), digits=_IPV4_DIGITS, base=base)


def _number(text: str, *, digits: int, base: int = 10) -> int | None:
    """Return a number of at most so many digits, leading zeros aside; None if it is not one."""
    if not re.fullmatch(r"[0-9a-f]+", text) or len(text.lstrip("0")) > digits:
        return None
    try:
        return int(text, base)
    except ValueError:
        return None


def parses_as_url(text: str) -> bool:
    """Tell whether Chromium's URL parser accepts a text, which decides one of its console messages.

    Of schemes other than http and https only the authority is looked at.
    """
    text = _TAB_AND_NEWLINE.sub("", text.strip(_CONTROLS_AND_SPACE))
    match = _SCHEME.match(text)
    if match is None:
        return False
    rest = text[match.end() :]
    special = match[1].lower() in _SPECIAL_SCHEMES
    if special:
        rest = rest.lstrip("/\\")
    elif rest.startswith("//"):
        rest = rest[2:]
    else:
        return True
    authority = re.split(r"[/?#\\]" if special else r"[/?#]", rest, maxsplit=1)[0]
    if not special and not _split_port(authority.rpartition("@")[2])[0]:
        return True
    return _authority(authority, 0) is not None
