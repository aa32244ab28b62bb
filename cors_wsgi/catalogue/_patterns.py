r"""The catalogue's wordings as patterns, in a form that Python and a web page read alike.

A wording such as `Method {method} is not allowed` becomes a literal beginning, which is quick to
find, and a pattern for the rest, both over folded text. Patterns keep to what Python's `re` and
JavaScript's `RegExp` with the flag `u` have in common. A placeholder takes what lies before the
next occurrence of the literal that follows it, never more than its bound, and never gives it back:
`(?=(.{1,60}?)is)\1is` is how both languages spell that. So a text costs at most its length times
a constant, whatever it says.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from cors_wsgi.catalogue._fold import IGNORED, QUOTES, RULES, fold
from cors_wsgi.catalogue._load import failures, grammar, messages, statuses, translations
from cors_wsgi.catalogue._types import Message, Translation

VERSION: Final = 1

# How long the values are at most, without their blanks.
_LONGEST: Final = {
    "url": 2000,
    "page": 2000,
    "redirected_from": 2000,
    "value": 1000,
    "origin": 300,
    "header": 120,
    "method": 60,
    "initiator": 40,
    "any": 300,
}
# These can be empty.
_SHORTEST: Final = {"url": 0, "value": 0, "origin": 0, "any": 0}
_STATUS: Final = r"([1-5][0-9]{2}|\(null\))"
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_SCHEME: Final = r"(?:https?|wss?|file|blob|data|[a-z-]{1,30}-extension|capacitor|ionic):"
# A method right before a URL, over the folded text.
_METHODS: Final = "get|head|post|put|patch|delete|options"
# What a translated sentence has between its beginning and the URL.
_WORDS: Final = rf".{{0,200}}?(?={_SCHEME})"

# Where a value ends that no literal follows: at its closing quotation mark, with its word or line.
_ENDS: Final = {
    "quoted": rf"[^{QUOTES}]{{0,1000}}?(?=[{QUOTES}]{{1,9}}(?:[.,;:)\]\s]|$))",
    "word": rf"[^\s{QUOTES}]{{1,2000}}?(?=[.,;:)\]]{{0,99}}(?:[\s{QUOTES}]|$))",
    "ascii": rf"(?:(?![{QUOTES}])[!-~]){{1,2000}}?(?=[.,;)\]]{{0,9}}(?:[^!-~]|[{QUOTES}]|$))",
    "line": r"[^\n]{0,1000}?(?=[.)]{0,9}[ ]{0,9}(?:\n|$))",
}
# A value that can be an origin: anything else equals none, whatever the page.
_ORIGIN: Final = (
    r"(?:https?://(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::[0-9]+)?"
    r"|[a-z][a-z0-9+.-]*://[A-Za-z0-9._-]+)"
)
# What Chromium's network lines begin with, over the clean text.
_REQUEST: Final = (
    r"(?:^|[^A-Za-z])(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ \n]+(https?://[!-~]{1,2000})[ \n]+"
    r"(?:([1-5][0-9]{2})[ \n]+)?$"
)


@cache
def as_patterns() -> dict[str, Any]:
    """Return all that is needed to recognise console lines, as data that JSON can hold.

    `data/recognise.js` beside this module reads it, and so does `recognise()`; they give the same
    answers. The result is the same for the same catalogue, and is not to be changed.
    """
    return {
        "version": VERSION,
        "fold": [list(rule) for rule in RULES],
        "ignored": IGNORED,
        "quotes": QUOTES,
        "ends": _ENDS,
        "origin": _ORIGIN,
        "request": _REQUEST,
        "wordings": [*_wordings(messages()), *_translated_wordings()],
        "heads": [*_heads(), *_translated_heads()],
        "tails": [*_tails()],
        "structure": [[_folded(text), message] for text, message in grammar().structure],
        "preflight_statuses": {key: list(ids) for key, ids in grammar().preflight_statuses.items()},
        "messages": {message.id: _message(message) for message in messages()},
        "failures": {
            failure.id: {
                "title": failure.title,
                "meaning": failure.meaning,
                "not_meaning": failure.not_meaning,
                "causes": list(failure.causes),
                "is_cors": failure.is_cors,
            }
            for failure in failures().values()
        },
        "statuses": [
            {
                "status": one.status,
                "failure": one.failure,
                "cause": one.cause,
                "fix": one.fix,
            }
            for one in statuses()
        ],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "engine": message.engine,
        "title": message.title,
        "meaning": message.meaning,
        "failures": list(message.failures),
        "by_status": {status: list(ids) for status, ids in message.by_status.items()},
        "by_preflight": list(message.by_preflight),
        "preflight": message.preflight,
        "follows": message.follows,
        "vague": message.vague,
        "needs_status": message.needs_status,
    }


def _wordings(all_messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    for message in all_messages:
        page = message.mdn.rpartition("CORS/")[2]
        for text in (*message.texts, *message.labels, *([f"CORS/{page}"] if page else [])):
            yield _wording(
                message.id, text, needs_head=message.needs_head, whole_line=message.whole_line
            )


def _wording(message_id: str, text: str, **more: Any) -> dict[str, Any]:
    parts = _PLACEHOLDER.split(text)
    literals, names = [_folded(part) for part in parts[::2]], parts[1::2]
    # A value at the very end has no literal to end it; a status is its own end.
    last = names.pop() if names and not literals[-1] and names[-1] != "status" else ""
    return {
        "message": message_id,
        "start": literals[0],
        "rest": _rest(literals, names),
        "names": names,
        "last": last,
        "ends": "line" if last in {"value", "any"} else "word",
        "literals": literals,
        "needs": max(literals, key=len),
        "needs_head": False,
        "whole_line": False,
        "language": None,
        **more,
    }


def _rest(literals: list[str], names: list[str]) -> str:
    """Return the pattern of what follows the first literal."""
    pattern = ""
    for number, name in enumerate(names, 1):
        following = re.escape(literals[number])
        if name == "status":
            pattern += _STATUS + following
        elif name == "method" and not following:
            pattern += rf"({_METHODS})(?={_SCHEME})"
        elif name == "words":
            pattern += rf"(.{{0,60}}?)(?={_SCHEME})"
        else:
            value = rf"(.{{{_SHORTEST.get(name, 1)},{_LONGEST[name]}}}?)"
            pattern += rf"(?={value}{following})\{number}{following}"
    return _common(pattern)


def _common(pattern: str) -> str:
    """Return a pattern as both languages read it: JavaScript knows fewer escapes with `u`."""
    return re.sub(r"\\([^\w\\^$.*+?()\[\]{}|])", r"\1", pattern)


def _folded(text: str) -> str:
    return fold(text).text


def _heads() -> Iterator[dict[str, Any]]:
    for text in grammar().preflight:
        yield {**_head("any", _folded(text), "", [], None), "preflight": True}
    for engine, texts in grammar().heads.items():
        for text in texts:
            parts = _PLACEHOLDER.split(text)
            literals, names = [_folded(part) for part in parts[::2]], parts[1::2]
            if literals[-1] in {".", ":"}:
                pattern = rf"(.{{1,{_LONGEST[names[-1]]}}}?)[.:]?"
            else:
                pattern = _rest(literals, names)
            yield _head(engine, literals[0], pattern, names, None)


def _head(
    engine: str, start: str, pattern: str, names: list[str], language: str | None
) -> dict[str, Any]:
    return {
        "engine": engine,
        "start": start,
        "pattern": f"{pattern}$",
        "names": names,
        "preflight": False,
        "language": language,
    }


def _tails() -> Iterator[dict[str, Any]]:
    for text in grammar().tails:
        parts = _PLACEHOLDER.split(text)
        literals, names = [_folded(part) for part in parts[::2]], parts[1::2]
        yield {"pattern": _common(re.escape(literals[0])) + _rest(literals, names), "names": names}
    codes = sorted({_folded(code) for one in translations() for code in one.status})
    yield {"pattern": rf"(?:{_either(codes)}):?{_STATUS}", "names": ["status"]}


def _either(texts: Iterable[str]) -> str:
    return "|".join(_common(re.escape(text)) for text in texts)


def _translated_heads() -> Iterator[dict[str, Any]]:
    """Make the heads of Firefox in other languages: a beginning, the URL, and what comes after."""
    for one in translations():
        after = _either(map(_folded, one.after))
        reasons = _either(map(_folded, one.reason))
        for head in one.heads:
            between = rf"\.?(?:{after})?\.?\(?(?:{reasons})?"
            pattern = rf"{_WORDS}(.{{1,2000}}?){between}"
            yield _head("firefox", _folded(head), pattern, ["url"], one.language)
        for reason in one.reason:  # of a line whose beginning is cut off
            yield _head("firefox", _folded(reason), "", [], one.language)


def _translated_wordings() -> Iterator[dict[str, Any]]:
    for one in translations():
        for message_id, texts in one.texts.items():
            for text in texts:
                yield _wording(message_id, text, language=one.language, needs_head=True)
        yield from _translated_beginnings(one)


def _translated_beginnings(one: Translation) -> Iterator[dict[str, Any]]:
    """Make what tells that a line is Firefox's, and in which language, whatever its reason."""
    for head in one.heads:
        yield {
            **_wording("firefox-blocked", f"{head}{{url}}", language=one.language),
            "rest": _WORDS,
            "ends": "ascii",
        }
