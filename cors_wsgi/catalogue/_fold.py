# ruff: noqa: RUF001 - the characters that look alike are what this is about
"""Texts without what does not count when they are compared.

People paste lines from consoles, terminals, chats and mails, where blanks become line ends, words
are cut at the margin, quotation marks become curly, and ends are lost. So both the pasted text
and the wordings are compared without blanks, quotation marks and case; what lies between two
wordings is then cut from the text as it was pasted.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# A whole console is not a line; what follows is not looked at.
LONGEST_TEXT: Final = 20_000

QUOTES: Final = "'\"`´‘’‚‛“”„‟«»‹›′″"
_HYPHENS: Final = "‐‑‒–−"
_ANSI: Final = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-_])")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, as it was pasted and as it is compared.

    Attributes:
        raw: the text without control characters, line ends excepted.
        text: the same without blanks and quotation marks, in lower case.
        places: where each character of `text` stands in `raw`.
    """

    raw: str
    text: str
    places: tuple[int, ...]

    def between(self, start: int, end: int) -> str:
        """Return what stands in `raw` around `text[start:end]`, quotation marks included."""
        first = self.places[start - 1] + 1 if start else 0
        last = self.places[end] if end < len(self.places) else len(self.raw)
        return self.raw[first:last]


def fold(text: str) -> Folded:
    """Fold a text that somebody pasted."""
    raw = printable(text)
    kept = [
        (place, "-" if char in _HYPHENS else char.lower())
        for place, char in enumerate(raw)
        # A character whose lower case is two (İ) would upset the places.
        if not char.isspace() and char not in QUOTES and len(char.lower()) == 1
    ]
    return Folded(raw, "".join(char for _, char in kept), tuple(place for place, _ in kept))


def fold_literal(text: str) -> str:
    """Fold a part of a wording."""
    return fold(text).text


def printable(text: str) -> str:
    """Return a text that a terminal shows as it is: no control characters, no hidden ones."""
    text = _ANSI.sub("", text[:LONGEST_TEXT]).replace("\r\n", "\n").replace("\t", " ")
    return "".join(
        char
        for char in text
        if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def unquoted(raw: str) -> str:
    """Return what stands between quotation marks, or the text itself, on one line."""
    text = " ".join(raw.split())
    if text and text[0] in QUOTES:
        text = text[1:]
    if text and text[-1] in QUOTES:
        text = text[:-1]
    return text
