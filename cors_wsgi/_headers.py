"""Lists of response headers, as WSGI has them: `(name, value)` pairs of text.

PEP 3333 lets the server change the list that `start_response` is given, so every list
that leaves here is new; the prepared ones are never handed out.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

Header: TypeAlias = tuple[str, str]

# The usual names that are neither Vary nor Access-Control-*, told by one look-up.
_USUAL: Final = (
    "Allow Cache-Control Connection Content-Disposition Content-Encoding Content-Language "
    "Content-Length Content-Security-Policy Content-Type Date ETag Expires Last-Modified "
    "Location Pragma Referrer-Policy Retry-After Server Set-Cookie Strict-Transport-Security "
    "WWW-Authenticate X-Content-Type-Options X-Frame-Options X-Request-ID"
)
HARMLESS: Final = frozenset(f"{_USUAL} {_USUAL.lower()}".split())

# How many different Vary headers of an application are remembered, merged.
_REMEMBERED_VARY: Final = 64

Replace: TypeAlias = Callable[[Iterable[Header]], tuple[list[Header], list[str]]]


def cors_header_replacer(cors: Sequence[Header]) -> Replace:
    """Make a function that gives a response the headers `cors`, and no others like them.

    Args:
        cors: the headers that the policy gives, among them at most one `Vary`.

    Returns:
        A function of the headers that the application set. It returns a new list, with
        one `Vary` that merges the application's with the policy's, and the names of
        the application's `Access-Control-*` headers, which are gone.
    """
    own_vary = [value for name, value in cors if name == "Vary"]
    but_vary = [header for header in cors if header[0] != "Vary"]
    merged: dict[tuple[str, ...], Header] = {}

    def merge(varying: tuple[str, ...]) -> Header:
        if len(merged) >= _REMEMBERED_VARY:
            merged.clear()
        merged[varying] = header = ("Vary", merge_vary([*varying, *own_vary]))
        return header

    def replace(application: Iterable[Header]) -> tuple[list[Header], list[str]]:
        headers: list[Header] = []
        replaced: list[str] = []
        varying: tuple[str, ...] = ()
        for header in application:
            name = header[0]
            if name in HARMLESS:
                headers.append(header)
            elif (lower := name.lower()) == "vary":
                varying += (header[1],)
            elif lower.startswith("access-control-"):
                replaced.append(name)
            else:
                headers.append(header)
        if not varying:
            headers += cors
        else:
            headers += but_vary
            headers.append(merged.get(varying) or merge(varying))
        return headers, replaced

    return replace


def merge_vary(values: Sequence[str]) -> str:
    """Merge the values of several `Vary` headers into one.

    Names are kept as they were first written, and once; `*` swallows all others.
    Source: RFC 9110, 12.5.5.
    """
    names: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            if name := part.strip(" \t"):
                names.setdefault(name.lower(), name)
    return "*" if "*" in names else ", ".join(names.values())
