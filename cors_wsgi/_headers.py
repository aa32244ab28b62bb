"""Lists of response headers, as WSGI has them: `(name, value)` pairs of text.

PEP 3333 lets the server change the list that `start_response` is given, so every list
that leaves here is new; the prepared ones are never handed out.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Header: TypeAlias = tuple[str, str]


def replace_cors_headers(
    application: Iterable[Header], cors: Sequence[Header]
) -> tuple[list[Header], list[str]]:
    """Give an application's response the CORS headers of the policy, and no others.

    Args:
        application: the headers that the application set.
        cors: the headers that the policy gives, among them at most one `Vary`.

    Returns:
        A new list, with one `Vary` that merges the application's with the policy's,
        and the names of the application's `Access-Control-*` headers, which are gone.
    """
    headers: list[Header] = []
    replaced: list[str] = []
    varying: list[str] = []
    for header in application:
        name = header[0].lower()
        if name == "vary":
            varying.append(header[1])
        elif name.startswith("access-control-"):
            replaced.append(header[0])
        else:
            headers.append(header)
    if not varying:
        headers.extend(cors)
        return headers, replaced
    for header in cors:
        if header[0] == "Vary":
            varying.append(header[1])
        else:
            headers.append(header)
    headers.append(("Vary", merge_vary(varying)))
    return headers, replaced


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
