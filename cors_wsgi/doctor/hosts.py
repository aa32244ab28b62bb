"""Where a page and a server are: on this machine, in a private network, or in public."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Target

AddressSpace: TypeAlias = Literal["loopback", "local", "public"]


def space_of(host: str) -> AddressSpace:
    """The address space of an IP address or a host name, as far as it shows.

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


def page_space(origin: str) -> AddressSpace:
    """The address space of a page, guessed from its origin: its server is not asked."""
    return space_of(urlsplit(origin).hostname or "")


def crosses_into(target: Target, address: str | None) -> AddressSpace | None:
    """The less public address space that a page reaches into, if it does."""
    if address is None:
        return None
    order = ("loopback", "local", "public")
    there = space_of(address)
    return there if order.index(there) < order.index(page_space(target.origin)) else None


def is_mixed_content(target: Target, address: str | None) -> bool:
    """Whether an https page asks an http server that is not on its own machine.

    See https://www.w3.org/TR/mixed-content/#should-block-fetch; a loopback host is trustworthy.
    """
    url = urlsplit(target.url)
    return (
        address is not None
        and target.origin.startswith("https:")
        and url.scheme == "http"
        and space_of(url.hostname or "") != "loopback"
    )
