"""Regular expressions for origins: which flags matter, and whether they end where origins end."""

from __future__ import annotations

import re
from re import _constants as sre  # type: ignore[attr-defined] # typeshed does not have it
from re import _parser as sre_parser  # type: ignore[attr-defined] # the same
from typing import Any, Final

_ENDS: Final = frozenset({sre.AT_END, sre.AT_END_STRING})


def without_idle_flag(compiled: re.Pattern[str]) -> re.Pattern[str]:
    """Drop IGNORECASE where it changes nothing: browsers send origins in lower case."""
    if not isinstance(compiled.pattern, str):
        return compiled
    letters = re.sub(r"\\.", "", compiled.pattern)
    if compiled.flags & re.IGNORECASE and letters == letters.lower() and "(?" not in letters:
        return re.compile(compiled.pattern, compiled.flags & ~re.IGNORECASE)
    return compiled


def ends_in_full(compiled: re.Pattern[str]) -> bool:
    """Tell whether every way through an expression ends at the origin's end."""
    return _is_closed(list(sre_parser.parse(compiled.pattern, compiled.flags)))


def _is_closed(nodes: list[Any]) -> bool:
    if not nodes:
        return False
    op, value = nodes[-1]
    if op is sre.SUBPATTERN:
        return _is_closed(list(value[3]))
    if op is sre.BRANCH:
        return all(_is_closed(list(branch)) for branch in value[1])
    return op is sre.AT and value in _ENDS
