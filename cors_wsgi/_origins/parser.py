"""Reads origins and origin patterns as people write them, and says what is wrong with one."""

import re
from collections.abc import Iterator
from typing import Final

from cors_wsgi._origins.origin import (
    DEFAULT_PORTS,
    FIELD,
    LOWER_CASE_SCHEMES,
    OPAQUE_ORIGINS,
    Origin,
    is_host,
    is_id,
    is_ipv4,
    is_port,
    is_scheme,
    split_port,
)
from cors_wsgi._problems import Problem

# What an environment variable, a template or a JSON file leaves behind when it is not set.
_UNSET: Final = frozenset({"", "none", "null", "undefined", "nil", "false", "true"})
_NEARLY_A_SCHEME: Final = re.compile(r"(https?)(?::/?|/+)(?=[^/])", re.IGNORECASE)
_NOT_PAGE_SCHEMES: Final = {"ws": "http", "wss": "https"}
_OPAQUE_SCHEMES: Final = frozenset({"data", "blob", "about", "javascript"})
_WEB_SCHEMES: Final = frozenset(DEFAULT_PORTS)
_HEXADECIMAL: Final = frozenset("0123456789abcdef")


def parse(text: str) -> tuple[Origin | None, list[Problem]]:
    """Parse one entry of an allow-list, which is expected to be one origin or pattern.

    Args:
        text: The entry, as it was written.

    Returns:
        The origin or pattern, or `None` where the entry is beyond repair, and every
        problem found. An origin that comes with problems is the repaired one.
    """
    if text.strip().lower() in _UNSET:
        return None, [_undefined(text)]
    scheme, separator, rest = text.partition("://")
    if not separator:
        hint = _hint(with_scheme(text))
        return None, [_problem("origin-scheme-missing", text, "has no scheme.", hint)]
    if problem := _scheme_problem(text, scheme.lower(), rest):
        return None, [problem]
    return _parse_authority(text, scheme.lower(), rest)


def _problem(code: str, value: object, message: str, hint: str) -> Problem:
    return Problem(code, FIELD, value, message, hint)


def _undefined(text: str) -> Problem:
    return _problem(
        "origin-undefined",
        text,
        "is not an origin; a variable was probably not set.",
        "Set it, or write the origin: 'https://app.example'.",
    )


def _hint(meant: str, otherwise: str = "https://app.example") -> str:
    """Suggest what was probably meant if it can be an entry, repaired if need be."""
    origin = parse(meant)[0]
    return f"Write {str(origin) if origin else otherwise!r}."


def with_scheme(text: str) -> str:
    """Return what was probably meant by an entry that has no scheme."""
    scheme, bare = "https", text.lstrip("/")
    if match := _NEARLY_A_SCHEME.match(text):
        scheme, bare = match[1].lower(), text[match.end() :]
    elif bare.startswith(("localhost", "127.", "[::1]")):
        scheme = "http"
        bare += "" if split_port(bare)[1] else ":*"
    elif bare.startswith("::"):
        scheme, bare = "http", f"[{bare}]:*"
    elif bare.startswith((".", "*")):
        bare = f"*.{bare.lstrip('*').removeprefix('.')}"
    return f"{scheme}://{bare}"


def _scheme_problem(text: str, scheme: str, rest: str) -> Problem | None:
    if scheme in _NOT_PAGE_SCHEMES:
        return _problem(
            "origin-scheme",
            text,
            "is no origin of a page: a WebSocket handshake carries the origin of its page.",
            _hint(f"{_NOT_PAGE_SCHEMES[scheme]}://{rest}"),
        )
    if scheme in _OPAQUE_SCHEMES:
        return _problem(
            "origin-scheme",
            text,
            "has an opaque origin, which browsers send as 'null'.",
            "Serve the page over https, and write its origin: 'https://app.example'.",
        )
    if "*" in scheme:
        return _wildcard(text, f"https://{rest}")
    if not is_scheme(scheme) or _is_misspelt(scheme):
        return _problem("origin-scheme", text, "has no valid scheme.", _hint(f"https://{rest}"))
    return None


def _is_misspelt(scheme: str) -> bool:
    """Tell whether a scheme consists of the letters of `https`, as none but the web's does."""
    return scheme not in _WEB_SCHEMES and frozenset("https").issuperset(scheme)


def _wildcard(text: str, meant: str) -> Problem:
    return _problem(
        "origin-wildcard",
        text,
        "has a '*' where none is possible. It stands for subdomains, a part of one label that "
        "others follow, or the port: 'https://*.example.com', 'https://app-*.example.com', "
        "'http://localhost:*'.",
        _hint(meant, "https://*.example.com"),
    )


def _parse_authority(text: str, scheme: str, rest: str) -> tuple[Origin | None, list[Problem]]:
    if f"{scheme}://" in OPAQUE_ORIGINS:
        file = Origin(scheme, "")
        has_capitals = not text.startswith(scheme)
        return file, list(_repairs(text, file, "", rest, has_capitals=has_capitals))
    authority = rest
    for delimiter in "/?#\\":
        authority = authority.partition(delimiter)[0]
    after = rest[len(authority) :]
    authority = authority.rpartition("@")[2]
    subdomains = authority.startswith("*.")
    written, port = split_port(authority.removeprefix("*."))
    host = written.lower() if scheme in LOWER_CASE_SCHEMES else written
    has_capitals = host != written or not text.startswith(scheme)
    kept_port = "" if port == DEFAULT_PORTS.get(scheme) else port
    origin = Origin(scheme, host, kept_port, subdomains)
    fatal = list(_host_problems(text, origin))
    if not fatal and port not in ("", "*") and not is_port(port):
        fatal.append(
            _problem(
                "origin-port",
                text,
                "has a port that is not a number from 1 to 65535.",
                f"Write the port in digits, or {str(origin.replace(port='*'))!r} for any port.",
            )
        )
    if authority.endswith(":"):
        after = ":" + after
    if fatal:
        return None, fatal
    return origin, list(_repairs(text, origin, port, after, has_capitals=has_capitals))


def _repairs(
    text: str, origin: Origin, port: str, after: str, *, has_capitals: bool
) -> Iterator[Problem]:
    """Find what differs from the form that a browser sends, though what is meant is clear."""
    hint = f"Write {str(origin)!r}."
    if after == "/":
        yield _problem("origin-trailing-slash", text, "ends with a slash.", hint)
    elif after == ":":
        yield _problem("origin-port", text, "ends with a colon and no port.", hint)
    elif after:
        yield _problem("origin-path", text, "has a path, a query or a fragment.", hint)
    if "@" in text:
        yield _problem("origin-userinfo", text, "has a user name or a password.", hint)
    if has_capitals:
        yield _problem("origin-capitals", text, "has capitals, and browsers send none.", hint)
    if port and port != origin.port:
        yield _problem("origin-default-port", text, "has the scheme's default port.", hint)


def _host_problems(text: str, origin: Origin) -> Iterator[Problem]:
    host = origin.host
    if host and host in _UNSET and origin.scheme in _WEB_SCHEMES:
        yield _undefined(text)
    elif any("*" in label and label.isascii() == host.isascii() for label in host.split(".")):
        yield from _wildcard_problems(text, origin)
    elif not host.isascii():
        yield _problem(
            "origin-host-unicode", text, "has a host in Unicode.", _punycode_hint(origin)
        )
    elif host.startswith("["):
        yield from _ipv6_problems(text, origin)
    elif origin.scheme not in _WEB_SCHEMES:
        if not is_id(host):
            yield _problem(
                "origin-host",
                text,
                "has no valid host.",
                f"Write it as the Origin header has it, such as '{_example(origin.scheme)}'.",
            )
    elif _ends_in_a_number(host):
        yield from _ipv4_problems(text, origin)
    elif not is_host(host):
        yield _problem(
            "origin-host",
            text,
            "has no valid host name: labels are letters, digits, '-' and '_', up to 63 each and "
            "253 together, with single dots between them.",
            _dots_hint(origin),
        )


def _example(scheme: str) -> str:
    return f"{scheme}://{'abcdefghijklmnop' * 2 if 'extension' in scheme else 'localhost'}"


def _dots_hint(origin: Origin) -> str:
    """Suggest subdomains for a dot at the start, and the same without a dot at the end."""
    host = origin.host.strip(".")
    if host == origin.host:
        return _hint("")
    subdomains = origin.subdomains or origin.host.startswith(".")
    return _hint(str(origin._replace(host=host, subdomains=subdomains)))


def _wildcard_problems(text: str, origin: Origin) -> Iterator[Problem]:
    """Check that `*` is any id of a scheme that is not the web's, or a part of one label."""
    host, base = origin.host, origin.base
    if origin.any_id and origin.scheme not in _WEB_SCHEMES:
        if origin.port or origin.subdomains:
            yield _wildcard(text, f"{origin.scheme}://*")
        return
    if host.endswith("."):
        yield _wildcard(text, str(origin.replace(host=host.rstrip("."))))
        return
    filled = host.replace("*", "x")
    if (
        host.count("*") == 1
        and "*" not in host.split(".")
        and base
        and not origin.subdomains
        and is_host(filled)
        and not _ends_in_a_number(filled)
    ):
        return
    if origin.scheme not in _WEB_SCHEMES:
        yield _wildcard(text, f"{origin.scheme}://*")
    elif is_ipv4(host.replace("*", "1")):
        yield _wildcard_in_address(text, origin)
    else:
        yield _wildcard(text, f"{origin.scheme}://{_subdomains_of(base)}")


def _subdomains_of(base: str) -> str:
    """Return a pattern for a base that is somebody's, or nothing."""
    from cors_wsgi._origins.suffixes import suffix_within  # noqa: PLC0415 - 2 ms, for mistakes

    return "" if not base or suffix_within(base) else f"*.{base}"


def _wildcard_in_address(text: str, origin: Origin) -> Problem:
    expression = re.escape(origin.host).replace(r"\*", r"\d+")
    port = {"": "", "*": r"(?::\d+)?"}.get(origin.port, f":{origin.port}")
    return _problem(
        "origin-wildcard",
        text,
        "has a '*' in an address, where none is possible.",
        f"Write each address, or in Python re.compile(r'\\A{origin.scheme}://{expression}{port}\\Z').",
    )


def _ends_in_a_number(host: str) -> bool:
    """Tell whether a host is meant as IPv4 (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
    last = host.rpartition(".")[2]
    return last.isdecimal() or (last.startswith("0x") and _HEXADECIMAL.issuperset(last[2:]))


def punycode(host: str) -> str | None:
    """Write a host in Unicode as browsers do; None if they might write it otherwise."""
    # The standard library implements IDNA 2003, browsers UTS 46: they differ in these four.
    if set(host) & set("ßς\u200c\u200d"):
        return None
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return None


def _punycode_hint(origin: Origin) -> str:
    if host := punycode(origin.host):
        return _hint(str(origin.replace(host=host)))
    return "Write its punycode form ('xn--...'), as the browser's Origin header shows it."


def _ipv4_problems(text: str, origin: Origin) -> Iterator[Problem]:
    if not is_ipv4(origin.host):
        yield _problem(
            "origin-ip",
            text,
            "has a malformed IPv4 address.",
            f"Write four decimal numbers: '{origin.scheme}://192.0.2.1'.",
        )
    elif origin.subdomains:
        yield _subdomains_of_address(text, origin)


def _subdomains_of_address(text: str, origin: Origin) -> Problem:
    address = str(Origin(origin.scheme, origin.host, origin.port))
    return _problem(
        "origin-ip", text, "asks for subdomains of an address, which has none.", _hint(address)
    )


def _ipv6_problems(text: str, origin: Origin) -> Iterator[Problem]:
    import ipaddress  # noqa: PLC0415 - 1 ms, for IPv6 alone

    try:
        if "%" in origin.host:
            raise ipaddress.AddressValueError  # noqa: TRY301 - URLs have no zones
        address = ipaddress.IPv6Address(origin.host.removeprefix("[").removesuffix("]"))
    except ipaddress.AddressValueError:
        yield _problem(
            "origin-ip",
            text,
            "has a malformed IPv6 address.",
            f"Write eight groups, shortened: '{origin.scheme}://[2001:db8::1]'.",
        )
        return
    host = f"[{_serialize_ipv6(address.packed)}]"
    if origin.subdomains:
        yield _subdomains_of_address(text, origin.replace(host=host))
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
