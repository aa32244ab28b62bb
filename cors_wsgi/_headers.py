"""Response headers as WSGI has them, and the `start_response` that they pass through.

An application's headers are handed on with those of the policy, and none of its own
like them. PEP 3333 lets the server change the list that `start_response` is given, so
every list that leaves here is new, or the application's own where it may be added to;
the prepared ones are never handed out.

This is on the way of every response. So a `start_response` is prepared for each set of
headers, and what a request adds is bound to it as methods are bound to their object, in
half the time that a closure takes.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final, TypeAlias

Header: TypeAlias = tuple[str, str]

ALLOW_METHODS: Final = "Access-Control-Allow-Methods"
ALLOW_HEADERS: Final = "Access-Control-Allow-Headers"

# Names that have proved to be neither Vary nor Access-Control-*: one look-up from then on,
# which mostly finds the very same string, since applications write names as constants.
_harmless: Final[set[str]] = set()

# How many of them are remembered.
_REMEMBERED_NAMES: Final = 1024

# How many different Vary headers of an application are remembered, merged.
_REMEMBERED_VARY: Final = 64

Replace: TypeAlias = Callable[[list[Header], list[Header], str, str], list[Header]]

# Makes the `start_response` of one request, of what that request adds.
Starter: TypeAlias = Callable[[Any], Callable[..., Any]]


def cors_header_replacer(vary: str, notice: Callable[[tuple[str, ...]], None]) -> Replace:
    """Make a function that gives responses a policy's headers, and no others like them.

    Args:
        vary: the value of the `Vary` that the policy gives, or nothing if it gives none.
        notice: called with the names of an application's `Access-Control-*` headers.

    Returns:
        A function of the headers that the application set, of those that the policy
        gives, of which the last is the `Vary`, and of the name and the value of the
        application's first that may be like them. It returns a new list, with one `Vary`
        that merges both, and without the application's `Access-Control-*` headers.
    """
    # `merge_vary` remembers too, but to call it takes longer than to look up the header.
    merged: dict[str, Header] = {}

    def merge(varying: str) -> Header:
        if len(merged) >= _REMEMBERED_VARY:
            merged.clear()
        merged[varying] = header = ("Vary", merge_vary(varying, vary))
        return header

    def replace(
        application: list[Header], cors: list[Header], name: str, value: str
    ) -> list[Header]:
        headers = [header for header in application if header[0] in _harmless]
        if name != "Vary" or len(headers) != len(application) - 1:
            headers, varying, replaced = _apart(application)
            if replaced:
                notice(replaced)
            if varying is None:
                return headers + cors
            value = varying
        headers += cors
        try:
            header = merged[value]
        except KeyError:
            header = merge(value)
        if vary:
            headers[-1] = header
        else:
            headers.append(header)
        return headers

    return replace


def _apart(application: list[Header]) -> tuple[list[Header], str | None, tuple[str, ...]]:
    """Return the headers that stay, the value of `Vary`, and the names of CORS headers.

    In one pass: it is on the way of responses that have any header of their own kind.
    """
    headers: list[Header] = []
    replaced: tuple[str, ...] = ()
    varying = None
    for header in application:
        name = header[0]
        if name in _harmless or not is_replaceable(name):
            headers.append(header)
        elif name.lower() == "vary":
            # Several are as one, joined by commas (RFC 9110, 5.3).
            varying = header[1] if varying is None else f"{varying},{header[1]}"
        else:
            replaced += (name,)
    return headers, varying, replaced


def by_name(headers: Iterable[Header]) -> dict[str, Header]:
    """Return headers by their names in lower case."""
    return {header[0].lower(): header for header in headers}


def is_replaceable(name: str) -> bool:
    """Tell whether a header's name is `Vary` or `Access-Control-*`, in any case."""
    lower = name.lower()
    if lower == "vary" or lower.startswith("access-control-"):
        return True
    if len(_harmless) < _REMEMBERED_NAMES:
        _harmless.add(name)
    return False


def replaceable(names: Iterable[str]) -> list[str]:
    """Return those of some headers' names that are `Vary` or `Access-Control-*`, in any case."""
    return [name for name in names if name not in _harmless and is_replaceable(name)]


# Tells whether all of some names are known not to be replaceable: no call in Python, for
# those in a hurry. If it denies, ask `replaceable`.
are_harmless: Final = _harmless.issuperset


@lru_cache(_REMEMBERED_VARY)
def merge_vary(*values: str) -> str:
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


def make_starter(replace: Replace) -> Callable[[list[Header]], Starter]:
    """Make a function that prepares a `start_response`.

    Args:
        replace: puts a policy's headers in the place of headers like them.

    Returns:
        A function of the headers that a response starts with. What it returns is one of
        the server's `start_response`.
    """
    harmless = _harmless  # nearer than a global, for every header of every response

    def starter(cors: list[Header]) -> Starter:
        # Quoted, since they would be evaluated for every origin.
        def start(
            start_response: "Any",
            status: "str",
            headers: "list[Header]",
            exc_info: "Any" = None,
            /,
        ) -> "Any":
            for name, value in headers:
                if name not in harmless and (name == "Vary" or is_replaceable(name)):
                    return start_response(status, replace(headers, cors, name, value), exc_info)
            return start_response(status, headers + cors, exc_info)

        return start.__get__

    return starter


def starter_in_place(replace: Replace, cors: list[Header]) -> Starter:
    """Prepare a `start_response` that adds to the application's own list where it can.

    It saves a list. Its loop is that of `make_starter` once more, since a call would take
    longer.

    Args:
        replace: as for `make_starter`.
        cors: the headers that a response starts with.
    """
    harmless = _harmless

    def start(
        start_response: Any, status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Any:
        for name, value in headers:
            if name not in harmless and (name == "Vary" or is_replaceable(name)):
                return start_response(status, replace(headers, cors, name, value), exc_info)
        headers.extend(cors)
        return start_response(status, headers, exc_info)

    return start.__get__
