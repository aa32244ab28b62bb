"""A CORS layer that refuses with an error status, which is neither a login nor a crash.

Spring, Tomcat's CorsFilter, aiohttp-cors, Starlette, S3, Azure Blob Storage and Express's usual
allow-list function do that. It shows in their words, in a preflight for GET that passes, in the
same GET, which is refused with `Origin` and passes without, and in an OPTIONS that is no preflight
and is not refused: no login check tells one from the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cors_wsgi._fetch_standard import SAFELISTED_METHODS
from cors_wsgi.doctor.check.diagnosis.failed import failed_preflight, failed_response

if TYPE_CHECKING:
    from cors_wsgi.browser import HTTPResponse
    from cors_wsgi.doctor.check.probe import Seen

_STATUSES: Final = frozenset({400, 401, 403, 406, 409, 412, 422, 500})
_READ: Final = 4096
_QUOTED: Final = 160
_EXACT: Final = (
    # Starlette
    (re.compile(rb"\ADisallowed CORS [a-z, ]*origin"), "origin-missing"),
    (re.compile(rb"\ADisallowed CORS [a-z, ]*method"), "method-missing"),
    (re.compile(rb"\ADisallowed CORS [a-z, ]*headers"), "header-missing"),
    # aiohttp-cors
    (re.compile(rb"\ACORS preflight request failed: origin"), "origin-missing"),
    (re.compile(rb"\ACORS preflight request failed: request method"), "method-missing"),
    (re.compile(rb"\ACORS preflight request failed: headers"), "header-missing"),
)
_ANY: Final = re.compile(
    rb"invalid cors request|not allowed by cors|cors is not enabled|cors not enabled|cors request"
    rb"|corspreflightfailure|cors preflight|disallowed cors"
    rb"|cors (?:policy|origin|error|reject|den|block|fail)[a-z]*"
    rb"|origin[^.<\n]{0,120}\bnot\b[^.<\n]{0,20}\b(?:allowed|accepted|permitted|trusted|valid)\b"
    rb"|not an (?:accepted|allowed) origin|(?:invalid|disallowed|forbidden|unknown) origin",
    re.IGNORECASE,
)
_OFF: Final = re.compile(rb"cors is not enabled", re.IGNORECASE)
_CSRF: Final = re.compile(
    rb"csrf|origin checking failed|the referr?er does not match the host|xsrf", re.IGNORECASE
)
_STRINGS: Final = re.compile(r'"([^"\\]*)"')  # of JSON
_TAGS: Final = re.compile(r"<[^>]*>")
# What a login check, or a rule of a proxy, answers.
_LOGIN: Final = frozenset({401, 403, 407})


def refused_by_cors_layer(seen: Seen) -> str | None:
    """Return the id of what a CORS layer misses, if one refuses with an error status."""
    response = failed_response(seen)
    if response is None or response.status not in _STATUSES:
        return None
    if named := next((id_ for text, id_ in _EXACT if text.search(response.body)), None):
        return named
    if (
        speaks_of_cors(response)
        or refused_for_origin(seen)
        or _answers_preflights(seen)
        or _refuses_preflights_only(seen)
    ):
        return _what_is_missing(seen)
    return None


def speaks_of_cors(response: HTTPResponse) -> bool:
    """Return whether an error's text speaks of CORS or an origin, and not of CSRF."""
    return _ANY.search(response.body[:_READ]) is not None and not is_csrf(response)


def is_csrf(response: HTTPResponse) -> bool:
    """Return whether an error's text speaks of protection against CSRF."""
    return _CSRF.search(response.body[:_READ]) is not None


def is_off(response: HTTPResponse) -> bool:
    """Return whether a layer that knows CORS says that it is not set up."""
    return _OFF.search(response.body[:_READ]) is not None


def refused_for_origin(seen: Seen) -> bool:
    """Return whether the same GET is refused with `Origin` and passes without."""
    without = seen.probed("no-origin")
    refused = seen.probed("get") if failed_preflight(seen) else failed_response(seen)
    if without is None or refused is None:
        return False
    return without.status < 400 and refused.status in _STATUSES


def quoted(response: HTTPResponse) -> str:
    """Return what a CORS layer says when it refuses, as a sentence after a blank, or nothing."""
    if not speaks_of_cors(response):
        return ""
    text = response.body[:_READ].decode(errors="replace")
    strings = _STRINGS.findall(text) if text.lstrip()[:1] in {"{", "["} else ()
    lines = [*strings, *_TAGS.sub("\n", text).splitlines()]
    line = next((one for one in lines if _ANY.search(one.encode())), "")
    said = re.split(r"(?<=[a-z])\. ", line.strip())[0].removesuffix(".")[:_QUOTED]
    return f' It says "{said}".' if said else ""


def _refuses_preflights_only(seen: Seen) -> bool:
    """Return whether a preflight is refused and another OPTIONS is not."""
    response, bare = failed_preflight(seen), seen.probed("bare-options")
    if response is None or response.status not in {400, 403} or bare is None:
        return False
    return bare.status != response.status and bare.status < 500 and bare.status not in _LOGIN


def _answers_preflights(seen: Seen) -> bool:
    """Recognise a refusal of the method or the headers: a preflight for GET passes."""
    asking = seen.probe("plain-preflight")
    return failed_preflight(seen) is not None and asking is not None and asking.passes


def _what_is_missing(seen: Seen) -> str:
    if not _answers_preflights(seen):
        return "origin-missing"
    without_headers = seen.probe("no-headers")
    method = seen.outcome.request.method
    if method in SAFELISTED_METHODS or (without_headers and without_headers.passes):
        return "header-missing"
    return "method-missing"
