"""Why it fails: the cause of each failure, in a sentence or two, from what was seen."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from cors_wsgi.browser import NetworkError, NoAnswer
from cors_wsgi.doctor.check.diagnosis.failure import (
    blocker,
    cache_sign,
    failed_preflight,
    failed_response,
    value,
)
from cors_wsgi.doctor.check.diagnosis.layers import author
from cors_wsgi.doctor.check.diagnosis.origin import (
    duplicate,
    origin_absent,
    origin_invalid,
    origin_value,
)
from cors_wsgi.doctor.transport.trouble import Trouble, detail_of, trouble_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cors_wsgi.doctor.check.probe import Seen

_LOGIN: Final = re.compile(r"log-?_?in|sign-?_?in|sso|oauth|/auth|saml", re.IGNORECASE)
_PASSWORD_FIELD: Final = re.compile(rb"<input[^>]*type=[\"']?password", re.IGNORECASE)
_TITLE: Final = re.compile(rb"<title[^>]*>\s*([^<]{1,80})", re.IGNORECASE)


def cause(seen: Seen, failure: str) -> str:
    """The cause of a failure, as exactly as it can be told."""
    return _CAUSES[failure](seen)


def _get_status(seen: Seen) -> int | None:
    response = seen.probed("get")
    return response.status if response else None


def _works_without_preflight(seen: Seen) -> str:
    status = _get_status(seen)
    return f"GET of the same URL answers {status}" if status else "GET got no answer either"


def _slash_hint(seen: Seen) -> str:
    slash = seen.probe("slash")
    if slash and slash.passes:
        return f" With the other spelling it would pass: call {slash.request.url}."
    return ""


def _no_route_for_options(seen: Seen) -> str:
    allow = value(failed_preflight(seen), "allow")
    listed = f" (it allows {allow})" if allow else ""
    return (
        f"The route knows only its own methods{listed}: {_works_without_preflight(seen)}, and "
        f"nothing answers preflights before routing.{_slash_hint(seen)}"
    )


def _not_found(seen: Seen) -> str:
    status = _get_status(seen)
    if status in {404, 410}:
        return f"The path itself is missing: GET answers {status} too.{_slash_hint(seen)}"
    return (
        f"The path exists ({_works_without_preflight(seen)}), but no route takes OPTIONS, and "
        f"nothing answers preflights before routing.{_slash_hint(seen)}"
    )


def _auth(seen: Seen) -> str:
    response, status = failed_preflight(seen), _get_status(seen)
    challenge = value(response, "www-authenticate")
    if response is not None and re.search(rb"csrf", response.body, re.IGNORECASE):
        return "CSRF protection refuses the preflight before CORS is asked."
    writer = author(response) if response else None
    if writer and writer.role == "proxy" and response and response.status == status == 403:
        return f"{writer.title} itself refuses every request here, OPTIONS included: see its rules."
    asks = f" It asks for {challenge.split(' ')[0]}." if challenge else ""
    elsewhere = seen.probed("elsewhere")
    if response and elsewhere and elsewhere.status == response.status:
        return (
            "An authentication hook answers every path under this one before CORS is asked, "
            f"and a preflight never carries a login.{asks}"
        )
    if status in {401, 403}:
        return (
            f"A login is demanded for every method ({_works_without_preflight(seen)}), "
            f"and a preflight never carries one.{asks}"
        )
    return (
        f"OPTIONS is refused while {_works_without_preflight(seen)}: an authentication check runs "
        f"before CORS, and a preflight never carries a login.{asks}"
    )


def _server_error(seen: Seen) -> str:
    response, status = failed_preflight(seen), _get_status(seen)
    if seen.raised:
        return f"The application raised {seen.raised} while it answered."
    if response is not None and response.status in {502, 503, 504}:
        writer = author(response)
        who = writer.title if writer else "What stands in front"
        return f"{who} has no application to talk to ({response.status}): see that it is up."
    if status is not None and status >= 500:
        return f"The service itself fails: GET answers {status} too. This is no CORS problem."
    return (
        f"A handler runs on the preflight and fails, for want of a body or a user: "
        f"{_works_without_preflight(seen)}."
    )


def _redirect(seen: Seen) -> str:
    location = value(failed_preflight(seen), "location") or ""
    here, there = urlsplit(seen.target.url), urlsplit(urljoin(seen.target.url, location))
    if _LOGIN.search(there.path) or _LOGIN.search(there.netloc):
        return f"The preflight is sent to a login page, {there.geturl()}: a login check runs first."
    if here.netloc.partition(":")[0] == there.netloc.partition(":")[0]:
        if here.scheme != there.scheme and here.path == there.path:
            return f"The server moves {here.scheme} to {there.scheme}: call {there.geturl()}."
        if here.path.rstrip("/") == there.path.rstrip("/"):
            return f"The slash at the end is what the redirect is about: call {there.geturl()}."
        if there.path.endswith(here.path):
            return f"The redirect puts a prefix before the path: call {there.geturl()}."
    return f"The address has moved: call {there.geturl()}."


def _page(seen: Seen) -> str:
    response = failed_preflight(seen)
    body = response.body if response else b""
    title = _TITLE.search(body)
    named = f" ({html.unescape(title[1].decode(errors='replace')).strip()})" if title else ""
    if _PASSWORD_FIELD.search(body):
        return f"A login page{named} answers the preflight with 200: a login check runs first."
    elsewhere = seen.probed("elsewhere")
    if elsewhere is not None and elsewhere.body == body:
        return (
            f"A catch-all page{named} answers every path, this one included: the request does not "
            "reach the API, or nothing there answers preflights."
        )
    return f"A page{named} answers the preflight, not the API: no route takes OPTIONS here."


def _no_answer(seen: Seen) -> str:
    answer = seen.outcome.exchanges[-1].response
    trouble = trouble_of(answer) if isinstance(answer, NoAnswer) else Trouble.CLOSED
    if seen.probed("get") is not None and trouble in {Trouble.TIMEOUT, Trouble.CLOSED}:
        return f"Something drops OPTIONS, a firewall say: {_works_without_preflight(seen)}."
    scheme = seen.probe("scheme")
    if scheme is not None and scheme.response is not None:
        return f"The scheme is wrong: {urlsplit(scheme.request.url).scheme} answers on this port."
    detail = detail_of(answer) if isinstance(answer, NoAnswer) else ""
    said = f" ({detail})" if detail else ""
    what = trouble.value[0].upper() + trouble.value[1:]
    return f"{what}{said}. {_TROUBLE_HINTS[trouble]}"


_TROUBLE_HINTS: Final = {
    Trouble.NAME: "See that the host name is right.",
    Trouble.REFUSED: "See that the server is up, and on which port.",
    Trouble.UNREACHABLE: "See that the server is up and that you can reach its network.",
    Trouble.TLS: "See the certificate, or whether this port speaks plain http.",
    Trouble.TIMEOUT: "See that the server is up, or allow more with --timeout.",
    Trouble.CLOSED: "See the server's log, or whether this port speaks https.",
    Trouble.NOT_HTTP: "Something else listens on this port, or it speaks https.",
}


def _proxy(seen: Seen) -> str:
    layer = blocker(seen)
    if layer is not None:
        return (
            f"{layer.title} answers OPTIONS itself; the application never sees it: "
            f"{_works_without_preflight(seen)}."
        )
    return (
        "The application answers the preflight well at its own address; what is in front does not."
    )


def _evidence(seen: Seen) -> str:
    return seen.outcome.reason if isinstance(seen.outcome, NetworkError) else ""


def _error_hidden(seen: Seen) -> str:
    response = failed_response(seen)
    status = response.status if response else 0
    said = (
        f"The request itself fails with {status}, and the error has no CORS headers, so the "
        "browser reports CORS instead of it."
    )
    if seen.raised:
        return f"{said} The application raised {seen.raised}."
    name = "access-control-allow-origin"
    if any(value(answer, name) is not None for answer in seen.responses):
        return f"{said} Other answers have them. Fix the {status} first."
    if status in {401, 403}:
        return (
            f"{said} Nor has any other answer that was seen: to see one of a login, give it with "
            "-H 'Authorization: ...', or -H 'Cookie: ...' and --credentials."
        )
    return f"{said} Fix the {status} first."


def _redirected(seen: Seen) -> str:
    hop = seen.outcome.hop
    response = failed_response(seen)
    if len(hop.urls) > 1:
        origin = "null" if hop.is_tainted else hop.request.origin
        return (
            f"The request was redirected to {hop.url}, which does not allow the origin {origin!r} "
            "that the browser sends there."
        )
    location = value(response, "location")
    return f"The redirect to {location} has no CORS headers itself: call that URL."


def _poisoned(seen: Seen) -> str:
    sign = cache_sign(failed_response(seen))
    shown = f" ({sign})" if sign else ""
    return (
        f"A cache answers with what was made for another page{shown}: the same URL with a fresh "
        "query is right. The answers that depend on the origin lack Vary: Origin."
    )


def _stale(seen: Seen) -> str:
    sign = cache_sign(failed_preflight(seen))
    return f"A cache answers OPTIONS ({sign}); an address that it has not seen passes. Purge it."


def _bodyless(seen: Seen) -> str:  # noqa: ARG001 - a row of the table
    return (
        "The application answers 204 at its own address, and what stands in front waits for a body "
        "that never comes. Answer 200 with Content-Length: 0."
    )


def _mixed(seen: Seen) -> str:
    return f"The page is https and {seen.target.url} is plain http: browsers do not send this."


def _other_status(seen: Seen) -> str:
    response = failed_preflight(seen)
    return (
        f"Something that expects a real request answered the preflight {response.status}; only 200 "
        f"to 299 pass. {_works_without_preflight(seen)}."
        if response
        else ""
    )


_CAUSES: Final[dict[str, Callable[[Seen], str]]] = {
    "preflight-405": _no_route_for_options,
    "preflight-404": _not_found,
    "preflight-auth": _auth,
    "preflight-5xx": _server_error,
    "preflight-redirect": _redirect,
    "preflight-html-200": _page,
    "preflight-no-answer": _no_answer,
    "preflight-blocked-by-proxy": _proxy,
    "preflight-status": _other_status,
    "preflight-cached-stale": _stale,
    "origin-missing": origin_absent,
    "origin-mismatch": origin_value,
    "origin-invalid": origin_invalid,
    "origin-duplicate": duplicate,
    "origin-undefined": origin_value,
    "origin-wildcard-credentials": _evidence,
    "credentials-missing": _evidence,
    "method-missing": _evidence,
    "header-missing": _evidence,
    "list-unparsable": _evidence,
    "error-without-cors": _error_hidden,
    "redirect-cross-origin": _redirected,
    "cache-poisoned": _poisoned,
    "content-length-204": _bodyless,
    "mixed-content": _mixed,
}
