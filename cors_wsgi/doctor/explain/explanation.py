"""What a pasted console line means, as a value: the failure, the fix, and what to run next."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cors_wsgi import catalogue
from cors_wsgi._fetch_standard import SAFELISTED_METHODS
from cors_wsgi.catalogue import Match, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cors_wsgi.catalogue import Failure, Fix, PreflightStatus

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
# What makes these methods need a preflight most often.
_PREFLIGHTED: Final = {"POST": "Content-Type: application/json", "GET": "Authorization: Bearer x"}
# Used in place of a message where somebody asks about a failure by its id.
_NO_MESSAGE: Final = Message(id="", engine="any")
# What the URLs of login pages have in them.
_LOGIN: Final = re.compile(r"(?i)log-?in|sign-?in|sso|oauth|authori[sz]e|saml|//accounts\.")
_REASONS: Final = {
    "401": "a login check refused the request",
    "403": "a permission or CSRF check refused the request",
    "404": "there is nothing at this URL",
    "405": "this URL does not take the method",
    "413": "the body is too large, often for the proxy",
    "429": "a rate limit refused the request",
}
_WITH_CREDENTIALS: Final = {"origin-wildcard-credentials", "credentials-missing", "cookie-not-sent"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one message means.

    Attributes:
        match: The message, and what it repeats of the request.
        title: What happened, in a line.
        failure: The likeliest failure; `None` if the message is about none, or tells none.
        others: The failures that it can be as well.
        statuses: What each status would mean, where the message leaves it open.
        also: All URLs that failed in the same way.
        remarks: What to know about this very message.
        fix: What to change; `None` where the server's configuration has no part in it.
        next: The command to run next; empty if none can tell more.
        certain: Whether the message names its failure, or is about something else than CORS.
    """

    match: Match
    title: str
    failure: Failure | None
    others: tuple[Failure, ...]
    statuses: tuple[PreflightStatus, ...]
    also: tuple[str, ...]
    remarks: tuple[str, ...]
    fix: Fix | None
    next: str
    certain: bool


def explain(text: str, stack: str | None = None) -> list[Explanation]:
    """Explain the messages in a text.

    Args:
        text: What was pasted, or a failure's id.
        stack: The stack that the fixes are for.

    Returns:
        One explanation for each different message; lines that only accompany others are left out
        where the others are there. Empty if nothing is recognised.

    Raises:
        KeyError: If there is no such stack.
    """
    if (named := _as_id(text)) in catalogue.failures():
        return [_explanation(Match(_NO_MESSAGE, (named,)), stack=stack)]
    alike: dict[Match, list[Match]] = {}
    for match in catalogue.recognise(text):
        alike.setdefault(replace(match, url=None, redirected_from=None), []).append(match)
    return [_explanation(*same, stack=stack) for same in alike.values()]


def similar_ids(text: str) -> list[str]:
    """Return the ids of failures that a misspelt id resembles; empty for other texts."""
    word = _as_id(text)
    if not re.fullmatch(r"[a-z0-9-]{3,40}", word):
        return []
    return get_close_matches(word, catalogue.failures(), n=3)


def _as_id(text: str) -> str:
    return "-".join(text[:100].lower().strip(" \n\t'\"`.").split())


def _explanation(match: Match, *same: Match, stack: str | None) -> Explanation:
    known = [catalogue.failure(id_) for id_ in match.failures]
    failure = known[0] if known else None
    return Explanation(
        match=match,
        title=_title(match, failure),
        failure=failure,
        others=tuple(known[1:]),
        statuses=_statuses(match),
        also=tuple(url for url in dict.fromkeys(one.url for one in same) if url),
        remarks=tuple(_remarks(match)),
        fix=_fix(match, failure, stack) if failure else None,
        next=_check_line(match),
        certain=match.certain,
    )


def _title(match: Match, failure: Failure | None) -> str:
    if _is_guess(match):
        return "The line is cut off, and can mean several things"
    if failure is None or (not match.certain and match.message.title):
        return match.message.title
    return failure.title if match.certain else f"Perhaps: {failure.title}"


def _is_guess(match: Match) -> bool:
    """Tell whether a line is cut off within words that several messages begin with."""
    about = match.message
    return not (match.complete or match.certain or about.vague or about.needs_status)


def _statuses(match: Match) -> tuple[PreflightStatus, ...]:
    open_status = match.preflight and match.status is None and "preflight-404" in match.failures
    return catalogue.statuses(match.failures) if open_status else ()


def _fix(match: Match, failure: Failure, stack: str | None) -> Fix | None:
    if match.header and match.header.lower().startswith("access-control-"):
        return None  # the script is what has to change
    if failure.id == "redirect-cross-origin" and _LOGIN.search(match.url or ""):
        return None  # no header of one's own can change a login page
    return catalogue.fix(
        failure.id,
        stack or "http",
        preflight=match.preflight,
        origin=match.origin,
        method=match.method if match.method != "OPTIONS" else None,
        header=match.header if match.complete else None,
        url=match.url,
    )


def _remarks(match: Match) -> Iterator[str]:
    if match.language:
        yield f"This is Firefox's message in {match.language}."
    if _is_guess(match):
        yield "Copy the whole line: the words that are missing tell which it is."
        return
    if not match.complete and not match.message.vague:
        yield "The line is cut off; what is left of it fits this message."
    if match.status == "null":
        yield "Status (null) means that no answer came back at all. CORS is not at fault."
    elif match.status and match.status.startswith("5"):
        yield (
            f"Status {match.status}: the server, or something in front of it, failed. CORS is not "
            "at fault; look in the server's log."
        )
    elif match.status and match.failures[:1] == ("error-without-cors",):
        reason = _REASONS.get(match.status, "the server refused the request")
        yield f"Status {match.status}: {reason}. Solve that first; the CORS message only hides it."
    if match.failures[:1] == ("preflight-redirect",):
        yield (
            "Often it is enough to call the URL that the server redirects to, which is `Location` "
            "in the Network panel: https instead of http, or the trailing slash."
        )
    if match.redirected_from and match.url:
        yield (
            "The request was redirected on the way, and the last URL is the one that failed. If "
            "that is a login page, let the API answer 401 instead of redirecting, and let the page "
            "go to the login itself (`location.href = ...`)."
        )
    if match.message.meaning and not (match.message.needs_status and match.status):
        yield match.message.meaning
    yield from _about_names(match)


def _about_names(match: Match) -> Iterator[str]:
    """Yield what there is to know about this header, method or origin."""
    if match.header and match.header.lower().startswith("access-control-"):
        yield (
            f"{match.header} is a response header, but your script sets it on the request. Remove "
            "that line from the script, and this message goes away."
        )
    elif match.header and match.header.lower() == "authorization":
        yield "`*` does not cover Authorization: list it by name."
    if match.method and match.method != match.method.upper():
        upper = match.method.upper()
        yield f"Browsers do not change {match.method} to {upper}. Write {upper} in the script."
    if match.origin == "null":
        yield (
            "The origin is null: the page is a file, a sandboxed frame or a data: URL, or the "
            "request was redirected from one foreign origin to another."
        )


def _check_line(match: Match) -> str:
    """Return the `cors-wsgi check` line that looks at the same request.

    `URL` and `ORIGIN` take the place of what the message does not say.
    """
    about = match.message
    if about.id and not match.failures and not about.follows:
        return ""
    words = ["cors-wsgi", "check", _http(match.redirected_from or match.url) or "URL"]
    words += ["--origin", _origin(match.origin) or "ORIGIN"]
    method = match.method if match.method != "OPTIONS" else None
    if method or (match.preflight and not match.header):
        words += ["--method", method or "PUT"]
    if match.header and match.complete and match.failures[:1] == ("header-missing",):
        value = _HEADER_VALUES.get(match.header.lower(), "1")
        words += ["--header", f"{match.header}: {value}"]
    elif match.preflight and method in SAFELISTED_METHODS:  # alone, it would need no preflight
        words += ["--header", _PREFLIGHTED["POST" if method == "POST" else "GET"]]
    if set(match.failures) & _WITH_CREDENTIALS:
        words.append("--credentials")
    return shlex.join(words)


def _http(url: str | None) -> str | None:
    """Return a URL that a command can be given; `None` for one that is cut off or no URL."""
    if url is None or not re.fullmatch(r"https?://[^\s\"'<>\\^`{|}…]+", url):
        return None
    try:
        return url if urlsplit(url).hostname else None
    except ValueError:
        return None


def _origin(origin: str | None) -> str | None:
    """Return an origin that a command can be given; `None` for what is none."""
    found = re.fullmatch(r"(null|[a-z][a-z0-9+.-]*://[^\s\"'<>\\^`{|}…*/]+)/?", origin or "")
    return found[1] if found else None


def as_json(explanations: list[Explanation]) -> dict[str, Any]:
    """Return explanations as JSON that follows `explain.schema.json`.

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
        "language": match.language,
        "complete": match.complete,
        "certain": one.certain,
        "request": request,
        "failure": one.failure.id if one.failure else None,
        "title": one.title,
        "is_cors": bool(one.failure and one.failure.is_cors and not _failed(match)),
        "meaning": one.failure.meaning if one.failure else match.message.meaning,
        "not_meaning": one.failure.not_meaning if one.failure else None,
        "remarks": list(one.remarks),
        "causes": list(one.failure.causes) if one.failure else [],
        "also": list(one.also),
        "others": [other.id for other in one.others],
        "statuses": [
            {name: getattr(row, name) for name in ("status", "failure", "cause", "fix")}
            for row in one.statuses
        ],
        "fix": {name: getattr(one.fix, name) for name in ("stack", "where", "text", "code")}
        if one.fix
        else None,
        "next": one.next or None,
        "see": [link for link in (match.message.mdn, one.failure and one.failure.standard) if link],
    }


def _failed(match: Match) -> bool:
    return match.status == "null" or (match.status or "").startswith("5")
