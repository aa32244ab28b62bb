"""Reads origins and origin patterns as people write them, and says what is wrong with one."""

import re
from collections.abc import Iterator
from string import ascii_lowercase, digits
from typing import Final

from cors_wsgi._origins.origin import DEFAULT_PORTS, FIELD, Origin, is_host, is_ipv4, is_port
from cors_wsgi._problems import Problem

# What an environment variable, a template or a JSON file leaves behind when it is not set.
_UNSET: Final = frozenset({"", "none", "undefined", "nil", "false", "true"})
_NOT_PAGE_SCHEMES: Final = {"ws": "http", "wss": "https"}
_OPAQUE_SCHEMES: Final = frozenset({"file", "data", "blob", "about", "javascript"})
_LONGEST_SCHEME: Final = 32
_SCHEME: Final = frozenset(f"{ascii_lowercase}{digits}+.-")
_HEXADECIMAL: Final = frozenset("0123456789abcdef")


def parse(text: str) -> tuple[Origin | None, list[Problem]]:
    """Read one entry of an allow-list.

    Args:
        text: the entry, as it was written.

    Returns:
        The origin or pattern, or nothing where the entry is beyond repair, and every
        problem found. An origin that comes with problems is the repaired one.
    """
    if text.strip().lower() in _UNSET:
        return None, [
            _problem(
                "origin-undefined",
                text,
                "is not an origin; a variable was probably not set.",
                "Set it, or leave the entry out.",
            )
        ]
    if text.split() != [text] or "," in text or ";" in text:
        return None, [
            _problem(
                "origin-list",
                text,
                "holds spaces or separators.",
                "Write one origin for each entry, and nothing around it.",
            )
        ]
    scheme, separator, rest = text.partition("://")
    if not separator:
        return None, [_missing_scheme(text)]
    if problem := _scheme_problem(text, scheme.lower(), rest):
        return None, [problem]
    return _parse_authority(text, scheme.lower(), rest.lower())


def _problem(code: str, value: object, message: str, hint: str) -> Problem:
    return Problem(code, FIELD, value, message, hint)


def _missing_scheme(text: str) -> Problem:
    scheme = "http" if text.startswith(("localhost", "127.", "[::1]")) else "https"
    bare = text.removeprefix("//")
    return _problem(
        "origin-scheme-missing", text, "has no scheme.", f"Write {f'{scheme}://{bare}'!r}."
    )


def _scheme_problem(text: str, scheme: str, rest: str) -> Problem | None:
    if scheme in _NOT_PAGE_SCHEMES:
        return _problem(
            "origin-scheme",
            text,
            "is no origin of a page: a WebSocket handshake carries the origin of its page.",
            f"Write {f'{_NOT_PAGE_SCHEMES[scheme]}://{rest}'!r}.",
        )
    if scheme in _OPAQUE_SCHEMES:
        return _problem(
            "origin-scheme",
            text,
            "has an opaque origin, which browsers send as 'null'.",
            "Serve the page over https.",
        )
    if "*" in scheme:
        return _wildcard(text)
    if not _is_scheme(scheme):
        return _problem("origin-scheme", text, "has no valid scheme.", "Begin with 'https://'.")
    return None


def _wildcard(text: str) -> Problem:
    return _problem(
        "origin-wildcard",
        text,
        "has a wildcard where none can stand.",
        "'*.' may stand before the host and '*' as the port: 'https://*.example.com:*'.",
    )


def _parse_authority(text: str, scheme: str, rest: str) -> tuple[Origin | None, list[Problem]]:
    authority = rest
    for delimiter in "/?#\\":
        authority = authority.partition(delimiter)[0]
    after = rest[len(authority) :]
    authority = authority.rpartition("@")[2]
    host, port = _split_port(authority)
    kept_port = "" if port == DEFAULT_PORTS.get(scheme) else port
    origin = Origin(scheme, host.removeprefix("*."), kept_port, subdomains=host.startswith("*."))
    fatal = list(_host_problems(text, origin))
    if port != "*" and port and not is_port(port):
        fatal.append(
            _problem(
                "origin-port",
                text,
                "has a port that is not a number from 1 to 65535.",
                "Write the port as digits, or '*' for any port.",
            )
        )
    if authority.endswith(":"):
        after = ":" + after
    repairs = list(_repairs(text, origin, port, after)) if not fatal else []
    return (None if fatal else origin), fatal + repairs


def _split_port(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        if not rest or rest.startswith(":"):
            return host + bracket, rest.removeprefix(":")
        return authority, ""
    host, _, port = authority.partition(":")
    return host, port


def _repairs(text: str, origin: Origin, port: str, after: str) -> Iterator[Problem]:
    """What differs from the form that a browser sends, though what is meant is clear."""
    hint = f"Write {str(origin)!r}."
    if after == "/":
        yield _problem("origin-trailing-slash", text, "ends with a slash.", hint)
    elif after == ":":
        yield _problem("origin-port", text, "ends with a colon and no port.", hint)
    elif after:
        yield _problem("origin-path", text, "has a path, a query or a fragment.", hint)
    if "@" in text:
        yield _problem("origin-userinfo", text, "has a user name or a password.", hint)
    if text != text.lower():
        yield _problem("origin-capitals", text, "has capitals, and browsers send none.", hint)
    if port and port != origin.port:
        yield _problem("origin-default-port", text, "has the scheme's default port.", hint)


def _host_problems(text: str, origin: Origin) -> Iterator[Problem]:
    host = origin.host
    if "*" in host:
        yield _wildcard(text)
    elif not host.isascii():
        yield _problem(
            "origin-host-unicode", text, "has a host in Unicode.", _punycode_hint(origin)
        )
    elif host.startswith("["):
        yield from _ipv6_problems(text, origin)
    elif _ends_in_a_number(host):
        if not is_ipv4(host):
            yield _problem(
                "origin-ip", text, "has a malformed IPv4 address.", "Write it as '192.0.2.1'."
            )
        elif origin.subdomains:
            yield _problem(
                "origin-ip", text, "asks for subdomains of an address.", "An address has none."
            )
    elif host.endswith("."):
        yield _problem("origin-host", text, "has a host that ends with a dot.", "Drop the dot.")
    elif not is_host(host):
        yield _problem(
            "origin-host",
            text,
            "has no valid host name.",
            "Labels are letters, digits, '-' and '_', up to 63 each and 253 together.",
        )


def _is_scheme(text: str) -> bool:
    return text[:1].isalpha() and len(text) <= _LONGEST_SCHEME and _SCHEME.issuperset(text)


def _ends_in_a_number(host: str) -> bool:
    """Source: https://url.spec.whatwg.org/#ends-in-a-number-checker."""
    last = host.rpartition(".")[2]
    return last.isdecimal() or (last.startswith("0x") and _HEXADECIMAL.issuperset(last[2:]))


def _punycode_hint(origin: Origin) -> str:
    # The standard library knows IDNA 2003, browsers use UTS 46: they differ in these four.
    if not set(origin.host) & set("ßς\u200c\u200d"):
        try:
            host = origin.host.encode("idna").decode("ascii")
        except UnicodeError:
            pass
        else:
            return f"Write {str(origin.replace(host=host))!r}."
    return "Write its punycode form ('xn--...'), as the browser's Origin header shows it."


def _ipv6_problems(text: str, origin: Origin) -> Iterator[Problem]:
    import ipaddress  # noqa: PLC0415 - only IPv6 origins need it

    try:
        if "%" in origin.host:
            raise ipaddress.AddressValueError  # noqa: TRY301 - URLs have no zones
        address = ipaddress.IPv6Address(origin.host.removeprefix("[").removesuffix("]"))
    except ipaddress.AddressValueError:
        yield _problem("origin-ip", text, "has a malformed IPv6 address.", "Write it as '[::1]'.")
        return
    host = f"[{_serialize_ipv6(address.packed)}]"
    if origin.subdomains:
        yield _problem(
            "origin-ip", text, "asks for subdomains of an address.", "An address has none."
        )
    elif host != origin.host:
        yield _problem(
            "origin-ip",
            text,
            "has an IPv6 address that browsers write differently.",
            f"Write {str(origin.replace(host=host))!r}.",
        )


def _serialize_ipv6(packed: bytes) -> str:
    """Write an address as browsers do, which `ipaddress` does not for mapped IPv4.

    Source: https://url.spec.whatwg.org/#concept-ipv6-serializer
    """
    pieces = [f"{packed[i] << 8 | packed[i + 1]:x}" for i in range(0, 16, 2)]
    text = ":".join(pieces)
    runs = re.findall(r"(?:^|(?<=:))0(?::0)+(?=:|$)", text)
    if not runs:
        return text
    longest = max(runs, key=len)
    before, _, after = f":{text}:".partition(f":{longest}:")
    return f"{before.removeprefix(':')}::{after.removesuffix(':')}"
