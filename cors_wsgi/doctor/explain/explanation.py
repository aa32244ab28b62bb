"""What a pasted console line means, as a value: the failure, the fix, and what to run next."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cors_wsgi import catalogue
from cors_wsgi.catalogue import Match, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cors_wsgi.catalogue import Failure, Fix

VERSION: Final = 1

ENGINES: Final = {
    "chromium": "Chrome, Edge",
    "firefox": "Firefox",
    "webkit": "Safari",
    "edge": "old Edge, Internet Explorer",
    "any": "any browser",
}
_REQUEST: Final = (
    "url",
    "redirected_from",
    "origin",
    "method",
    "header",
    "value",
    "status",
    "initiator",
    "preflight",
)
# Typical values of the headers that need permission most often.
_HEADER_VALUES: Final = {"content-type": "application/json", "authorization": "Bearer x"}
# What stands for the message where somebody asks about a failure by its id.
_NO_MESSAGE: Final = Message(
    id="",
    engine="any",
    texts=(),
    lines=(),
    failures=(),
    meaning="",
    era="",
    preflight=False,
    follows=False,
    vague=False,
    needs_head=False,
    by_status={},
    by_preflight=(),
    mdn="",
)
_WITH_CREDENTIALS: Final = {"origin-wildcard-credentials", "credentials-missing", "cookie-not-sent"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one message means.

    Attributes:
        match: the message, and what it repeats of the request.
        failure: the likeliest failure; `None` if the message is about none, or tells none.
        others: the failures that it can be as well.
        also: further URLs that failed in the same way.
        remarks: what to know about this very message.
        fix: what to change; `None` without a failure.
        next: the command to run next; empty if none can tell more.
        certain: whether the message names its failure, or is about something else than CORS.
    """

    match: Match
    failure: Failure | None
    others: tuple[Failure, ...]
    also: tuple[str, ...]
    remarks: tuple[str, ...]
    fix: Fix | None
    next: str
    certain: bool


def explain(text: str, stack: str | None = None) -> list[Explanation]:
    """Explain the messages in a text.

    Args:
        text: what was pasted; or a failure's id.
        stack: the stack that the fixes are for.

    Returns:
        One explanation for each different one; lines that only accompany others are left out
        where the others are there. Empty if nothing is recognised.

    Raises:
        KeyError: if there is no such stack.
    """
    if (named := text.strip().lower()) in catalogue.failures():
        return [_explanation(Match(_NO_MESSAGE, (named,)), stack=stack, alone=True)]
    matches = catalogue.recognise(text)
    telling = [match for match in matches if not match.message.follows] or matches
    alike: dict[Match, list[Match]] = {}
    for match in telling:
        alike.setdefault(replace(match, url=None, redirected_from=None), []).append(match)
    return [_explanation(*same, stack=stack, alone=len(alike) == 1) for same in alike.values()]


def _explanation(match: Match, *same: Match, stack: str | None, alone: bool) -> Explanation:
    known = [catalogue.failure(id_) for id_ in match.failures]
    failure = known[0] if known else None
    return Explanation(
        match=match,
        failure=failure,
        others=tuple(known[1:]),
        also=tuple(url for url in dict.fromkeys(one.url for one in same) if url),
        remarks=tuple(_remarks(match)),
        fix=_fix(match, failure, stack) if failure else None,
        next=check_line(match),
        certain=_is_certain(match, alone=alone),
    )


def _is_certain(match: Match, *, alone: bool) -> bool:
    if not match.complete and not alone:
        return False
    return not match.message.vague if match.failures else not match.message.follows


def _fix(match: Match, failure: Failure, stack: str | None) -> Fix:
    return catalogue.fix(
        failure.id,
        stack or "http",
        preflight=match.preflight,
        origin=match.origin,
        method=match.method if match.method != "OPTIONS" else None,
        header=match.header,
        url=match.url,
    )


def _remarks(match: Match) -> Iterator[str]:
    if not match.complete and not match.message.vague:
        yield "The line is cut off; it begins like this message."
    if match.status == "null":
        yield "Status (null): there was no answer at all. The fault is not CORS."
    elif match.status and match.status.startswith("5"):
        yield (
            f"Status {match.status}: the server, or something in front of it, failed. The fault is "
            "not CORS; see the server's log."
        )
    if match.message.meaning:
        yield match.message.meaning
    if match.header and match.header.lower().startswith("access-control-"):
        yield (
            f"{match.header} is a header of responses. Your script sets it on the request: take "
            "that line out, and the message goes away."
        )
    elif match.header and match.header.lower() == "authorization":
        yield "`*` does not count as naming Authorization. Name it."
    if match.method and match.method != match.method.upper():
        upper = match.method.upper()
        yield f"Browsers do not turn {match.method} into {upper}. Write {upper} in the script."
    if match.origin == "null":
        yield (
            "The origin is null: the page is a file, a sandboxed frame or a data: URL, or the "
            "request was redirected from one foreign origin to another."
        )


def check_line(match: Match) -> str:
    """Return the `cors-wsgi check` line that looks at the same request.

    What the message does not say stands in capitals.
    """
    about = match.message
    if about.meaning and not match.failures and not about.follows:
        return ""
    words = ["cors-wsgi", "check", _http(match.redirected_from or match.url) or "URL"]
    words += ["--origin", _http(match.origin) or "ORIGIN"]
    method = match.method if match.method != "OPTIONS" else None
    if method or (match.preflight and not match.header):
        words += ["--method", method or "PUT"]
    if match.header and match.failures[:1] == ("header-missing",):
        value = _HEADER_VALUES.get(match.header.lower(), "1")
        words += ["--header", f"{match.header}: {value}"]
    if set(match.failures) & _WITH_CREDENTIALS:
        words.append("--credentials")
    return shlex.join(words)


def _http(url: str | None) -> str | None:
    """A URL that a command can be given; `None` for what is cut off or something else."""
    if url is None or not re.fullmatch(r"https?://[^\s\"'<>\\^`{|}…]+", url):
        return None
    try:
        return url if urlsplit(url).hostname else None
    except ValueError:
        return None


def as_json(explanations: list[Explanation]) -> dict[str, Any]:
    """Return explanations as JSON, after `explain.schema.json`.

    A field is only ever added while `version` stays.
    """
    return {
        "version": VERSION,
        "recognised": bool(explanations),
        "explanations": [_json(one) for one in explanations],
    }


def _json(one: Explanation) -> dict[str, Any]:
    match = one.match
    request = {name: getattr(match, name) for name in _REQUEST}
    return {
        "message": match.message.id,
        "engine": match.message.engine,
        "complete": match.complete,
        "certain": one.certain,
        "request": request,
        "failure": one.failure.id if one.failure else None,
        "title": one.failure.title if one.failure else None,
        "is_cors": bool(one.failure and one.failure.is_cors and not _failed(match)),
        "meaning": one.failure.meaning if one.failure else match.message.meaning,
        "not_meaning": one.failure.not_meaning if one.failure else None,
        "remarks": list(one.remarks),
        "causes": list(one.failure.causes) if one.failure else [],
        "also": list(one.also),
        "others": [other.id for other in one.others],
        "fix": {name: getattr(one.fix, name) for name in ("stack", "where", "text", "code")}
        if one.fix
        else None,
        "next": one.next or None,
        "see": [link for link in (match.message.mdn, one.failure and one.failure.standard) if link],
    }


def _failed(match: Match) -> bool:
    return match.status == "null" or (match.status or "").startswith("5")
