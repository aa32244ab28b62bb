"""Where a text has messages as a whole: with what comes before and after them, and their values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from cors_wsgi.catalogue._fold import Folded
from cors_wsgi.catalogue._patterns import as_patterns

# How far before a message its head can begin.
LONGEST_HEAD: Final = 4500
_LONGEST_REQUEST: Final = 2100
# Heads, or tails, that follow each other; no line has more.
_MOST: Final = 8
_URLS: Final = ("url", "redirected_from")
# What a message can do without: people leave it out, or write `<URL>` instead.
_OPTIONAL: Final = ("origin", *_URLS)
_REQUEST: Final = ("method", "url", "status")


@dataclass(frozen=True, slots=True)
class Span:
    """A message in the text, and what it says: `text[start:end]`."""

    message: str
    start: int
    end: int
    values: dict[str, str] = field(default_factory=dict)
    preflight: bool = False
    complete: bool = True
    language: str | None = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The data, and its patterns compiled."""

    data: dict[str, Any]
    rests: tuple[re.Pattern[str], ...]
    heads: tuple[re.Pattern[str], ...]
    tails: tuple[re.Pattern[str], ...]
    ends: dict[str, re.Pattern[str]]
    origin: re.Pattern[str]
    request: re.Pattern[str]
    quotes: frozenset[str]


@cache
def compiled() -> _Compiled:
    data = as_patterns()
    return _Compiled(
        data=data,
        rests=tuple(re.compile(one["rest"]) for one in data["wordings"]),
        heads=tuple(re.compile(one["pattern"]) for one in data["heads"]),
        tails=tuple(re.compile(one["pattern"]) for one in data["tails"]),
        ends={name: re.compile(pattern) for name, pattern in data["ends"].items()},
        origin=re.compile(data["origin"]),
        request=re.compile(data["request"]),
        quotes=frozenset(data["quotes"]),
    )


def whole_spans(folded: Folded) -> Iterator[Span]:
    """Find every message that is there as a whole."""
    for number, wording in enumerate(compiled().data["wordings"]):
        if wording["needs"] not in folded.text:
            continue
        start = folded.text.find(wording["start"])
        while start >= 0:
            span = span_at(number, folded, start, start + len(wording["start"]))
            start = folded.text.find(wording["start"], start + 1)
            if span is None:
                continue
            whole = with_heads(span, folded)
            if wording["needs_head"] and whole.start == span.start:
                continue
            if wording["whole_line"] and not _is_whole_line(whole, folded):
                continue
            if wording["needs_head"] and wording["language"] != whole.language:
                continue
            yield with_tails(whole, folded)


def span_at(number: int, folded: Folded, start: int, position: int) -> Span | None:
    """Match what follows a wording's first literal."""
    wording = compiled().data["wordings"][number]
    found = compiled().rests[number].match(folded.text, position)
    if found is None:
        return None
    values: dict[str, str] = {}
    if not take_all(values, wording["names"], found, folded):
        return None
    end = found.end()
    if wording["last"]:
        end = _end(wording["ends"], folded, found.end())
        if not take(values, wording["last"], folded.raw(found.end(), end)):
            return None
    return Span(wording["message"], start, end, values, language=wording["language"])


def _end(kind: str, folded: Folded, start: int) -> int:
    """Return where a value ends that no literal follows."""
    if start >= len(folded.text):
        return start
    first = folded.places[start]
    quoted = folded.clean[max(0, first - 2) : first].rstrip(" ")[-1:] in compiled().quotes
    found = compiled().ends["quoted"].match(folded.clean, first) if quoted else None
    found = found or compiled().ends[kind].match(folded.clean, first)
    last = found.end() if found else first
    end = start
    while end < len(folded.text) and folded.places[end] < last:
        end += 1
    return end


def take_all(
    values: dict[str, str], names: Sequence[str], found: re.Match[str], folded: Folded
) -> bool:
    """Add all values of a match to what a message says; return whether they can be that."""
    return all(
        take(values, name, folded.raw(*found.span(group)), is_bounded=True)
        for group, name in enumerate(names, 1)
    )


def take(values: dict[str, str], name: str, raw: str, *, is_bounded: bool = False) -> bool:
    """Add a value to what a message says; return whether it can be that.

    Between other words of a message, what it can do without may be anything in one word.
    """
    # One word; but a terminal may have broken it at its margin.
    word = re.sub(r" *\n *", "", raw)
    if name in {"any", "words"}:
        return True
    if name == "value":
        values[name] = word if "://" in word and " " not in word else re.sub(r"[ \n]+", " ", raw)
        return True
    if name == "initiator":
        values[name] = re.sub(r"[ \n]+", " ", raw)
        return re.fullmatch(r"[A-Za-z ]+", values[name]) is not None
    word = re.sub(r"^[<*_(]+|[>*_)]+$", "", word) if name != "status" else word.strip("()")
    if " " in word:
        return False
    if not word or (name in _URLS and not re.search("[:/{]", word)):
        return is_bounded and name in _OPTIONAL
    values[name] = word
    return True


def with_heads(span: Span, folded: Folded) -> Span:
    """Add what comes before a message: who asked for what, and whether in a preflight."""
    for _ in range(_MOST):
        longer = _with_head(span, folded)
        if longer is None:
            break
        span = longer
    return _with_request(span, folded)


def _with_head(span: Span, folded: Folded) -> Span | None:
    engine = compiled().data["messages"][span.message]["engine"]
    nearest = None
    for head, pattern in zip(compiled().data["heads"], compiled().heads, strict=True):
        if head["engine"] not in {engine, "any"}:
            continue
        low = max(0, span.start - LONGEST_HEAD)
        start = folded.text.rfind(head["start"], low, span.start)
        if start < 0 or (nearest is not None and start <= nearest.start):
            continue
        begin = start + len(head["start"])
        found = pattern.match(folded.text, begin, span.start)
        values: dict[str, str] = {}
        if found and take_all(values, head["names"], found, folded):
            nearest = replace(
                span,
                start=start,
                values={**values, **span.values},
                preflight=span.preflight or head["preflight"],
                language=span.language or head["language"],
            )
    return nearest


def _with_request(span: Span, folded: Folded) -> Span:
    """Add the request that Chromium's network lines begin with."""
    is_code = folded.text.startswith("net::", span.start)
    if not (is_code or span.message.startswith("net-")):
        return span
    end = folded.places[span.start] if span.start < len(folded.text) else len(folded.clean)
    begin = max(0, end - _LONGEST_REQUEST)
    found = compiled().request.search(folded.clean[begin:end])
    if found is None:
        return span
    said = {name: found[group] for group, name in enumerate(_REQUEST, 1) if found[group]}
    first, start = begin + found.start(1), span.start
    while start > 0 and folded.places[start - 1] >= first:
        start -= 1
    return replace(span, start=start, values={**said, **span.values})


def _is_whole_line(span: Span, folded: Folded) -> bool:
    """Tell whether nothing else is on a message's line, or in its column of a table."""
    first, last = folded.places[span.start], folded.places[span.end - 1] + 1
    before = folded.clean[max(0, first - 40) : first].rpartition("\n")[2]
    after = folded.clean[last : last + 40].partition("\n")[0]
    return (
        re.search(r"(?:^|  |:)[^A-Za-z0-9]*$", before) is not None
        and re.search(r"^[^A-Za-z0-9]*(?:$|  )", after) is not None
    )


def with_tails(span: Span, folded: Folded) -> Span:
    """Add what comes after a message: its status, the origin in older wordings, and hints."""
    end, values = span.end, dict(span.values)
    for _ in range(_MOST):
        for tail, pattern in zip(compiled().data["tails"], compiled().tails, strict=True):
            found = pattern.match(folded.text, end)
            said: dict[str, str] = {}
            if found and take_all(said, tail["names"], found, folded):
                end, values = found.end(), {**said, **values}
                break
        else:
            break
    return replace(span, end=end, values=values)
