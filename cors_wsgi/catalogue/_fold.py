# ruff: noqa: RUF001 - the characters that look alike are what this is about
"""What a pasted text is reduced to before it is compared with messages.

People paste lines from consoles, terminals, chats, mails and HTML, where blanks become line ends,
words are broken at the margin, quotation marks become curly or `&quot;`, and replies put `> ` in
front. Folding undoes that, in two steps that a few lines of any language can repeat:

1. `RULES` are applied in order. Each replaces every match of a pattern. The result is shown to
   people where a message repeats part of it, so it has no control characters.
2. Blanks, line ends and quotation marks (`IGNORED`) are dropped, and letters become lower case.
   For each character that is left, its place in the text of step 1 is remembered.
"""

import re
from dataclasses import dataclass
from typing import Final

_BLANKS: Final = "[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_LINE_ENDS: Final = "\r\n|[\r\x0b\x0c\x85\u2028\u2029]"
# Controls, surrogates, private characters, and what is invisible or changes the direction.
_HIDDEN: Final = (
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\ufffb\U000e0000-\U0010ffff]"
)
_TAGS: Final = "a|b|i|u|em|br|p|pre|code|strong|span|div|li|td|tt|kbd|mark"

# Patterns that Python and JavaScript (with the flag `u`) read alike, and replacements.
RULES: Final = (
    ("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|[@-_])", ""),
    (_LINE_ENDS, "\n"),
    (_HIDDEN, ""),
    (_BLANKS, " "),
    # JSON within JSON.
    (r"(?<!\\)\\+u(?:00(?:22|27|60|ab|bb)|20(?:1[89a-f]|39|3a))", "'"),
    (r"(?<!\\)\\+n(?=[A-Z\[])", "\n"),
    ("(?<!\\\\)\\\\+(?=[\"'`/])", ""),
    # HTML
    (rf"</?(?:{_TAGS})(?: [^<>]{{0,300}})?/?>", ""),
    ("&(?:amp;)*nbsp;", " "),
    ("&(?:amp;)*(?:quot|apos|[lr][sd]quo|#0*3[49]|#[xX]0*2[27]);", "'"),
    ("&(?:amp;)*(?:lt|#0*60);", "<"),
    ("&(?:amp;)*(?:gt|#0*62);", ">"),
    ("&(?:amp;)+", "&"),
    # Mails and Markdown
    (r"(?:^|\n)[ ]*(?:[>|][ ]*)+", "\n"),
    (r"\*\*(?=[A-Za-z0-9])|(?<=[A-Za-z0-9.)\]])\*\*", ""),
    # Punctuation of Chinese and Japanese, and the many hyphens.
    ("：", ":"),
    ("（", "("),
    ("）", ")"),
    ("[。．]", "."),
    ("，", ","),
    ("[‐‑‒–−]", "-"),
)
QUOTES: Final = "'\"`´‘’‚‛“”„‟«»‹›′″「」『』＇＂"
IGNORED: Final = " \n" + QUOTES

_RULES: Final = [(re.compile(pattern), replacement) for pattern, replacement in RULES]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is shown and as it is compared.

    Attributes:
        clean: The text after step 1.
        text: The text after step 2.
        places: For each character of `text`, its place in `clean`.
    """

    clean: str
    text: str
    places: tuple[int, ...]

    def raw(self, start: int, end: int) -> str:
        """Return what `text[start:end]` was in `clean`, without the quotation marks around it."""
        return self.clean[self.places[start] : self.places[end - 1] + 1] if start < end else ""


def fold(text: str) -> Folded:
    """Fold a text."""
    clean = text
    for pattern, replacement in _RULES:
        clean = pattern.sub(replacement, clean)
    kept = [(place, char) for place, char in enumerate(clean) if char not in IGNORED]
    return Folded(clean, "".join(_lower(char) for _, char in kept), tuple(at for at, _ in kept))


def _lower(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char  # "İ" becomes two characters
