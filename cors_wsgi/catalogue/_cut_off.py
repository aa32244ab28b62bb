"""Messages that a text begins, or ends, in the middle of."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from cors_wsgi.catalogue._find import (
    LONGEST_HEAD,
    Span,
    compiled,
    span_at,
    take,
    with_heads,
    with_tails,
)
from cors_wsgi.catalogue._fold import Folded

# A piece of a wording that is shorter than this could be anything.
_SHORTEST_PIECE: Final = 20
# One that follows a head can be shorter.
_SHORTEST_PART: Final = 6
# A header alone is no message, though many messages begin or end with one.
_HEADER: Final = re.compile("(?:the)?access-control-[a-z-]+")


def cut_off_spans(folded: Folded) -> Iterator[Span]:
    """Find messages that the text begins, or ends, in the middle of."""
    for number, wording in enumerate(compiled().data["wordings"]):
        if wording["needs_head"] or wording["whole_line"]:
            continue
        for span in (_cut_at_the_end(wording, folded), _cut_at_the_beginning(number, folded)):
            if span and _is_message(span, folded):
                yield with_tails(span, folded)


def _is_message(span: Span, folded: Folded) -> bool:
    """Tell whether no other word follows on the line, since what does is another sentence."""
    if _HEADER.fullmatch(folded.text, span.start, span.end):
        return False
    last = folded.places[span.end - 1] + 1
    return re.search(r"^[^A-Za-z0-9 \n]|^ *(?:\n|$)", folded.clean[last : last + 40]) is not None


def _cut_at_the_end(wording: dict[str, Any], folded: Folded) -> Span | None:
    text = folded.text.rstrip(".…")
    literals = wording["literals"]
    start = text.rfind(literals[0][:_SHORTEST_PART], max(0, len(text) - LONGEST_HEAD))
    if start < 0:
        return None
    position, matched = start, 0
    values: dict[str, str] = {}
    for number, literal in enumerate(literals):
        if not literal:  # the wording ends with a value, so it is whole
            return None
        if number:
            end = _next(literal, text, position)
            name = wording["names"][number - 1]
            if not take(values, name, folded.raw(position, end)) and name != "origin":
                return None
            position = end
        rest = text[position : position + len(literal)]
        if not literal.startswith(rest):
            return None
        matched += len(rest)
        position += len(rest)
        if position == len(text):
            break
    if position < len(text) or matched < _SHORTEST_PART:
        return None
    span = Span(
        wording["message"], start, position, values, complete=False, language=wording["language"]
    )
    whole = with_heads(span, folded)
    return whole if matched >= _SHORTEST_PIECE or start - whole.start >= _SHORTEST_PIECE else None


def _next(literal: str, text: str, position: int) -> int:
    """Return where a literal comes next, or its beginning at the end of the text, or that end."""
    place = text.find(literal, position)
    for size in range(min(len(literal), len(text) - position), _SHORTEST_PART - 1, -1):
        if place < 0 and text.endswith(literal[:size]):
            place = len(text) - size
    return place if place >= 0 else len(text)


def _cut_at_the_beginning(number: int, folded: Folded) -> Span | None:
    wording = compiled().data["wordings"][number]
    start = len(folded.text) - len(folded.text.lstrip(".…"))
    first, rest = wording["start"], sum(map(len, wording["literals"][1:]))
    # The whole of the first literal would be a message that is not cut off.
    end = _end_of_rest(first[1:], max(1, _SHORTEST_PIECE - rest), folded.text, start)
    if end is not None:
        span = span_at(number, folded, start, end)
        return replace(span, complete=False) if span else None
    last = wording["literals"][-1] if len(wording["literals"]) > 1 else ""
    end = _end_of_rest(last, _SHORTEST_PIECE, folded.text, start)
    if end is None:
        return None
    return Span(wording["message"], start, end, complete=False, language=wording["language"])


def _end_of_rest(literal: str, shortest: int, text: str, start: int) -> int | None:
    """Return where the longest end of a literal ends that a text has at a place; None if none is.

    Args:
        literal: The literal.
        shortest: No end that is shorter counts.
        text: The text.
        start: The place.
    """
    if start == len(text):
        return None
    # Only where the first character is the same is there anything to compare.
    first, limit = text[start], max(0, len(literal) - shortest + 1)
    cut = literal.find(first, 0, limit)
    while cut >= 0:
        if text.startswith(literal[cut:], start):
            return start + len(literal) - cut
        cut = literal.find(first, cut + 1, limit)
    return None
