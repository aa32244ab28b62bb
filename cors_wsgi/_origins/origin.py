"""Origins and origin patterns.

An origin is what a browser sends: `scheme "://" host [":" port]`, in lower case and
punycode, without the scheme's default port and with nothing after it.
Source: https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin

A pattern widens it. `*` stands for
- one or more whole labels, as `*.` at the start of the host,
- one or more of `a-z 0-9 -` within one label, as in `app-*.example.com`,
- any id, as the whole host of a scheme that is not the web's (`moz-extension://*`),
- any port.
"""

from string import ascii_letters, ascii_lowercase, digits
from typing import Final, NamedTuple

FIELD: Final = "allow_origins"
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
# Hosts of these are in lower case; any other scheme's host is sent as its page has it.
# Source: https://url.spec.whatwg.org/#host-parsing, and the browsers' ids of extensions.
LOWER_CASE_SCHEMES: Final = frozenset({"http", "https", "chrome-extension", "moz-extension"})

# Browsers send these for pages without an origin that could be told from another's: a
# sandboxed frame, a local file, a redirect across origins. WebViews and Electron send
# `file://` for local files, where browsers send `null`.
OPAQUE_ORIGINS: Final = frozenset({"null", "file://"})

_LONGEST_SCHEME: Final = 32
_SCHEME: Final = frozenset(f"{ascii_lowercase}{digits}+.-")
_LONGEST_HOST: Final = 253  # RFC 1035, 2.3.4, in text without the root dot
_HOST: Final = f"{ascii_lowercase}{digits}_-.".encode()
_LONGEST_LABEL: Final = 63
_ID: Final = frozenset(f"{ascii_letters}{digits}_-.~")


class Origin(NamedTuple):
    """An origin, or a pattern of origins.

    Attributes:
        scheme: Such as `https`.
        host: The host, including an IPv6 address's brackets and a `*` within a label or
            for any id, and excluding a pattern's `*.`.
        port: Digits, `*` for any port, or nothing for the scheme's default.
        subdomains: Whether the host stands for its subdomains instead of itself.
    """

    scheme: str
    host: str
    port: str = ""
    subdomains: bool = False

    def __str__(self) -> str:
        wildcard = "*." if self.subdomains else ""
        return f"{self.scheme}://{wildcard}{self.host}{self.port and ':'}{self.port}"

    def replace(self, *, host: str | None = None, port: str | None = None) -> "Origin":
        """Return the same origin with another host or port."""
        return self._replace(
            host=self.host if host is None else host,
            port=self.port if port is None else port,
        )

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for more than one origin."""
        return self.subdomains or "*" in self.host or self.port == "*"

    @property
    def any_id(self) -> bool:
        """Whether it stands for any id, as `moz-extension://*` does."""
        return self.host == "*"

    @property
    def has_wildcard_in_label(self) -> bool:
        """Whether a `*` stands for a part of one label, as in `app-*.example.com`."""
        return "*" in self.host and not self.any_id

    @property
    def base(self) -> str:
        """The part of the host, from a label on, that no `*` can change."""
        return self.host if "*" not in self.host else self.host.rpartition("*")[2].partition(".")[2]

    @property
    def is_loopback(self) -> bool:
        """Whether it can only be this very machine, which no network can impersonate."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Tell whether a host can only be this very machine.

    Source: https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
    """
    return (
        host in ("localhost", "[::1]")
        or host.endswith(".localhost")
        or (host.startswith("127.") and is_ipv4(host))
    )


def is_insecure(origin: str) -> bool:
    """Tell whether an origin's page came over plain http from another machine.

    Args:
        origin: The value of an `Origin` header, of any content.
    """
    scheme, _, authority = origin.partition("://")
    return scheme == "http" and not is_loopback(split_port(authority)[0])


def split_port(authority: str) -> tuple[str, str]:
    """Split `host[:port]`; the port of a malformed authority is part of its host."""
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        if not rest or rest.startswith(":"):
            return host + bracket, rest.removeprefix(":")
        return authority, ""
    host, _, port = authority.partition(":")
    return host, port


def is_scheme(text: str) -> bool:
    """Tell whether a text is a scheme in lower case (RFC 3986, 3.1), and not too long."""
    return text[:1].isalpha() and len(text) <= _LONGEST_SCHEME and _SCHEME.issuperset(text)


def is_ipv4(host: str) -> bool:
    """Tell whether a text is an IPv4 address as browsers write it: four decimal numbers."""
    parts = host.split(".")
    return len(parts) == 4 and all(map(_is_octet, parts))


def _is_octet(text: str) -> bool:
    return (
        text.isascii()
        and text.isdecimal()
        and len(text) <= 3
        and int(text) <= 255
        and str(int(text)) == text
    )


def is_host(text: str) -> bool:
    """Tell whether a text is a host's name: labels joined by dots, in lower case.

    Labels may contain underscores, which browsers accept.
    """
    return (
        0 < len(text) <= _LONGEST_HOST
        and text.isascii()
        and not text.encode().strip(_HOST)  # what is left begins with something else
        and ".." not in text
        and text.strip(".") == text
        and (len(text) <= _LONGEST_LABEL or max(map(len, text.split("."))) <= _LONGEST_LABEL)
    )


def is_id(text: str) -> bool:
    """Tell whether a text can stand for the host in an origin of a scheme that is not the web's.

    Browsers leave such a host as it is, capitals included; a shell's may be a single dot.
    Source: https://url.spec.whatwg.org/#concept-opaque-host-parser, which allows more.
    """
    return 0 < len(text) <= _LONGEST_HOST and _ID.issuperset(text)


def is_port(text: str) -> bool:
    """Tell whether a text is a port as browsers write it: from 1 to 65535, in plain digits."""
    return (
        text.isascii()
        and text.isdecimal()
        and text[0] != "0"
        and len(text) <= 5
        and int(text) <= 65535
    )
