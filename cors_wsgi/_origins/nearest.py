"""What a refused origin was close to: the line that saves somebody an hour.

Strangers cause refusals, so none may cost much: long lists are looked up in, and only short
ones are searched.
"""

from collections.abc import Collection, Iterator
from functools import partial
from heapq import nlargest
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH, AllowedOrigins
from cors_wsgi._origins.origin import DEFAULT_PORTS, Origin, split_port
from cors_wsgi._origins.parser import parse

if TYPE_CHECKING:
    import difflib

_SHORT_LIST: Final = 100
# How many patterns are searched, and how many of the domains above a host are looked for.
_MANY: Final = 1000
_DOMAINS: Final = 8
# How many of a list are compared letter by letter.
_FEW_ALIKE: Final = 5
# The ports that development servers and proxies use, looked up in long lists.
_USUAL_PORTS: Final = (
    *("", "3000", "3001", "4200", "5000", "5173", "8000"),
    *("8001", "8080", "8081", "8443", "8888", "9000"),
)

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
        origins: What the policy allows.
        origin: The refused `Origin` header, of any length and content.

    Returns:
        A short text such as `'https://app.example' differs only by its port`, in
        which nothing comes from the request; `None` if no entry is close.
    """
    if len(origin) > MAX_ORIGIN_LENGTH:
        return None
    if origin == "null":
        return "a sandboxed frame, a file or a redirect across origins sends 'null'"
    given, problems = parse(origin)
    if given is None:
        return None
    if problems and str(given) in origins.exact:
        differences = " and ".join(_REPAIRS.get(problem.code, "its form") for problem in problems)
        return f"{str(given)!r} differs only by {differences}"
    return next(_near_hosts(origins, given), None) or _misspelt(origins, given)


def _near_hosts(origins: AllowedOrigins, given: Origin) -> Iterator[str]:
    www = given.host.removeprefix("www.") if given.host.startswith("www.") else f"www.{given.host}"
    domains = list(islice(_domains(given.host), _DOMAINS))
    entries = _entries_of(origins, [given.host, www, *domains], given)
    for entry in entries.get(given.host, ()):
        yield _difference(entry, given)
    for entry in entries.get(www, ()):
        if not entry.subdomains:
            yield f"{str(entry)!r} differs by 'www.'"
    for entry in (entry for domain in domains for entry in entries.get(domain, ())):
        if entry.has_wildcard_in_label:
            yield f"{str(entry)!r} is a pattern for a part of one label"
        elif not entry.subdomains:
            yield f"{str(entry)!r} is allowed without its subdomains"
        elif entry.scheme != given.scheme:
            yield f"{str(entry)!r} differs only by its scheme"
        else:
            yield f"{str(entry)!r} differs only by its port"


def _difference(entry: Origin, given: Origin) -> str:
    if entry.subdomains:
        return f"{str(entry)!r} allows subdomains, not {entry.host!r} itself"
    if entry.scheme == given.scheme:
        return f"{str(entry)!r} differs only by its port"
    if entry.port in (given.port, "*"):
        return f"{str(entry)!r} differs only by its scheme"
    return f"{str(entry)!r} differs by its scheme and its port"


def _domains(host: str) -> Iterator[str]:
    while host := host.partition(".")[2]:
        yield host


def _entries_of(
    origins: AllowedOrigins, hosts: Collection[str], given: Origin
) -> dict[str, list[Origin]]:
    """Return the entries for some hosts, by the host or, where a `*` is in it, its base."""
    found: dict[str, list[Origin]] = {}
    for text in _exact_of(origins, hosts, given):
        entry = parse(text)[0]
        if entry is not None and entry.host in hosts:
            found.setdefault(entry.host, []).append(entry)
    for pattern in islice(origins.patterns, _MANY):
        if pattern.base in hosts:
            found.setdefault(pattern.base, []).append(pattern)
    return found


def _exact_of(origins: AllowedOrigins, hosts: Collection[str], given: Origin) -> Iterator[str]:
    if len(origins.exact) <= _SHORT_LIST:
        for text in sorted(origins.exact):
            if split_port(text.partition("://")[2])[0] in hosts:
                yield text
        return
    schemes = dict.fromkeys((given.scheme, *DEFAULT_PORTS))
    ports = dict.fromkeys((given.port, *_USUAL_PORTS))
    for host, scheme, port in product(hosts, schemes, ports):
        text = str(Origin(scheme, host, port))
        if text in origins.exact:
            yield text


def _misspelt(origins: AllowedOrigins, given: Origin) -> str | None:
    if len(origins) > _SHORT_LIST:
        return None
    entries = [entry for entry in origins.entries if isinstance(entry, str)]
    return (near := closest(str(given), entries)) and f"did you mean {near!r}?"


def closest(text: str, among: Collection[str]) -> str | None:
    """Return the member of a short list that is spelt most like `text`, if any is."""
    if len(among) > _SHORT_LIST:
        return None
    import difflib  # noqa: PLC0415 - 2 ms, and only a refusal that is logged needs it

    lower = {member.lower(): member for member in among}
    matcher = difflib.SequenceMatcher(b=text.lower())
    # Which letters two texts share is soon counted. Their order is compared for a few alone, since
    # that takes time proportional to the product of their lengths.
    alike = nlargest(_FEW_ALIKE, lower, key=partial(_shared_letters, matcher))
    return next(map(lower.get, difflib.get_close_matches(text.lower(), alike, 1, 0.8)), None)


def _shared_letters(matcher: "difflib.SequenceMatcher[str]", text: str) -> float:
    matcher.set_seq1(text)
    return matcher.quick_ratio()
