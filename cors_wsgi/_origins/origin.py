"""Origins and origin patterns.

An origin is what a browser sends: `scheme "://" host [":" port]`, in lower case and
punycode, the scheme's default port left out, nothing after it.
Source: https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin

A pattern widens it in two ways, alone or together: `*.` before the host stands for
one or more whole labels, and `*` as the port stands for any port.
"""

from string import ascii_lowercase, digits
from typing import Final

FIELD: Final = "allow_origins"
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

_LONGEST_HOST: Final = 253  # RFC 1035, 2.3.4, in text without the root dot
_HOST: Final = f"{ascii_lowercase}{digits}_-.".encode()
_LONGEST_LABEL: Final = 63


class Origin:
    """An origin, or a pattern of origins.

    Attributes:
        scheme: such as `https`.
        host: the host, brackets included for IPv6; without the pattern's `*.`.
        port: digits, `*` for any port, or nothing for the scheme's own.
        subdomains: whether the host stands for its subdomains instead of itself.
    """

    __slots__ = ("host", "port", "scheme", "subdomains")

    def __init__(self, scheme: str, host: str, port: str = "", *, subdomains: bool = False) -> None:
        self.scheme = scheme
        self.host = host
        self.port = port
        self.subdomains = subdomains

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        wildcard = "*." if self.subdomains else ""
        return f"{self.scheme}://{wildcard}{self.host}{self.port and ':'}{self.port}"

    def replace(self, *, host: str | None = None, port: str | None = None) -> "Origin":
        """Return the same with another host or port."""
        return Origin(
            self.scheme,
            self.host if host is None else host,
            self.port if port is None else port,
            subdomains=self.subdomains,
        )

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for more than one origin."""
        return self.subdomains or self.port == "*"

    @property
    def is_loopback(self) -> bool:
        """Whether it can only be this very machine, which plain http cannot betray.

        Source: https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
        """
        return (
            self.host == "localhost"
            or self.host.endswith(".localhost")
            or self.host == "[::1]"
            or (self.host.startswith("127.") and is_ipv4(self.host))
        )


def is_ipv4(host: str) -> bool:
    """Tell whether a text is an IPv4 address as browsers write it: four decimal numbers."""
    parts = host.split(".")
    return len(parts) == 4 and all(map(_is_octet, parts))


def _is_octet(text: str) -> bool:
    return text.isdecimal() and len(text) <= 3 and int(text) <= 255 and str(int(text)) == text


def is_host(text: str) -> bool:
    """Tell whether a text is a host's name: labels joined by dots, in lower case.

    Labels may have underscores, as browsers take them.
    """
    return (
        0 < len(text) <= _LONGEST_HOST
        and text.isascii()
        and not text.encode().strip(_HOST)  # what is left begins with something else
        and ".." not in text
        and text.strip(".") == text
        and (len(text) <= _LONGEST_LABEL or max(map(len, text.split("."))) <= _LONGEST_LABEL)
    )


def is_port(text: str) -> bool:
    """Tell whether a text is a port as browsers write it: from 1 to 65535, in plain digits."""
    return (
        text.isascii()
        and text.isdecimal()
        and text[0] != "0"
        and len(text) <= 5
        and int(text) <= 65535
    )
