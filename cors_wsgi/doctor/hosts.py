"""Where a page and a server are: on this machine, in a private network, or in public."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from cors_wsgi._origins.suffixes import registrable_domain
from cors_wsgi.browser import origin_of

if TYPE_CHECKING:
    from cors_wsgi.doctor.targets import Target

AddressSpace: TypeAlias = Literal["loopback", "local", "public"]


def space_of(host: str) -> AddressSpace:
    """Return the address space of an IP address or a host name, as far as it shows.

    See https://wicg.github.io/local-network-access/#ip-address-space-section.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "local" if host.endswith(".local") else "public"
    if address.is_loopback:
        return "loopback"
    return "local" if address.is_private or address.is_link_local else "public"


def _page_space(origin: str) -> AddressSpace:
    """Return the address space of a page, guessed from its origin: its server is not asked."""
    return space_of(urlsplit(origin).hostname or "")


def crosses_into(target: Target, address: str | None) -> AddressSpace | None:
    """Return the less public address space that a page reaches into, if it does."""
    if address is None:
        return None
    order = ("loopback", "local", "public")
    there = space_of(address)
    return there if order.index(there) < order.index(_page_space(target.origin)) else None


def is_mixed_content(page: str, url: str) -> bool:
    """Tell whether an https page asks an http server that is not on its own machine.

    See https://www.w3.org/TR/mixed-content/#should-block-fetch; a loopback host is trustworthy.
    """
    parts = urlsplit(url)
    return (
        page.startswith("https:")
        and parts.scheme == "http"
        and space_of(parts.hostname or "") != "loopback"
    )


def is_trustworthy(url: str) -> bool:
    """Return whether a URL is potentially trustworthy: https, or on a loopback host.

    See https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy.
    """
    parts = urlsplit(url)
    return parts.scheme == "https" or space_of(parts.hostname or "") == "loopback"


def site_of(page: str, url: str) -> Literal["same-origin", "same-site", "cross-site"]:
    """Return how near a URL is to a page, as `Sec-Fetch-Site` says it.

    See https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header and
    https://html.spec.whatwg.org/#same-site.
    """
    if page != "null" and origin_of(url) == page:
        return "same-origin"
    ours, theirs = urlsplit(page), urlsplit(url)
    if ours.scheme == theirs.scheme and _site(ours.hostname) == _site(theirs.hostname) is not None:
        return "same-site"
    return "cross-site"


def _site(host: str | None) -> str | None:
    """Return a host's registrable domain; the host itself if it has none."""
    if not host:
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        registered = registrable_domain(host)
        return ".".join(registered) if registered else host
    return host


def is_blocked_port(url: str) -> bool:
    """Return whether browsers refuse to open a URL's port.

    See https://fetch.spec.whatwg.org/#port-blocking.
    """
    return urlsplit(url).port in _BAD_PORTS


# https://fetch.spec.whatwg.org/#bad-port
_LISTED: Final = """
    0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113
    115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554
    556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665
    6666 6667 6668 6669 6679 6697 10080
"""
_BAD_PORTS: Final = frozenset(map(int, _LISTED.split()))
