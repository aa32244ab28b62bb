"""Keys that are read from a request: its tenant's name in the host, or its origin."""

from collections.abc import Callable
from string import ascii_lowercase, digits
from typing import Any, Final

from cors_wsgi._origins.origin import is_host
from cors_wsgi._policy.requests import host_of

# A label of a host's name: RFC 1035, section 2.3.4, and what is in use.
_LONGEST: Final = 63
_LETTERS: Final = frozenset(ascii_lowercase + digits + "-_")


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

    def key(request: dict[str, Any]) -> str | None:
        label, _, parent = request.get("HTTP_HOST", "").partition(".")
        if parent != name:  # it may be another spelling, which takes twice as long to read
            label, _, parent = (host_of(request) or "").partition(".")
        label = label.lower()
        is_tenant = parent == name and 1 <= len(label) <= _LONGEST and _LETTERS.issuperset(label)
        return label if is_tenant else None

    return key


def origin_of(request: dict[str, Any]) -> str | None:
    """Return the origin of a request, if it has one."""
    return request.get("HTTP_ORIGIN") or _header(request, b"origin")


def _header(request: dict[str, Any], name: bytes) -> str | None:
    """Return a header of an ASGI scope; several are one, as WSGI servers make of them."""
    values = [value for key, value in request.get("headers", ()) if key.lower() == name]
    return b", ".join(values).decode("latin-1") if values else None
