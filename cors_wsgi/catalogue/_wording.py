"""One wording of a message: literal parts, and placeholders between them.

A placeholder takes what lies before the next occurrence of the literal part that follows it; there
is no going back, so that a text costs no more than its length times the number of wordings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cors_wsgi.catalogue._fold import QUOTES, Folded, fold_literal, unquoted

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_LONGEST: Final = {"url": 4000, "page": 4000, "redirected_from": 4000, "value": 2000, "any": 4000}
_STATUS: Final = re.compile(r"[1-5][0-9]{2}|\(null\)")
# What may stand at the very end of a wording, where no literal part bounds it.
_LAST_WORD: Final = re.compile(r"\S+?(?=[.,)]*(?:\s|\Z))")
_REST_OF_LINE: Final = re.compile(r".*")
_CLOSING: Final = re.compile(rf"[{QUOTES}](?=[.,)\s]|\Z)")
# A piece of a wording that is shorter than this could be anything.
SHORTEST_PIECE: Final = 14
_SHORTEST_PART: Final = 6


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording: `literals[0]`, `names[0]`, `literals[1]`, and so on; literals are folded."""

    literals: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A wording that was found: from where to where, and what its placeholders took."""

    start: int
    end: int
    values: dict[str, str]


def read(text: str) -> Wording:
    """Read a wording as the catalogue writes it."""
    parts = _PLACEHOLDER.split(text)
    return Wording(tuple(map(fold_literal, parts[::2])), tuple(parts[1::2]))


def find_all(wording: Wording, folded: Folded) -> Iterator[Found]:
    """Find every place where the whole wording stands."""
    start = folded.text.find(wording.literals[0])
    while start >= 0:
        found, hopeless = _at(wording, folded, start)
        if found:
            yield found
        if hopeless:  # a literal part does not come any more
            return
        start = folded.text.find(wording.literals[0], start + 1)


def find_at(wording: Wording, folded: Folded, start: int) -> Found | None:
    """Find the wording at a place."""
    if not folded.text.startswith(wording.literals[0], start):
        return None
    return _at(wording, folded, start)[0]


def find_before(wording: Wording, folded: Folded, end: int) -> Found | None:
    """Find the wording so that it ends at a place, the shortest if there are several."""
    first, *inner, last = wording.literals if wording.names else (*wording.literals, "")
    if not folded.text.endswith(last, 0, end):
        return None
    last_place = end - len(last)
    start = folded.text.rfind(first, 0, last_place)
    if start < 0:
        return None
    values: dict[str, str] = {}
    position = start + len(first)
    if not wording.names:
        return Found(start, end, values) if position == end else None
    for name, literal in zip(wording.names, (*inner, None), strict=True):
        place = last_place if literal is None else folded.text.find(literal, position, last_place)
        value = _value(name, folded, position, place) if place >= position else None
        if value is None:
            return None
        values[name] = value
        position = place + len(literal or "")
    return Found(start, end, values)


def find_beginning(wording: Wording, folded: Folded) -> Found | None:
    """Find the wording's beginning at the end of the text, for lines that are cut off there."""
    text = folded.text.rstrip(".…")
    start = text.rfind(wording.literals[0][:SHORTEST_PIECE])
    values: dict[str, str] = {}
    position, matched = start, 0
    for literal, name, following in zip(
        wording.literals, (*wording.names, ""), (*wording.literals[1:], ""), strict=True
    ):
        rest = text[position : position + len(literal)]
        matched += len(rest)
        if start < 0 or not literal.startswith(rest):
            return None
        position += len(rest)
        if len(rest) < len(literal) or not following:
            break
        place = text.find(following, position)
        if place < 0:
            place = _begun(following, text, position)
        if place < 0:
            place = len(text)
        value = _value(name, folded, position, place)
        if value is None:
            return None
        values[name] = value
        position = place
        if position == len(text):
            break
    if position < len(text) or matched < SHORTEST_PIECE:
        return None
    return Found(start, position, values)


def find_ending(wording: Wording, folded: Folded) -> Found | None:
    """Find the wording's ending at the beginning of the text, for lines that are cut off there."""
    start = len(folded.text) - len(folded.text.lstrip(".…"))
    for number, literal in enumerate(wording.literals):
        rest = wording.literals[number + 1 :]
        for cut in range(1, len(literal)):
            piece = literal[cut:]
            if len(piece) + sum(map(len, rest)) < SHORTEST_PIECE:
                break
            if folded.text.startswith(piece, start):
                return find_at(Wording((piece, *rest), wording.names[number:]), folded, start)
    return None


def _begun(literal: str, text: str, position: int) -> int:
    """Return where a literal part begins that the text ends in the middle of, or -1."""
    for length in range(min(len(literal), len(text) - position), _SHORTEST_PART - 1, -1):
        if text.endswith(literal[:length]):
            return len(text) - length
    return -1


def _at(wording: Wording, folded: Folded, start: int) -> tuple[Found | None, bool]:
    """Return the wording at a place, if it is there, and whether no later place can have it."""
    values: dict[str, str] = {}
    position = start + len(wording.literals[0])
    for name, literal in zip(wording.names, wording.literals[1:], strict=True):
        place = folded.text.find(literal, position) if literal else _end(name, folded, position)
        if place < 0:
            return None, True
        value = _value(name, folded, position, place)
        if value is None:
            return None, False
        if name != "any":
            values[name] = value
        position = place + len(literal)
    return Found(start, position, values), False


def _end(name: str, folded: Folded, start: int) -> int:
    """Return where a placeholder ends that nothing follows: with its line, or its word."""
    if start >= len(folded.places):
        return start
    raw, first = folded.raw, folded.places[start]
    opening = sum(char in QUOTES for char in folded.between(start, start))
    if name == "status":
        matched = _STATUS.match(raw, first)
    elif opening:
        matched = _CLOSING.search(raw, first) if opening == 1 else None
    elif name not in {"value", "any"}:
        matched = _LAST_WORD.match(raw, first)
    else:
        matched = _REST_OF_LINE.match(raw, first)
    last = matched.end() if matched else first
    end = start
    while end < len(folded.places) and folded.places[end] < last:
        end += 1
    return end


def _value(name: str, folded: Folded, start: int, end: int) -> str | None:
    """Return what a placeholder takes; `None` if it cannot be that."""
    if end - start > _LONGEST.get(name, 300):
        return None
    raw = folded.between(start, end).strip()
    # One word; but a terminal may have broken it at its margin.
    word = unquoted("".join(line.strip() for line in raw.split("\n")))
    if name in {"value", "any"}:
        return word if "://" in word and " " not in word else unquoted(raw)
    if name == "initiator":
        return unquoted(raw) if re.fullmatch(r"[A-Za-z ]{1,40}", raw) else None
    if not word or " " in word:
        return None
    if name == "status":
        return word.strip("()") if _STATUS.fullmatch(word) else None
    return word
