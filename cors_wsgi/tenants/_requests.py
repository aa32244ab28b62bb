"""Keys that are read from a request: its tenant's name in the host, or its origin."""

import re
from collections.abc import Callable
from typing import Any

from cors_wsgi._origins.origin import is_host


def by_host(*, below: str) -> Callable[[dict[str, Any]], str | None]:
    """Return the function that takes a tenant's name from the host of a request.

    Case, the port and a final dot of the host do not matter.

    Args:
        below: The name of the host that has a subdomain for each tenant. With `"api.example"`,
            the key of `shop.api.example` is `"shop"`; any other host, with more labels or none,
            has no key.

    Raises:
        ValueError: If it is not the name of a host.
    """
    name = below.lower().removesuffix(".")
    if not is_host(name):
        message = f"below has to be the name of a host, such as 'api.example', not {below!r}"
        raise ValueError(message)
    # RFC 9110, section 7.2: a host and a port; RFC 3986, section 3.2.3: digits, if any.
    pattern = re.compile(
        rf"([a-z0-9_-]{{1,63}})\.{re.escape(name)}\.?(:[0-9]*)?", re.ASCII | re.IGNORECASE
    )

    def key(request: dict[str, Any]) -> str | None:
        host = request["HTTP_HOST"] if "HTTP_HOST" in request else _header(request, b"host")
        found = pattern.fullmatch(host or "")
        return found[1].lower() if found else None

    return key


def origin_of(request: dict[str, Any]) -> str | None:
    """Return the origin of a request, if it has one."""
    return request["HTTP_ORIGIN"] if "HTTP_ORIGIN" in request else _header(request, b"origin")


def _header(request: dict[str, Any], name: bytes) -> str | None:
    """Return a header of an ASGI scope; several are one, as WSGI servers make of them."""
    values = [value for key, value in request.get("headers", ()) if key.lower() == name]
    return b", ".join(values).decode("latin-1") if values else None
