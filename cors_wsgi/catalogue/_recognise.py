"""Which messages are in a text that somebody pasted."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from cors_wsgi.catalogue import _wording
from cors_wsgi.catalogue._fold import Folded, fold
from cors_wsgi.catalogue._load import Grammar, grammar, messages
from cors_wsgi.catalogue._types import Match, Message
from cors_wsgi.catalogue._wording import Found, Wording

_ORIGIN: Final = re.compile(
    r"https?://(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::[0-9]+)?"
)
_REQUEST: Final = re.compile(
    r"\b(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+(?P<url>https?://\S+)\s+"
    r"(?:(?P<status>[1-5][0-9]{2})\s+)?\Z"
)
_LONGEST_REQUEST: Final = 4000
_UNDEFINED: Final = frozenset({"", "none", "null", "undefined", "nan", "false"})
# Heads and tails that follow each other; no line has more.
_MOST: Final = 4


def recognise(text: str) -> list[Match]:
    """Recognise the messages of browsers in a text.

    Args:
        text: what was pasted: one line or several, with or without what stands around
            them, with quotation marks of any kind, broken or cut off anywhere.

    Returns:
        The messages that name a failure in the order in which they stand, then those
        that only accompany others. Empty if there are none.
    """
    folded = fold(text)
    spans = _longest(_spans(folded))
    if all(span.message.vague or span.message.follows for span in spans):
        spans = _longest([*spans, *_cut_off(folded)])
    matches = [_match(span, folded) for span in sorted(spans, key=lambda span: span.start)]
    return _unique(_joined(matches))


@dataclass(frozen=True, slots=True)
class _Span:
    message: Message
    start: int
    end: int
    values: dict[str, str]
    preflight: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Parts:
    """What lines are made of, ready to be compared."""

    messages: tuple[tuple[Message, Wording], ...]
    heads: dict[str, tuple[Wording, ...]]
    preflight: tuple[Wording, ...]
    tails: tuple[Wording, ...]


@cache
def _parts() -> _Parts:
    rules: Grammar = grammar()
    return _Parts(
        messages=tuple(
            (message, _wording.read(text)) for message in messages() for text in message.texts
        ),
        heads={engine: tuple(map(_wording.read, heads)) for engine, heads in rules.heads.items()},
        preflight=tuple(map(_wording.read, rules.preflight)),
        tails=tuple(map(_wording.read, rules.tails)),
    )


def _spans(folded: Folded) -> Iterator[_Span]:
    for message, wording in _parts().messages:
        for found in _wording.find_all(wording, folded):
            span = _with_heads(_Span(message, found.start, found.end, found.values), folded)
            if span.start < found.start or not message.needs_head:
                yield _with_tails(span, folded)


def _cut_off(folded: Folded) -> Iterator[_Span]:
    """Find messages that the text begins, or ends, in the middle of."""
    for message, wording in _parts().messages:
        if message.needs_head:
            continue
        if found := _wording.find_beginning(wording, folded):
            span = _Span(message, found.start, found.end, found.values, complete=False)
            yield _with_heads(span, folded)
        if found := _wording.find_ending(wording, folded):
            span = _Span(message, found.start, found.end, found.values, complete=False)
            yield _with_tails(span, folded)


def _with_heads(span: _Span, folded: Folded) -> _Span:
    """Add what stands before a message: who asked for what, and whether in a preflight."""
    parts = _parts()
    for _ in range(_MOST):
        if found := _first(parts.preflight, folded, span.start):
            span = replace(span, start=found.start, preflight=True)
        elif found := _first(parts.heads.get(span.message.engine, ()), folded, span.start):
            span = replace(span, start=found.start, values=found.values | span.values)
        else:
            break
    return _with_request(span, folded)


def _with_request(span: _Span, folded: Folded) -> _Span:
    """Add the request that Chromium's network lines begin with."""
    end = folded.places[span.start] if span.start < len(folded.places) else len(folded.raw)
    found = _REQUEST.search(folded.raw[max(0, end - _LONGEST_REQUEST) : end])
    if found is None:
        return span
    values = {name: value for name, value in found.groupdict().items() if value}
    start = bisect_left(folded.places, end - len(found[0]))
    return replace(span, start=start, values=values | span.values)


def _first(heads: Iterable[Wording], folded: Folded, end: int) -> Found | None:
    found = (_wording.find_before(head, folded, end) for head in heads)
    # The nearest: what lies before it is another line.
    return max(filter(None, found), key=lambda one: one.start, default=None)


def _with_tails(span: _Span, folded: Folded) -> _Span:
    """Add what stands after a message: its status, and the origin in older wordings."""
    end, values = span.end, dict(span.values)
    for _ in range(_MOST * 2):
        found = next(
            filter(None, (_wording.find_at(tail, folded, end) for tail in _parts().tails)), None
        )
        if found is None:
            break
        end, values = found.end, {**found.values, **values}
    return replace(span, end=end, values=values)


def _longest(spans: Iterable[_Span]) -> list[_Span]:
    """Keep the longest of the messages that overlap; all of them if they are equal and cut off."""
    kept: list[_Span] = []
    for span in sorted(spans, key=lambda span: span.start - span.end):
        rivals = [other for other in kept if other.start < span.end and span.start < other.end]
        same = all((o.start, o.end) == (span.start, span.end) for o in rivals)
        if not rivals or (same and not span.complete and span.message not in _of(rivals)):
            kept.append(span)
    return kept


def _of(spans: Iterable[_Span]) -> list[Message]:
    return [span.message for span in spans]


def _match(span: _Span, folded: Folded) -> Match:
    values: dict[str, Any] = dict(span.values)
    preflight = span.preflight or span.message.preflight or values.get("method") == "OPTIONS"
    values.setdefault("initiator", _initiator(span, folded))
    if page := _ORIGIN.match(values.pop("page", "")):
        values["origin"] = page[0]
    return Match(
        message=span.message,
        failures=_by_value(
            _failures(span.message, values.get("status"), preflight=preflight), values.get("value")
        ),
        preflight=preflight,
        complete=span.complete,
        **values,
    )


def _initiator(span: _Span, folded: Folded) -> str | None:
    line = folded.text[span.start : span.end]
    if "xmlhttprequest" in line:
        return "XMLHttpRequest"
    return "fetch" if "fetchapi" in line else None


def _failures(message: Message, status: str | None, *, preflight: bool) -> tuple[str, ...]:
    """Return what a message means with this status."""
    tables = [message.by_status]
    if preflight or status == "null":
        tables.insert(0, grammar().preflight_statuses)
    if status:
        for table in tables:
            for key in (status, f"{status[0]}xx"):
                if key in table:
                    return table[key]
    return (preflight and message.by_preflight) or message.failures


def _by_value(failures: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    """Look at the origin that a message repeats: some can equal none."""
    if value is None or failures[:1] not in {("origin-mismatch",), ("origin-invalid",)}:
        return failures
    if value.lower() in _UNDEFINED:
        return ("origin-undefined",)
    return failures if _ORIGIN.fullmatch(value) else ("origin-invalid",)


def _joined(matches: list[Match]) -> list[Match]:
    """Give each message what its neighbours say of the same request, and order them."""
    telling = [match for match in matches if not match.message.follows]
    followers = [match for match in matches if match.message.follows]
    for follower in followers:
        telling = [_completed(match, follower) for match in telling]
    return telling + followers


def _completed(match: Match, follower: Match) -> Match:
    if match.message.engine not in {follower.message.engine, "any"}:
        return match
    if match.url and follower.url and match.url != follower.url:
        return match
    filled = replace(
        match,
        url=match.url or follower.url,
        initiator=match.initiator or follower.initiator,
        status=match.status or (follower.status if follower.status != "null" else None),
    )
    # Firefox prints this second line after a preflight that failed, and only then.
    if follower.message.id == "firefox-did-not-succeed" and not match.preflight:
        failures = _failures(match.message, match.status, preflight=True)
        return replace(filled, preflight=True, failures=failures)
    return filled


def _unique(matches: list[Match]) -> list[Match]:
    return [match for place, match in enumerate(matches) if match not in matches[:place]]
