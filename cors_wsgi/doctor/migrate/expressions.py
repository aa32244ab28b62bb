"""Regular expressions for origins: what was meant, which flags matter, and where they end."""

from __future__ import annotations

import re
from re import _constants as sre  # type: ignore[attr-defined] # typeshed does not have it
from re import _parser as sre_parser  # type: ignore[attr-defined] # the same
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._origins.parser import parse

if TYPE_CHECKING:
    from cors_wsgi.doctor.migrate.draft import Draft

# What the pages of any site can send, and files on a disk.
_OPAQUE: Final = ("null", "file://")
_ENDS: Final = frozenset({sre.AT_END, sre.AT_END_STRING})


def take_expression(
    draft: Draft, option: str, given: Any, *, flags: int = 0, in_full: bool = False
) -> None:
    """Take over a regular expression for origins.

    Args:
        draft: The policy that it goes into.
        option: The other library's option.
        given: The expression, as text or compiled.
        flags: The flags that the library compiles a text with.
        in_full: Whether the library matched the whole origin, and not its beginning.
    """
    text = given.pattern if isinstance(given, re.Pattern) else given
    if text == "":
        _take_empty(draft, option, in_full=in_full)
        return
    if isinstance(text, str) and _take_glob(draft, option, text, in_full=in_full):
        return
    try:
        compiled = re.compile(given, 0 if isinstance(given, re.Pattern) else flags)
    except (re.error, TypeError, RecursionError, OverflowError):
        draft.decide(option, f"{given!r} is no regular expression", "left out")
        return
    compiled = _without_idle_flag(compiled)
    if problem := draft.problem(allow_origins=[compiled]):
        draft.refuse(option, repr(text), problem)
        return
    draft.add_origin(compiled)
    matches = compiled.fullmatch if in_full else compiled.match
    for opaque in filter(matches, _OPAQUE):
        draft.change(
            option,
            f"{text!r} matched {opaque!r}, which names no site",
            f"no expression lets {opaque!r} in",
        )
    if not in_full and not _is_closed(list(sre_parser.parse(compiled.pattern, compiled.flags))):
        draft.change(
            option,
            f"{text!r} matched every origin that begins so",
            "it has to match the whole origin",
        )


def _take_empty(draft: Draft, option: str, *, in_full: bool) -> None:
    if in_full:
        draft.change(option, "'', a regular expression, matched no origin", "left out")
        return
    draft.decide(
        option,
        "'', a regular expression, matched every origin; a variable was probably not set",
        "left out: set it, or write allow_origins='*' if you mean every origin",
    )


def _take_glob(draft: Draft, option: str, text: str, *, in_full: bool) -> bool:
    """Take over an expression that was meant as a pattern with `*`, if it is one."""
    origin, problems = parse(text)
    if origin is None or problems or not origin.is_pattern:
        return False
    if not in_full and text.count("*") == 1 and text.endswith(":*"):
        # As an expression, it matched everything that begins with the part before ':'.
        draft.origin_or_pattern(option, text)
        draft.change(
            option,
            f"{text!r}, a regular expression, matched every origin that begins so",
            "it is a pattern: any port of that host, and nothing else",
        )
    else:
        draft.decide(
            option,
            f"{text!r} was read as a regular expression, where '*' repeats what is before it",
            f"left out: if you meant any subdomain, write {text!r} in allow_origins",
        )
    return True


def _without_idle_flag(compiled: re.Pattern[str]) -> re.Pattern[str]:
    """Drop IGNORECASE where it changes nothing: browsers send origins in lower case."""
    if not isinstance(compiled.pattern, str):
        return compiled
    letters = re.sub(r"\\.", "", compiled.pattern)
    if compiled.flags & re.IGNORECASE and letters == letters.lower() and "(?" not in letters:
        return re.compile(compiled.pattern, compiled.flags & ~re.IGNORECASE)
    return compiled


def _is_closed(nodes: list[Any]) -> bool:
    """Tell whether every way through an expression ends at the origin's end."""
    if not nodes:
        return False
    op, value = nodes[-1]
    if op is sre.SUBPATTERN:
        return _is_closed(list(value[3]))
    if op is sre.BRANCH:
        return all(_is_closed(list(branch)) for branch in value[1])
    return op is sre.AT and value in _ENDS
