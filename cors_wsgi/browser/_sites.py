"""Sites (https://html.spec.whatwg.org/#sites), by the list of https://publicsuffix.org."""

from __future__ import annotations

import functools
import ipaddress
from importlib.resources import files
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from cors_wsgi.browser._urls import NULL_ORIGIN


@functools.cache
def _list() -> PublicSuffixList:
    """Read the list, with its private section, as browsers do: it takes tens of milliseconds."""
    # Opened as a resource, so that it is found in a zip file too.
    with files("publicsuffixlist").joinpath("public_suffix_list.dat").open("rb") as lines:
        return PublicSuffixList(lines)


def is_address(host: str) -> bool:
    """Tell whether a host is an IP address, with or without brackets."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_public_suffix(host: str) -> bool:
    """Tell whether a host is a public suffix (https://url.spec.whatwg.org/#host-public-suffix)."""
    return not is_address(host) and _list().publicsuffix(host) == host


def registrable_domain(origin: str) -> str:
    """Return the registrable domain of an origin's host (https://url.spec.whatwg.org/#host-registrable-domain).

    Hosts that have none, IP addresses and public suffixes, stand for themselves.
    """
    host = urlsplit(origin).hostname or ""
    return host if is_address(host) else _list().privatesuffix(host) or host


def schemelessly_same_site(first: str, second: str) -> bool:
    """Tell whether two origins share a site, schemes aside; opaque origins share none."""
    if NULL_ORIGIN in {first, second}:
        return False
    # The common case needs no list.
    return urlsplit(first).hostname == urlsplit(second).hostname or (
        registrable_domain(first) == registrable_domain(second)
    )


def same_site(first: str, second: str) -> bool:
    """Tell whether two origins are same site (https://html.spec.whatwg.org/#same-site)."""
    return schemelessly_same_site(first, second) and (
        urlsplit(first).scheme == urlsplit(second).scheme
    )
