"""Origins and sites of URLs (https://url.spec.whatwg.org/, https://html.spec.whatwg.org/#origin).

URLs are parsed by urllib.parse, which knows no percent-encoding rules and no IDNA: write hosts as a
browser serialises them (lower case, punycode).
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

NULL_ORIGIN = "null"

_DEFAULT_PORTS = {"http": 80, "https": 443}
# https://url.spec.whatwg.org/#single-dot-path-segment, #double-dot-path-segment
_SINGLE_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_DOUBLE_DOT = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)
_PORT_DIGITS = 5
_IPV4_DIGITS = 10
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
# https://url.spec.whatwg.org/#special-scheme, without file
_SPECIAL_SCHEMES = frozenset({"ftp", "http", "https", "ws", "wss"})
# https://url.spec.whatwg.org/#forbidden-domain-code-point, less the delimiters that end a host
_FORBIDDEN_IN_DOMAIN = re.compile(r"[\x00-\x20<>\^|%\x7f\[\]]")
# #serialized-origin of the Fetch standard
_SERIALIZED_ORIGIN = re.compile(
    r"[a-z][a-z0-9+\-.]*://(?:\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?)*)(?::[0-9]{1,5})?"
)


def split(url: str) -> SplitResult:
    """Split a URL.

    Raises:
        ValueError: The URL is not an absolute http or https URL with a host.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an absolute http or https URL: {url!r}")
    _ = parts.port  # raises ValueError for a port that is not one
    return parts


def is_http_url(url: str) -> bool:
    """Whether this is an absolute URL with an HTTP(S) scheme (#http-scheme) and a host."""
    try:
        split(url)
    except ValueError:
        return False
    return True


def origin_of(url: str) -> str:
    """The serialised origin of an http or https URL (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin)."""
    parts = split(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def is_serialized_origin(text: str) -> bool:
    """Whether a text can be the serialisation of an origin (#origin-header); `null` is not counted.

    A default port is never serialised, so a text that has one equals no origin.
    """
    if _SERIALIZED_ORIGIN.fullmatch(text) is None:
        return False
    if text.partition(":")[0] not in _DEFAULT_PORTS:
        return True
    return is_http_url(text) and origin_of(text) == text


def includes_credentials(url: str) -> bool:
    """Whether a URL has a username or a password (https://url.spec.whatwg.org/#include-credentials)."""
    parts = urlsplit(url)
    return bool(parts.username or parts.password)


def without_credentials(url: str) -> str:
    """The URL without a username and a password; what does not parse, as it is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def resolve(base: str, reference: str) -> str:
    """Resolve a reference against a URL, leaving the fragment out: it is never sent.

    What does not parse is returned as it is; `is_http_url` refuses it.
    """
    try:
        joined = reference if _ABSOLUTE.match(reference) else urljoin(base, reference)
        parts = urlsplit(joined)
    except ValueError:
        return reference
    path = _without_dot_segments(parts.path) if parts.netloc else parts.path
    return urlunsplit(parts._replace(path=path, fragment=""))


def _without_dot_segments(path: str) -> str:
    """A path as browsers send it (https://url.spec.whatwg.org/#path-state)."""
    segments = path.replace("\\", "/").removeprefix("/").split("/")
    kept: list[str] = []
    for segment in segments:
        if _DOUBLE_DOT.fullmatch(segment):
            del kept[-1:]
        elif not _SINGLE_DOT.fullmatch(segment):
            kept.append(segment)
    if _DOUBLE_DOT.fullmatch(segments[-1]) or _SINGLE_DOT.fullmatch(segments[-1]):
        kept.append("")
    return "/" + "/".join(kept)


def registrable_domain(origin: str) -> str:
    """The registrable domain of an origin's host, roughly (https://url.spec.whatwg.org/#host-registrable-domain).

    Without a public suffix list it is taken to be the last two labels. That is wrong for hosts such
    as `a.co.uk`; IP addresses and single labels stand for themselves.
    """
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ".".join(host.split(".")[-2:])
    return host


def schemelessly_same_site(first: str, second: str) -> bool:
    """Whether two origins share a site, schemes aside; an opaque origin shares it with none."""
    return NULL_ORIGIN not in {first, second} and (
        registrable_domain(first) == registrable_domain(second)
    )


def same_site(first: str, second: str) -> bool:
    """Whether two origins are same site (https://html.spec.whatwg.org/#same-site)."""
    return schemelessly_same_site(first, second) and (
        urlsplit(first).scheme == urlsplit(second).scheme
    )


def is_loopback(origin: str) -> bool:
    """Whether an origin is on a loopback host, which browsers trust like https."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parses_as_url(text: str) -> bool:
    """Whether Chromium's URL parser accepts a text, which decides one of its console messages.

    An approximation of https://url.spec.whatwg.org/#concept-url-parser: schemes, ports, forbidden
    host code points and IP addresses are checked, IDNA is not.
    """
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
    return _is_authority(authority.rpartition("@")[2], host_required=special)


def _is_authority(text: str, *, host_required: bool) -> bool:
    host, bracket, port = text.partition("]:") if text.startswith("[") else text.partition(":")
    if text.startswith("["):
        inner = host[1:] if bracket else host[1:].removesuffix("]")
        if not bracket and not text.endswith("]"):
            return False
        try:
            ipaddress.IPv6Address(inner)
        except ValueError:
            return False
    elif not _is_domain(host, required=host_required):
        return False
    number = _number(port, digits=_PORT_DIGITS)
    return not port or (number is not None and number <= 65535)


def _is_domain(host: str, *, required: bool) -> bool:
    if not host:
        return not required
    if _FORBIDDEN_IN_DOMAIN.search(host):
        return False
    *parts, last = host.removesuffix(".").split(".")
    if not (last.isascii() and last.isdigit()):
        return True
    # https://url.spec.whatwg.org/#concept-ipv4-parser, in decimal: the last number fills the rest.
    numbers = [_number(part, digits=_IPV4_DIGITS) for part in parts]
    filling = _number(last, digits=_IPV4_DIGITS)
    return (
        filling is not None
        and len(parts) < 4
        and filling < 256 ** (4 - len(parts))
        and all(number is not None and number < 256 for number in numbers)
    )


def _number(text: str, *, digits: int) -> int | None:
    """A decimal number of at most so many digits, leading zeros aside."""
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > digits:
        return None
    return int(text.lstrip("0") or "0")
