"""Which paths of a server are asked, made from the paths that the policy names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cors_wsgi._policy.paths import governing_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cors_wsgi import Policy

# A resource that no application has, so that the server answers with an error of its own.
_NOWHERE: Final = "cors-wsgi-verify"
_EXEMPT: Final = "The policy switches CORS off for this path."


@dataclass(frozen=True, slots=True)
class Place:
    """A path to ask.

    Attributes:
        path: The path and the query, as in a URL.
        readings: The paths that the server may read in it; the policy of any one may be obeyed.
        thorough: Whether everything is asked, or only whose origins get in.
        code: The difference's code where an origin gets in; "" for the mistake's own.
        detail: What that difference means, as a sentence.
        of: The path of the thorough place whose differences are not repeated here.
        may_refuse: Whether refusing an allowed origin is fine, because no page asks this.
    """

    path: str
    readings: tuple[str, ...]
    thorough: bool = False
    code: str = ""
    detail: str = ""
    of: str = ""
    may_refuse: bool = False


def places(
    policies: Mapping[str, Policy | None], named: Iterable[str], *, alone: bool
) -> tuple[Place, ...]:
    """Return the paths to ask, each once.

    Args:
        policies: The policies by path prefix, if there are any.
        named: Paths that somebody asked for, query included.
        alone: Whether one policy governs every path.
    """
    every = [*_prefixes(policies)]
    for path in named:
        every += [_plain(path, thorough=True)]
        if alone:
            every += _below(path.partition("?")[0])
    if policies and "/" not in policies:
        text = "No prefix of the policy covers this path."
        every.append(replace(_plain(f"/{_NOWHERE}"), code="scope-wider", detail=text))
    first: dict[str, Place] = {}
    for place in every:
        known = first.get(place.path)
        if known is None or (place.thorough and not known.thorough):
            first[place.path] = place
    return tuple(sorted(first.values(), key=lambda place: not place.thorough))


def _prefixes(policies: Mapping[str, Policy | None]) -> Iterator[Place]:
    for prefix, policy in policies.items():
        path = quote(prefix)
        if policy is None:
            for place in (_plain(path), *_below(path)):
                yield replace(place, code="path-exempt", detail=_EXEMPT)
        else:
            yield _plain(path, thorough=True)
            yield from _below(path)
        if prefix != "/":
            for place in _beside(path):
                yield replace(place, of=_governing(place.path, policies))
        if _is_nested(prefix, policies):
            yield from _misread(path)


def _plain(path: str, *, thorough: bool = False) -> Place:
    return Place(path, (path,), thorough=thorough)


def _below(path: str) -> Iterator[Place]:
    """Yield paths that the prefix covers too: deep below it, and itself with a query."""
    for written in (f"{path.rstrip('/')}/{_NOWHERE}/1", f"{path}?{_NOWHERE}"):
        yield replace(_plain(written), of=path)


def _beside(path: str) -> Iterator[Place]:
    """Yield paths that a loose comparison takes for the prefix."""
    for written, mistake in (
        (f"{path}-{_NOWHERE}", "The server compares only the beginning of the path."),
        (f"/{_NOWHERE}{path}", "The server looks for the prefix anywhere in the path."),
    ):
        yield replace(_plain(written), code="scope-wider", detail=mistake)
    if path.upper() != path:
        text = "The server compares paths without regard to case."
        yield replace(_plain(path.upper()), code="scope-wider", detail=text, may_refuse=True)


def _misread(path: str) -> Iterator[Place]:
    """Yield the prefix as it reaches a server that neither decodes paths nor merges slashes."""
    outer, _, name = path.rpartition("/")
    text = "The server chooses by the path as it is written, not as the application reads it."
    encoded = f"{outer}/%{ord(name[0]):02X}{name[1:]}"
    doubled = f"{outer}//{name}"
    for written, readings in ((encoded, (encoded,)), (doubled, (doubled, path))):
        misread = Place(written, readings, code="path-misread", detail=text, of=path)
        yield replace(misread, may_refuse=True)


def _is_nested(prefix: str, policies: Mapping[str, Policy | None]) -> bool:
    outers = (other for other in policies if other != prefix)
    return any(other == "/" or prefix.startswith(f"{other}/") for other in outers)


def _governing(path: str, policies: Mapping[str, Policy | None]) -> str:
    """Return the path of the prefix that governs a path, both as in a URL; or ""."""
    paths = {quote(prefix.rstrip("/")): quote(prefix) for prefix in policies}
    return paths.get(governing_prefix(path, paths) or "", "")
