"""What is questionable in a compiled regular expression that decides on origins.

Expressions are matched in full, on at most `MAX_ORIGIN_LENGTH` characters. This module
looks for habits that let strangers in where an expression is copied to, or that let nobody
in: seen in CVE-2022-1996, CVE-2026-25479, CVE-2026-37737 and their kin.
`strangers.py` finds whom an expression lets in here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Final, NamedTuple

from cors_wsgi._origins.backtracking import backtracks, could_match
from cors_wsgi._origins.origin import FIELD
from cors_wsgi._origins.strangers import find_strangers, samples
from cors_wsgi._origins.syntax import Expression, Form, OneOf, Repeat, read, walk
from cors_wsgi._problems import Problem

# How many samples of an expression are read by its forms, which takes up to a millisecond each.
_MOST_SAMPLES: Final = 500


class Examination(NamedTuple):
    """What there is to say of a regular expression.

    Attributes:
        habits: Warnings about how it is written.
        strangers: For the code of each danger, an origin that it lets in.
        backtracks: Whether to try it on one origin may take hours.
    """

    habits: tuple[Problem, ...]
    strangers: dict[str, str]
    backtracks: bool


@lru_cache(maxsize=256)
def examine(pattern: re.Pattern[str]) -> Examination:
    """Examine a compiled regular expression of text; it takes some milliseconds, once."""
    expression = read(pattern)
    slow = any(map(backtracks, (expression.form, *expression.lookarounds)))
    own = samples(expression)
    has_scheme = any("://" in text.one for text in own)
    found = _habits(expression, has_scheme=has_scheme, slow=slow)
    habits = tuple(_warning(pattern, *habit) for habit in found)
    if not slow:
        return Examination(habits, find_strangers(expression, own, pattern.fullmatch), slow)
    # An expression that backtracks is not tried: that may take hours.
    matches = partial(could_match, expression.form)
    return Examination(habits, find_strangers(expression, own[:_MOST_SAMPLES], matches), slow)


def _habits(
    expression: Expression, *, has_scheme: bool, slow: bool
) -> Iterator[tuple[str, str, str]]:
    if not (expression.starts and expression.ends):
        yield (
            "regex-unanchored",
            "has no anchors. It is matched in full here, but may not be where it is copied to.",
            r"Begin it with '\A' and end it with '\Z'.",
        )
    if not has_scheme:
        yield (
            "regex-no-scheme",
            "names no scheme, so it matches no origin.",
            "Begin it with 'https://'.",
        )
    dots = [one for one in _not_repeated(expression.form) if one.is_dot]
    if dots:
        yield (
            "regex-dot",
            "has a bare '.', which stands for any character: 'https://appXexample'.",
            r"Write '\.' for a dot.",
        )
    wide = [one for one in walk(expression.form) if isinstance(one, OneOf) and _matches_slash(one)]
    if len(wide) > len(dots):
        yield (
            "regex-slash",
            "has a part that matches '/', which no origin has past its scheme.",
            "Write '[a-z0-9-]+' for a part of a label.",
        )
    if slow:
        yield (
            "regex-backtracking",
            "has repeats that can share out one text: refusing one long origin may take hours.",
            r"Let each round end in a character that the inner one excludes: '(?:[a-z]+\.)+'.",
        )


def _not_repeated(form: Form) -> Iterator[OneOf]:
    repeated = {id(one.form) for one in walk(form) if isinstance(one, Repeat)}
    return (one for one in walk(form) if isinstance(one, OneOf) and id(one) not in repeated)


def _matches_slash(one: OneOf) -> bool:
    return "/" in one.characters and len(one.characters) > 2


def _warning(pattern: re.Pattern[str], code: str, message: str, hint: str) -> Problem:
    return Problem(code, FIELD, pattern.pattern, message, hint)
