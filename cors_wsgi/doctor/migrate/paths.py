"""From the regular expressions that choose paths elsewhere to path prefixes.

Other libraries match a path's beginning with `re.match`; `PathPolicies` compares whole segments.
The expression is read with the standard library's own parser, since only that knows what it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from re import _constants as sre  # type: ignore[attr-defined] # typeshed does not have it
from re import _parser as sre_parser  # type: ignore[attr-defined] # the same
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import InvalidPolicy, PathPolicies

if TYPE_CHECKING:
    from collections.abc import Sequence

# How many texts an expression may stand for before it counts as unreadable.
_MOST_TEXTS: Final = 64
# What follows a text: anything, at least one more character, or nothing.
_OPEN, _MORE, _END = "open", "more", "end"
# Stands for a dot in a name: any character, and meant as itself.
_DOT: Final = "\0"
_BEGINNINGS: Final = frozenset({sre.AT_BEGINNING, sre.AT_BEGINNING_STRING})
_ENDS: Final = frozenset({sre.AT_END, sre.AT_END_STRING})
_OPTIONAL: Final = (0, 1)


class UnreadablePath(ValueError):  # noqa: N818 - says what is wrong
    """An expression chooses paths that no list of prefixes describes."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The paths that an expression matches, as a prefix.

    Attributes:
        path: The prefix; the path itself if `exact`.
        exact: Whether it matches that path alone, and nothing below it.
        added: The paths that the prefix governs, and the expression does not match.
        drops_siblings: Whether the expression matches `/apis` for the prefix `/api`.
        drops_likes: Whether the expression matches `/socketXio` for the prefix `/socket.io`.
    """

    path: str
    exact: bool = False
    added: tuple[str, ...] = ()
    drops_siblings: bool = False
    drops_likes: bool = False


def reaches(pattern: str, flags: int = 0) -> list[Reach]:
    """Read the paths that an expression matches with `re.match`.

    Returns:
        The prefixes and exact paths; nothing if no path matches.

    Raises:
        UnreadablePath: If prefixes and exact paths do not describe them.
    """
    try:
        parsed = sre_parser.parse(pattern, flags & ~re.UNICODE)
    except (re.error, RecursionError, OverflowError) as error:
        raise UnreadablePath(str(error)) from error
    if parsed.state.flags & re.MULTILINE:
        raise UnreadablePath(pattern)
    ends: dict[str, set[str]] = {}
    for text, end in _readings(list(parsed)):
        if text == "" and end is not _END:
            return [Reach("/")]
        if text.startswith("/"):
            ends.setdefault(text, set()).add(end)
    if parsed.state.flags & re.IGNORECASE and any(text.lower() != text.upper() for text in ends):
        raise UnreadablePath("prefixes are compared as they are written")
    found = [_with_dots(reach) for reach in _prefixes(ends)]
    for reach in found:
        _check(reach.path)
    return found


def _with_dots(reach: Reach) -> Reach:
    path = reach.path.replace(_DOT, ".")
    added = tuple(each.replace(_DOT, ".") for each in reach.added)
    return replace(reach, path=path, added=added, drops_likes=path != reach.path)


def exact(path: str) -> list[Reach]:
    """Return the reach of a path that is compared as it is."""
    if not path.startswith("/"):
        return []
    _check(path)
    return [Reach(path, exact=True)]


def literal_beginning(pattern: str, flags: int = 0) -> str:
    """Return the text that every path begins with which an expression matches."""
    try:
        nodes = list(sre_parser.parse(pattern, flags & ~re.UNICODE))
    except (re.error, RecursionError, OverflowError):
        return ""
    text = ""
    for op, value in nodes:
        if op is sre.LITERAL:
            text += chr(value)
        elif not (op is sre.AT and value in _BEGINNINGS and not text):
            break
    return text


def is_at_or_below(path: str, prefix: str) -> bool:
    """Tell whether a prefix governs a path, by whole segments."""
    outer = prefix.rstrip("/")
    return path in (prefix, outer) or path.startswith(f"{outer}/")


def _check(path: str) -> None:
    try:
        PathPolicies({path: None})
    except InvalidPolicy as error:
        raise UnreadablePath(path) from error


def _prefixes(ends: dict[str, set[str]]) -> list[Reach]:
    prefixes: dict[str, Reach] = {}
    singles: list[str] = []
    for base in dict.fromkeys(text.removesuffix("/") for text in ends):
        bare, slash = ends.get(base, set()), ends.get(f"{base}/", set())
        below = bool(slash & {_OPEN, _MORE} or bare & {_OPEN, _MORE})
        if not below:
            singles += [text for text in (base, f"{base}/") if ends.get(text)]
            continue
        added = []
        if base and not bare & {_OPEN, _END}:
            added.append(base)
        if not (slash & {_OPEN, _END} or bare & {_OPEN, _MORE}):
            added.append(f"{base}/")
        path = base or "/"
        prefixes[path] = Reach(
            path,
            added=tuple(added),
            drops_siblings=bool(base and bare & {_OPEN, _MORE}),
        )
    exacts = [
        Reach(text, exact=True)
        for text in singles
        if not any(is_at_or_below(text, prefix) for prefix in prefixes)
    ]
    outermost = [
        reach
        for path, reach in prefixes.items()
        if not any(other != path and is_at_or_below(path, other) for other in prefixes)
    ]
    return [*exacts, *outermost]


def _readings(nodes: list[Any], text: str = "") -> list[tuple[str, str]]:
    """Return each text that an expression begins with, and what may follow it."""
    while nodes:
        (op, value), rest = nodes[0], nodes[1:]
        if op is sre.LITERAL:
            text += chr(value)
        elif op is sre.ANY and text[-1:].isalnum() and _begins_with_name(rest):
            text += _DOT
        elif not (op is sre.AT and value in _BEGINNINGS and not text):
            alternatives = _alternatives(op, value)
            if alternatives is None:
                return [(text, _end(nodes))]
            found: list[tuple[str, str]] = []
            for alternative in alternatives:
                found += _readings([*alternative, *rest], text)
                if len(found) > _MOST_TEXTS:
                    raise UnreadablePath("too many alternatives")
            return found
        nodes = rest
    return [(text, _OPEN)]


def _begins_with_name(nodes: list[Any]) -> bool:
    return bool(nodes) and nodes[0][0] is sre.LITERAL and chr(nodes[0][1]).isalnum()


def _alternatives(op: Any, value: Any) -> list[Sequence[Any]] | None:
    """Return what a node stands for as a list of alternatives; `None` if that is endless."""
    if op is sre.SUBPATTERN and not (value[1] or value[2]):  # without flags of its own
        return [list(value[3])]
    if op is sre.BRANCH:
        return [list(branch) for branch in value[1]]
    if op is sre.IN and all(kind is sre.LITERAL for kind, _ in value):
        return [[item] for item in value]
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) and value[:2] == _OPTIONAL:
        return [[], list(value[2])]
    return None


def _end(nodes: list[Any]) -> str:
    """Read the end of an expression, from where it is no plain text any more."""
    is_closed = bool(nodes) and nodes[-1][0] is sre.AT and nodes[-1][1] in _ENDS
    rest = nodes[:-1] if is_closed else nodes
    if is_closed and not rest:
        return _END
    if len(rest) == 1 and rest[0][0] in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, most, repeated = rest[0][1]
        if most is sre.MAXREPEAT and least in _OPTIONAL:
            kind, what = repeated[0]
            if len(repeated) == 1 and kind is sre.ANY:
                return _MORE if least else _OPEN
            # '/api/*' as people write it: slashes, and then whatever `re.match` leaves.
            if len(repeated) == 1 and (kind, what) == (sre.LITERAL, ord("/")) and not is_closed:
                return _OPEN if least == 0 else _unreadable()
    return _unreadable()


def _unreadable() -> str:
    raise UnreadablePath("no text, and no end of one")
