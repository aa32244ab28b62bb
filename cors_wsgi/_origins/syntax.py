r"""Reads a regular expression into the few forms that matter to an origin.

The standard library's own parser reads it, so that all spellings of one thing are one
thing here: `[.]` and `\.`, `(?i:a)` and `[aA]`, groups with and without names, verbose text.

Anchors and lookarounds consume nothing and are left out of the forms, and a reference to a
group is read as the group once more. So the forms describe all that the expression can
match, and perhaps more; to be certain, try the expression.
"""

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any, Final, TypeAlias

# What an origin can consist of: the visible characters of ASCII.
_CHARACTERS: Final = frozenset(map(chr, range(0x21, 0x7F)))
_CATEGORIES: Final = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
# Characters outside ASCII that match a letter where case is ignored.
_CASES: Final = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}
_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One character of several, as far as an origin can contain them."""

    characters: frozenset[str]
    is_dot: bool = False  # written as a bare '.'


@dataclass(frozen=True, slots=True)
class Series:
    """One form after the other."""

    parts: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """One form of several."""

    options: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A form, `least` to `most` times; without a bound if `most` is `None`."""

    form: "Form"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Atomic:
    """A form that is not tried in a second way once it has matched."""

    form: "Form"


Form: TypeAlias = OneOf | Series | Choice | Repeat | Atomic


@dataclass(slots=True)
class Expression:
    """A regular expression, read.

    Attributes:
        form: What it consumes.
        lookarounds: What it looks for without consuming it.
        starts: Whether it is anchored at the start.
        ends: Whether it is anchored at the end.
    """

    form: Form = Series(())
    lookarounds: list[Form] = field(default_factory=list)
    starts: bool = False
    ends: bool = False


def read(pattern: re.Pattern[str]) -> Expression:
    """Read a compiled regular expression of text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were given when it was compiled
        tree = sre_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    reader = _Reader()
    form = reader.series(tree, pattern.flags)
    return Expression(
        form,
        reader.lookarounds,
        _is_anchored(tree, 0, (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)),
        _is_anchored(tree, -1, (sre.AT_END, sre.AT_END_STRING)),
    )


def inner(form: Form) -> tuple[Form, ...]:
    """Return the forms that a form is made of."""
    if isinstance(form, Series):
        return form.parts
    if isinstance(form, Choice):
        return form.options
    return () if isinstance(form, OneOf) else (form.form,)


def walk(form: Form) -> Iterator[Form]:
    """Yield a form and all that it is made of."""
    yield form
    for one in inner(form):
        yield from walk(one)


class _Reader:
    """Reads the parser's tree, which is a list of pairs of an operation and its arguments."""

    def __init__(self) -> None:
        self.groups: dict[int | None, Form] = {}
        self.lookarounds: list[Form] = []

    def series(self, tree: Any, flags: int) -> Form:
        parts = tuple(self.form(operation, arguments, flags) for operation, arguments in tree)
        return parts[0] if len(parts) == 1 else Series(parts)

    def form(self, operation: Any, arguments: Any, flags: int) -> Form:
        if operation is sre.SUBPATTERN:
            group, added, removed, tree = arguments
            form = self.series(tree, (flags | added) & ~removed)
            self.groups[group] = form
            return form
        if operation in _REPEATS:
            least, most, tree = arguments
            bound = None if most is sre.MAXREPEAT else most
            repeat = Repeat(self.series(tree, flags), least, bound)
            return Atomic(repeat) if operation is sre.POSSESSIVE_REPEAT else repeat
        if operation is sre.ATOMIC_GROUP:
            return Atomic(self.series(arguments, flags))
        if operation in (sre.ASSERT, sre.ASSERT_NOT):
            self.lookarounds.append(self.series(arguments[1], flags))
            return Series(())
        if operation is sre.GROUPREF:
            return self.groups.get(arguments, Series(()))
        return self.choice(operation, arguments, flags)

    def choice(self, operation: Any, arguments: Any, flags: int) -> Form:
        if operation is sre.BRANCH:
            return Choice(tuple(self.series(tree, flags) for tree in arguments[1]))
        if operation is sre.GROUPREF_EXISTS:
            _, yes, no = arguments
            return Choice((self.series(yes, flags), self.series(no or (), flags)))
        return _one_character(operation, arguments, flags)


def merged(form: Form) -> Form:
    """Return a choice between characters as one character of several; others as they are."""
    if not isinstance(form, Choice):
        return form
    options = [merged(option) for option in form.options]
    sets = [option.characters for option in options if isinstance(option, OneOf)]
    return OneOf(frozenset().union(*sets)) if len(sets) == len(options) else form


def _one_character(operation: Any, arguments: Any, flags: int) -> Form:
    if operation is sre.ANY:
        return OneOf(_CHARACTERS, is_dot=True)
    if operation is sre.LITERAL:
        return OneOf(_characters((chr(arguments),), flags))
    if operation is sre.NOT_LITERAL:
        return OneOf(_CHARACTERS - _characters((chr(arguments),), flags))
    if operation is sre.IN:
        return OneOf(_members(arguments, flags))
    return Series(())  # an anchor, or what never matches


def _members(items: Any, flags: int) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    negated = False
    for operation, argument in items:
        if operation is sre.NEGATE:
            negated = True
        elif operation is sre.RANGE:
            low, high = argument
            beyond = (each for each in _CASES if low <= ord(each) <= high)
            found |= _characters((*map(chr, range(low, min(high, 0x7E) + 1)), *beyond), flags)
        elif operation is sre.CATEGORY:
            found |= _category(_CATEGORIES[argument])
        else:
            found |= _characters((chr(argument),), flags)
    return _CHARACTERS - found if negated else found


@cache
def _category(text: str) -> frozenset[str]:
    return frozenset(filter(re.compile(text).fullmatch, _CHARACTERS))


def _characters(texts: Iterable[str], flags: int) -> frozenset[str]:
    found = frozenset(texts)
    if flags & re.IGNORECASE:
        found |= {_CASES[text] for text in found & _CASES.keys()}
        found |= {text.lower() for text in found} | {text.upper() for text in found}
    return found & _CHARACTERS


def _is_anchored(tree: Any, index: int, anchors: tuple[Any, ...]) -> bool:
    """Tell whether each way through the tree begins, or ends, with an anchor."""
    if not len(tree):
        return False
    operation, arguments = tree[index]
    if operation is sre.AT:
        return arguments in anchors
    if operation is sre.SUBPATTERN:
        return _is_anchored(arguments[3], index, anchors)
    if operation is sre.BRANCH:
        return all(_is_anchored(option, index, anchors) for option in arguments[1])
    return False
