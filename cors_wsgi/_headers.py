"""Two lists of response headers made into one: the application's and the policy's.

The policy owns `Access-Control-*`: what the application set of these is replaced. `Vary`
is merged. Every adapter, whatever its framework, calls `merge_headers`; the ASGI middleware, whose
headers are bytes, only where the application set one of these.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, TypeAlias

Header: TypeAlias = tuple[str, str]

# What most responses consist of, as it is usually written. No policy owns any of these, and to
# know that without looking closer is most of what a merge costs.
USUAL_NAMES: Final = frozenset(
    {
        "Accept-Ranges",
        "Age",
        "Allow",
        "Cache-Control",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Range",
        "Content-Security-Policy",
        "Content-Type",
        "Cross-Origin-Opener-Policy",
        "Date",
        "ETag",
        "Expires",
        "Last-Modified",
        "Location",
        "Referrer-Policy",
        "Retry-After",
        "Server",
        "Set-Cookie",
        "Strict-Transport-Security",
        "WWW-Authenticate",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "X-Request-ID",
    }
)


def merge_headers(
    application: list[Header], cors: list[Header], report: Callable[[list[str]], object]
) -> list[Header]:
    """Merge the headers of an application and of a policy.

    Args:
        application: The headers that the application set.
        cors: The headers of the policy.
        report: Called with the names of the application's `Access-Control-*` headers, if there
            are any; they are replaced.

    Returns:
        The headers to send. The list is new, since servers may change it (PEP 3333).

    Raises:
        TypeError: If the application's headers are not a list, as PEP 3333 wants them.
    """
    if not isinstance(application, list):
        message = f"start_response takes a list of headers, not a {type(application).__name__}"
        raise TypeError(f"{message} (PEP 3333)")
    for name, _ in application:
        if name not in USUAL_NAMES and _is_owned(name):
            return _replace(application, cors, report)
    return application + cors


def owned_names(names: Iterable[str]) -> list[str]:
    """Return those of an application's header names that a policy replaces or merges."""
    return [name for name in names if name not in USUAL_NAMES and _is_owned(name)]


def _is_owned(name: str) -> bool:
    lower = name.lower()
    return lower == "vary" or lower.startswith("access-control-")


def _replace(
    application: list[Header], cors: list[Header], report: Callable[[list[str]], object]
) -> list[Header]:
    merged: list[Header] = []
    varies: list[str] = []
    replaced: list[str] = []
    for header in application:
        name, value = header
        if name in USUAL_NAMES:
            merged.append(header)
        elif (lower := name.lower()) == "vary":
            varies.append(value)
        elif lower.startswith("access-control-"):
            replaced.append(name)
        else:
            merged.append(header)
    if replaced:
        report(replaced)
    for header in cors:
        name, value = header
        if name == "Vary":
            varies.append(value)
        else:
            merged.append(header)
    if varies:
        merged.append(("Vary", merge_vary(*varies)))
    return merged


# Applications send a handful of different values, the same ones on every response.
@lru_cache(maxsize=64)
def merge_vary(*values: str) -> str:
    """Merge the values of several `Vary` headers into one.

    Each name is kept once, as it was first written; `*` stands for all of them.
    Source: RFC 9110, section 12.5.5.
    """
    names: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            if name := part.strip(" \t"):
                names.setdefault(name.lower(), name)
    return "*" if "*" in names else ", ".join(names.values())
