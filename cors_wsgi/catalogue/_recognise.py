"""Which messages are in a text that somebody pasted, and what they mean.

`data/recognise.js` does the same in a web page, function by function, with the same data; the
tests compare their answers.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from cors_wsgi.catalogue._cut_off import cut_off_spans
from cors_wsgi.catalogue._find import Span, compiled, whole_spans
from cors_wsgi.catalogue._fold import Folded, fold
from cors_wsgi.catalogue._load import messages
from cors_wsgi.catalogue._types import Match

# How far after the beginning of a translated line its reason and status are.
_LONGEST_REASON: Final = 400
# How many answers before it one is compared with.
_NEAR: Final = 20
_SAID: Final = ("url", "redirected_from", "origin", "method", "header", "value", "status")
# The failures of a response that a redirect causes: it leads to another server, with other rules.
_BY_REDIRECT: Final = frozenset({"origin-missing", "origin-mismatch", "error-without-cors"})
_OF_REQUEST: Final = ("url", "redirected_from", "origin", "initiator")
_UNDEFINED: Final = frozenset({"", "none", "null", "(null)", "undefined", "nan", "false"})


def recognise(text: str) -> list[Match]:
    """Recognise the messages of browsers in a text.

    Args:
        text: What was pasted: one line or several, with or without surrounding text, with
            quotation marks of any kind, broken or cut off anywhere.

    Returns:
        The messages in the order in which they appear. Those that only accompany others are
        there only if the others are not. Empty if there are none.
    """
    known = {message.id: message for message in messages()}
    return [
        Match(
            **{
                **answer,
                "message": known[answer["message"]],
                "failures": tuple(answer["failures"]),
            }
        )
        for answer in answers(text)
    ]


def answers(text: str) -> list[dict[str, Any]]:
    """Return what `recognise()` does, as data that JSON can hold; JavaScript gives the same."""
    folded = fold(text)
    spans = _chosen(whole_spans(folded), len(folded.text))
    if not any(_is_telling(span.message) for span in spans):
        spans = _chosen([*spans, *cut_off_spans(folded)], len(folded.text))
    spans = sorted(spans, key=lambda span: (span.start, span.end))
    places = groupby(spans, key=lambda span: (span.start, span.end))
    return _unique(_joined([_answer_of([*alike], folded) for _, alike in places]))


def _chosen(spans: Iterable[Span], length: int) -> list[Span]:
    """Keep the longest of the messages that overlap; all of them if cut off at the same place."""
    kept: list[Span] = []
    taken = bytearray(length)
    cut_off: dict[tuple[int, int], set[str]] = {}
    for span in sorted(spans, key=lambda span: span.start - span.end):
        # No kept span is shorter, so none lies strictly within this one.
        free = span.end > span.start and not (taken[span.start] or taken[span.end - 1])
        alike = cut_off.get((span.start, span.end), set()) if not span.complete else set()
        if not free and (not alike or span.message in alike):
            continue
        kept.append(span)
        taken[span.start : span.end] = b"\x01" * (span.end - span.start)
        if not span.complete:
            cut_off[span.start, span.end] = {*alike, span.message}
    return kept


def _is_telling(message: str) -> bool:
    about = compiled().data["messages"][message]
    return not (about["vague"] or about["follows"])


def _answer_of(alike: list[Span], folded: Folded) -> dict[str, Any]:
    """Answer a message; or, where it is cut off, all that it can be."""
    first, *others = (_answer(span, folded) for span in alike)
    is_certain = first["certain"] and all(
        other["failures"][:1] == first["failures"][:1] for other in others
    )
    failures = [failure for answer in (first, *others) for failure in answer["failures"]]
    return {**first, "failures": [*dict.fromkeys(failures)], "certain": is_certain}


def _answer(span: Span, folded: Folded) -> dict[str, Any]:
    span = _by_structure(span, folded) if span.language else span
    about = compiled().data["messages"][span.message]
    values = dict(span.values)
    preflight = span.preflight or about["preflight"] or values.get("method") == "OPTIONS"
    line = folded.text[span.start : span.end]
    if "xmlhttprequest" in line:
        values.setdefault("initiator", "XMLHttpRequest")
    elif "fetchapi" in line:
        values.setdefault("initiator", "fetch")
    page = compiled().origin.match(values.pop("page", ""))
    if page:
        values["origin"] = page[0]
    answer = {
        "message": span.message,
        "url": None,
        "redirected_from": None,
        "origin": None,
        "method": None,
        "header": None,
        "value": None,
        "status": None,
        "initiator": None,
        "language": span.language,
        **values,
        "preflight": preflight,
        "complete": span.complete,
    }
    return {**answer, **_meaning(answer)}


def _by_structure(span: Span, folded: Folded) -> Span:
    """Look at a translated line whose reason is not known: headers and status keep their names."""
    if span.message != "firefox-blocked":
        return span
    rest = folded.text[span.end : span.end + _LONGEST_REASON]
    rest = rest.partition("https://")[0].partition("http://")[0]
    status = compiled().tails[-1].search(rest)
    values = {**span.values, "status": status[1].strip("()")} if status else span.values
    if values.get("url", "").startswith("file"):
        return replace(span, message="firefox-not-http", values=values)
    for text, message in compiled().data["structure"]:
        if text in rest:
            return replace(span, message=message, values=values)
    return replace(span, values=values)


def _meaning(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the failures that an answer means, and whether it is certain of them."""
    about = compiled().data["messages"][answer["message"]]
    failures = _by_status(about, answer)
    known = failures is not None
    if failures is None:
        by_preflight = about["by_preflight"] if answer["preflight"] else []
        failures = by_preflight or about["failures"]
    failures = _by_value(failures, answer["value"])
    if answer["redirected_from"] and failures and failures[0] in _BY_REDIRECT:
        failures = ["redirect-cross-origin", *(f for f in failures if f != "redirect-cross-origin")]
        known = True
    tells = known or not (about["vague"] or about["needs_status"])
    if not failures:
        tells = not (about["follows"] or about["vague"])
    return {"failures": failures, "certain": tells}


def _by_status(about: dict[str, Any], answer: dict[str, Any]) -> list[str] | None:
    """Return what a message means with the status that it carries; `None` if that adds nothing."""
    status = answer["status"]
    tables = [about["by_status"]]
    if answer["preflight"] or status == "null":
        tables.insert(0, compiled().data["preflight_statuses"])
    for table in tables if status else ():
        for key in (status, f"{status[0]}xx"):
            if key in table:
                return list(table[key])
    return None


def _by_value(failures: list[str], value: str | None) -> list[str]:
    """Look at the origin that a message repeats: some values can equal none."""
    first = failures[0] if failures else ""
    if value is None or first not in {"origin-mismatch", "origin-invalid", "origin-duplicate"}:
        return list(failures)
    if "," in value:
        return ["origin-duplicate", "origin-invalid"]
    if " " in value:  # two header lines are joined with a comma, so this is one line
        return ["origin-invalid"]
    if value.lower() in _UNDEFINED:
        return ["origin-undefined"]
    return list(failures) if compiled().origin.fullmatch(value) else ["origin-invalid"]


def _joined(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each message what the lines beside it say of the same request, and order them."""
    messages_ = compiled().data["messages"]
    telling: list[dict[str, Any]] = []
    followers: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for answer in found:
        if messages_[answer["message"]]["follows"]:
            followers.append(answer)
            if telling and not _are_of_two(telling[-1], answer):
                telling[-1] = _completed(telling[-1], answer)
            else:
                waiting.append(answer)
            continue
        if telling and _lacks_reason(telling[-1], answer):
            waiting.append(telling.pop())
        for follower in reversed(waiting):  # the nearest says most
            answer = _completed(answer, follower)  # noqa: PLW2901 - completed step by step
        waiting = []
        telling.append(answer)
    if telling:
        return _merged(telling)
    beside = [_completed_beside(followers, place) for place in range(len(followers))]
    return _merged([one for one in beside if one["failures"]] or followers)


def _completed_beside(followers: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """Give one what the line before it, and the one after it, say of the same request."""
    answer = followers[place]
    for other in (*followers[max(0, place - 1) : place], *followers[place + 1 : place + 2]):
        answer = _completed(answer, other)
    return answer


def _are_of_two(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two answers are of two requests."""
    return bool(one["url"] and other["url"] and one["url"] != other["url"])


def _lacks_reason(before: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Tell whether an answer is the rest of the line before it, with something in between."""
    first, second = (compiled().data["messages"][one["message"]] for one in (before, answer))
    return (
        first["engine"] == second["engine"] != "any"
        and first["vague"]
        and not (second["vague"] or answer["url"] or answer["origin"])
    )


def _merged(telling: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put together what different lines, or browsers, say of one failure of one request."""
    merged: list[dict[str, Any]] = []
    for answer in telling:
        near = range(max(0, len(merged) - _NEAR), len(merged))
        same = next((place for place in near if _is_same(merged[place], answer)), None)
        if same is None:
            merged.append(answer)
        else:
            kept = merged[same]
            merged[same] = {
                key: answer[key] if value is None else value for key, value in kept.items()
            }
    failed = {answer["url"] for answer in merged if answer["failures"]} - {None}
    return [answer for answer in merged if answer["failures"] or answer["url"] not in failed]


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    same_failure = one["failures"][:1] == other["failures"][:1] != []
    return (
        (one["message"] == other["message"] or same_failure)
        and one["certain"] == other["certain"]
        and all(one[name] == other[name] or None in (one[name], other[name]) for name in _SAID)
    )


def _completed(answer: dict[str, Any], follower: dict[str, Any]) -> dict[str, Any]:
    messages_ = compiled().data["messages"]
    engines = {messages_[one["message"]]["engine"] for one in (answer, follower)}
    if len(engines - {"any"}) > 1:
        return answer
    if _are_of_two(answer, follower):
        return answer
    filled = {
        **answer,
        **{name: answer[name] or follower[name] for name in _OF_REQUEST},
        # Firefox prints this second line after a preflight that failed, and only then.
        "preflight": answer["preflight"] or follower["message"] == "firefox-did-not-succeed",
    }
    same_request = follower["method"] is None or (
        (follower["method"] == "OPTIONS") == answer["preflight"]
    )
    if follower["status"] != "null" and same_request:
        filled["status"] = answer["status"] or follower["status"]
    # What asked is wanted, not its preflight; and a redirect can change the method.
    if follower["method"] != "OPTIONS" and not answer["redirected_from"]:
        filled["method"] = answer["method"] or follower["method"]
    return {**filled, **_meaning(filled)}


def _unique(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({repr(answer): answer for answer in found}.values())
