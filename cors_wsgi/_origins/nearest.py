"""What a refused origin was close to: the line that saves somebody an hour.

Everything here looks things up: the cost does not grow with the number of allowed
origins, so that strangers cannot run up a bill by being refused. Only short lists are
searched for spelling mistakes.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH, AllowedOrigins
from cors_wsgi._origins.origin import Origin
from cors_wsgi._origins.parser import parse

_SHORT_LIST: Final = 100

_REPAIRS: Final = {
    "origin-trailing-slash": "its trailing slash",
    "origin-path": "its path",
    "origin-userinfo": "its user name",
    "origin-capitals": "its capitals",
    "origin-default-port": "its default port",
}


def nearest_origin(origins: AllowedOrigins, origin: str) -> str | None:
    """Say which allowed origin a refused one is close to, and in what it differs.

    Args:
        origins: what the policy allows.
        origin: the refused `Origin` header, of any length and content.

    Returns:
        A short text such as `'https://app.example' differs only by its port`, in
        which nothing comes from the request; nothing if no entry is close.
    """
    if len(origin) > MAX_ORIGIN_LENGTH:
        return None
    if origin == "null":
        return "a sandboxed frame, a file or a redirect across origins sends 'null'"
    given, problems = parse(origin)
    if given is None:
        return None
    by_host = _by_host(origins)
    if problems and any(entry == given for entry in by_host.get(given.host, ())):
        differences = " and ".join(_REPAIRS.get(problem.code, "its form") for problem in problems)
        return f"{str(given)!r} differs only by {differences}"
    return next(_near_hosts(by_host, given), None) or _misspelt(origins, given)


@lru_cache(maxsize=16)
def _by_host(origins: AllowedOrigins) -> dict[str, list[Origin]]:
    """Index the entries by host, the first time that somebody is refused aloud."""
    index: dict[str, list[Origin]] = {}
    for origin in origins.parsed():
        index.setdefault(origin.host, []).append(origin)
    return index


def _near_hosts(by_host: dict[str, list[Origin]], given: Origin) -> Iterator[str]:
    for entry in by_host.get(given.host, ()):
        if entry.subdomains:
            yield f"{str(entry)!r} allows subdomains, not {entry.host!r} itself"
        elif entry.scheme == given.scheme:
            yield f"{str(entry)!r} differs only by its port"
        elif entry.port in (given.port, "*"):
            yield f"{str(entry)!r} differs only by its scheme"
        else:
            yield f"{str(entry)!r} differs by its scheme and its port"
    with_or_without_www = (
        given.host.removeprefix("www.") if given.host.startswith("www.") else f"www.{given.host}"
    )
    for entry in by_host.get(with_or_without_www, ()):
        if not entry.subdomains:
            yield f"{str(entry)!r} differs by 'www.'"
    suffix = given.host
    while suffix := suffix.partition(".")[2]:
        for entry in by_host.get(suffix, ()):
            if not entry.subdomains:
                yield f"{str(entry)!r} is allowed without its subdomains"
            elif entry.scheme != given.scheme:
                yield f"{str(entry)!r} differs only by its scheme"
            else:
                yield f"{str(entry)!r} differs only by its port"


def _misspelt(origins: AllowedOrigins, given: Origin) -> str | None:
    if len(origins) > _SHORT_LIST:
        return None
    entries = [entry for entry in origins.entries if isinstance(entry, str)]
    return (near := closest(str(given), entries)) and f"{near!r} is spelt alike"


def closest(text: str, among: Collection[str]) -> str | None:
    """Return the member of a short list that is spelt most like `text`, if any is."""
    if len(among) > _SHORT_LIST:
        return None
    import difflib  # noqa: PLC0415 - only a refusal that somebody reads needs it

    lower = {member.lower(): member for member in among}
    return next(map(lower.get, difflib.get_close_matches(text.lower(), lower, 1, 0.8)), None)
