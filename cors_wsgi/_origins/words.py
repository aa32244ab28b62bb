"""What a repeated class of a regular expression may stand for in an origin.

Words come two by two, the second a stranger's to the first: schemes, names, public suffixes,
addresses, ports. They are written in the characters of the class, and as long as it wants them.
"""

from collections.abc import Iterable, Iterator
from string import ascii_lowercase, digits
from typing import Final, NamedTuple

from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH


class Pair(NamedTuple):
    """Two texts that an expression may match alike."""

    one: str
    other: str

    def __add__(self, after: "Pair") -> "Pair":  # type: ignore[override]
        return Pair(self.one + after.one, self.other + after.other)


NOTHING: Final = Pair("", "")

# In which order the characters of a class are chosen. Ports of five digits and numbers of three
# in an address can be written in the first two digits.
ORDER: Final = f"qzjxkvwy{ascii_lowercase}21{digits[3:]}0-._"

# `*` is a stranger's name, and `+` a public suffix.
WORDS: Final = (
    *("https", "http", "https:", "http:", "://", "https://", "http://"),
    *("https://*", "https://*.", "http://*.", "https://*.+", "http://*.+"),
    *("+", ".+", "*.+", ".*.+", "*.+:8443", "*.", "*-"),
    *("localhost", ":8443", "8443"),
)
# Several of each usual length, so that few classes can write none.
_SUFFIXES: Final = (
    *(Pair("com", "net"), Pair("org", "app"), Pair("com", "com"), Pair("net", "net")),
    *(Pair("io", "de"), Pair("me", "co"), Pair("us", "tv"), Pair("in", "uk")),
    *(Pair("info", "shop"), Pair("name", "club"), Pair("store", "world")),
    *(Pair("online", "design"), Pair("digital", "website"), Pair("services", "software")),
)
_ADDRESSES: Final = (
    Pair("7.7.7.7", "3.3.3.3"),
    Pair("77.77.77.77", "33.33.33.33"),
    Pair("111.111.111.111", "222.222.222.222"),
    Pair("600::7", "a00::3"),
    Pair("2600::7", "2a00::3"),
    Pair("[2600::7]", "[2a00::3]"),
)
_NAME_LENGTH: Final = 3
_LABEL_LENGTH: Final = 50


def written(
    characters: frozenset[str], least: int, most: int | None, words: Iterable[str]
) -> Iterator[Pair]:
    """Write what a class may stand for.

    Args:
        characters: The characters of the class.
        least: How long a text has to be.
        most: How long it may be; None if that has no bound.
        words: The words, such as `WORDS`.
    """
    longest = MAX_ORIGIN_LENGTH if most is None else min(most, MAX_ORIGIN_LENGTH)
    letters = [letter for letter in ORDER if letter in characters and letter.isalnum()]
    for word in words:
        fitting = _fitting(word, letters, least, longest)
        yield from _first(pair for pair in fitting if characters.issuperset(pair.one + pair.other))
    for pair in _ADDRESSES:
        if least <= len(pair.one) <= longest and characters.issuperset(pair.one + pair.other):
            yield pair


def _first(pairs: Iterator[Pair]) -> Iterator[Pair]:
    pair = next(pairs, None)
    if pair is not None:
        yield pair


def _fitting(word: str, letters: list[str], least: int, most: int) -> Iterator[Pair]:
    """Write a word as long as it has to be, with one suffix after the other."""
    for suffix in _SUFFIXES if "+" in word else (NOTHING,):
        one, other = (word.replace("+", end) for end in suffix)
        fixed = len(one.replace("*", ""))
        if "*" not in word:
            if least <= fixed <= most:
                yield Pair(one, other)
            continue
        length = max(least - fixed, min(_NAME_LENGTH, most - fixed))
        if 0 < length <= most - fixed and len(letters) > 1:
            first, second = (_name(letter, length) for letter in letters[:2])
            yield Pair(one.replace("*", first), other.replace("*", second))


def _name(letter: str, length: int) -> str:
    """Write a name, with a dot wherever a label would become too long."""
    ends = range(_LABEL_LENGTH, length - 1, _LABEL_LENGTH)
    return "".join("." if place in ends else letter for place in range(length))
