"""Translates a policy's compiled regular expressions into what every engine reads alike.

A policy matches its expressions in full, and only against visible ASCII characters
(`_origins/matcher.py`). So `^` and `$` at the ends say nothing, every class is a set of
visible ASCII characters, and whether a quantifier is lazy makes no difference. What no
common subset of the engines has is refused rather than approximated.
"""

import re
from typing import Final

from cors_wsgi.export.expression import alternatives, literal

_VISIBLE: Final = frozenset(map(chr, range(0x21, 0x7F)))
_DIGITS: Final = frozenset("0123456789")
_WORD: Final = frozenset(c for c in _VISIBLE if c.isalnum()) | {"_"}
_SETS: Final = {
    "d": _DIGITS,
    "D": _VISIBLE - _DIGITS,
    "w": _WORD,
    "W": _VISIBLE - _WORD,
    "s": frozenset[str](),
    "S": _VISIBLE,
}
_QUANTIFIER: Final = re.compile(r"[*+?]|\{(\d{1,3})(?:(,)(\d{0,3}))?\}")
# A class that all engines read alike as it is written.
_PLAIN_CLASS: Final = re.compile(r"(?:[A-Za-z0-9_.](?:-[A-Za-z0-9_.])?)+-?")
_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]{2}")
# RE2 and Go refuse more than 1,000 repetitions; nested ones multiply.
_MOST_REPETITIONS: Final = 255
_MOST_NESTED: Final = 1000
_IGNORED_FLAGS: Final = re.ASCII | re.UNICODE


class NotCommon(ValueError):  # noqa: N818 - says what is wrong
    """An expression has something that the engines do not read alike; its text says what."""


def common_expressions(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Return the alternatives of an expression, without anchors, for every engine.

    Raises:
        NotCommon: If there is none.
    """
    if pattern.flags & ~_IGNORED_FLAGS:
        raise NotCommon("it has flags")
    return _Reader(pattern.pattern).read()


class _Reader:
    """Reads an expression from left to right.

    Attributes:
        source: The expression.
        at: Where the next character is.
        most: How often the group that is being read repeats one of its parts at most.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.most = 1

    def read(self) -> tuple[str, ...]:
        found = self._alternatives(anchored=True)
        if self.at < len(self.source):
            raise NotCommon("it has ')' without '('")
        return tuple(found)

    def _next(self, *texts: str) -> str:
        """Step over the first of some texts that comes next, and return it."""
        for text in texts:
            if self.source.startswith(text, self.at):
                self.at += len(text)
                return text
        return ""

    def _alternatives(self, *, anchored: bool = False) -> list[str]:
        found = self._sequence(anchored=anchored)
        while self._next("|"):
            found += self._sequence(anchored=anchored)
        return found

    def _sequence(self, *, anchored: bool) -> list[str]:
        """Read up to the next alternative; return the alternatives of one group alone."""
        if anchored:
            self._next("^", r"\A")
        parts: list[str] = []
        group: list[str] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            if anchored and self._at_final_anchor():
                break
            group, most = self._group() if self._next("(") else ([], 1)
            atom = alternatives(group) if group else self._atom()
            parts.append(atom + self._quantifier(most))
        is_group = len(parts) == 1 and parts[0] == alternatives(group)
        return group if is_group else ["".join(parts)]

    def _at_final_anchor(self) -> bool:
        start = self.at
        if self._next("$", r"\Z", r"\z") and self.source[self.at : self.at + 1] in ("", "|"):
            return True
        self.at = start
        return False

    def _atom(self) -> str:
        if self._next("["):
            return self._class()
        if self._next("."):
            return _class_of(_VISIBLE)
        if self._next("\\"):
            return _class_of(self._escaped())
        character = self.source[self.at]
        if character in "^$*+?{":
            raise NotCommon(f"it has {character!r} where it is no literal")
        self.at += 1
        return _class_of({character})

    def _group(self) -> tuple[list[str], int]:
        """Read a group: its alternatives, and how often it repeats a part of it at most."""
        if not self._next("?:") and self._next("?"):
            if not (name := re.compile(r"P<\w+>").match(self.source, self.at)):
                raise NotCommon("it has a group of a special kind, such as a look-ahead")
            self.at = name.end()
        outside, self.most = self.most, 1
        inner = self._alternatives()
        inside, self.most = self.most, outside
        if not self._next(")"):
            raise NotCommon("it has '(' without ')'")
        return inner, inside

    def _quantifier(self, inside: int) -> str:
        """Read how often something is repeated that repeats a part of itself already."""
        self.most = max(self.most, inside)
        if not (match := _QUANTIFIER.match(self.source, self.at)):
            return ""
        self.at = match.end()
        self._next("?")
        if self._next("+"):
            raise NotCommon("it has a possessive quantifier")
        low, comma, high = match.groups()
        if low is None:
            return match[0]
        if max(int(low), int(high or 0)) > _MOST_REPETITIONS:
            raise NotCommon(f"it repeats something more than {_MOST_REPETITIONS} times")
        self.most = max(self.most, inside * int(high or low))
        if self.most > _MOST_NESTED:
            raise NotCommon(f"its nested repetitions come to more than {_MOST_NESTED}")
        return f"{{{int(low)}{comma or ''}{high and int(high)}}}" if comma else f"{{{int(low)}}}"

    def _escaped(self) -> frozenset[str]:
        """Read what follows a backslash: the characters that it stands for."""
        character = self.source[self.at : self.at + 1]
        self.at += 1
        if character in _SETS:
            return _SETS[character]
        if character == "x" and (code := _HEXADECIMAL.match(self.source, self.at)):
            self.at = code.end()
            return frozenset({chr(int(code[0], 16))})
        if character == "" or character.isalnum():
            raise NotCommon(f"it has '\\{character}'")
        return frozenset({character})

    def _class(self) -> str:
        start = self.at
        negated = bool(self._next("^"))
        members: set[str] = set()
        first = True
        while first or not self._next("]"):
            first = False
            members |= self._range()
        written = self.source[start : self.at - 1]
        if _PLAIN_CLASS.fullmatch(written):
            return f"[{written}]"
        return _class_of(_VISIBLE - members if negated else members)

    def _range(self) -> frozenset[str]:
        low = self._member()
        rest = self.source[self.at : self.at + 2]
        if not rest.startswith("-") or rest == "-]":
            return low
        self.at += 1
        high = self._member()
        if len(low) != 1 or len(high) != 1:
            raise NotCommon("it has a range between classes")
        return frozenset(map(chr, range(ord(min(low)), ord(min(high)) + 1)))

    def _member(self) -> frozenset[str]:
        if self.at >= len(self.source):
            raise NotCommon("it has '[' without ']'")
        if self._next("\\"):
            return self._escaped()
        self.at += 1
        return frozenset({self.source[self.at - 1]})


def _class_of(characters: "set[str] | frozenset[str]") -> str:
    """Return the expression of one of some characters, of those that are visible ASCII."""
    visible = sorted(_VISIBLE & characters)
    if not visible:
        raise NotCommon("it asks for a character that no origin has")
    if len(visible) == 1:
        return literal(visible[0])
    ranges: list[list[str]] = []
    for character in visible:
        if ranges and ord(character) == ord(ranges[-1][-1]) + 1:
            ranges[-1] = [ranges[-1][0], character]
        else:
            ranges.append([character])
    return f"[{''.join(map(_written, ranges))}]"


def _written(characters: list[str]) -> str:
    first, last = (_in_class(c) for c in (characters[0], characters[-1]))
    return first if first == last else f"{first}-{last}"


def _in_class(character: str) -> str:
    if character.isalnum() or character in "_.":
        return character
    return rf"\x{ord(character):02x}"
