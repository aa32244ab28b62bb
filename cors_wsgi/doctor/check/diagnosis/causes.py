"""Why it fails: the cause of each failure, in a sentence or two, from what was seen."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cors_wsgi.browser import HTTPResponse, NetworkError
from cors_wsgi.doctor.check.diagnosis import preflights
from cors_wsgi.doctor.check.diagnosis.failed import failed_response
from cors_wsgi.doctor.check.diagnosis.failure import UNREACHED
from cors_wsgi.doctor.check.diagnosis.layers import author, challenger
from cors_wsgi.doctor.check.diagnosis.login import login_url
from cors_wsgi.doctor.check.diagnosis.no_answer import demands_tls, no_answer
from cors_wsgi.doctor.check.diagnosis.origin import (
    duplicate,
    origin_absent,
    origin_invalid,
    origin_unset,
    origin_value,
)
from cors_wsgi.doctor.check.diagnosis.redirects import final_url, is_downgrade, plain_http_url
from cors_wsgi.doctor.check.diagnosis.refusals import is_csrf, quoted
from cors_wsgi.doctor.responses import cache_sign, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cors_wsgi.doctor.check.probe import Seen


def cause(seen: Seen, failure: str) -> str:
    """Return the cause of a failure, as exactly as it can be told."""
    if demands_tls(failed_response(seen)):
        return "The scheme is wrong: this port speaks https, and the server answers only to say so."
    return _CAUSES[failure](seen)


def untried_cause(seen: Seen) -> str:
    """Return why nothing can be told of a request that was not sent."""
    method = seen.target.method
    passed = "The preflight passes. " if seen.preflight is not None else ""
    got = seen.actual
    status = f"got {got.status}" if isinstance(got, HTTPResponse) else "got no answer"
    return (
        f"{passed}Only the {method} itself can tell, and it was not sent because it may change "
        f"things. GET was tried in its place and {status}, which says nothing about {method}."
    )


def _evidence(seen: Seen) -> str:
    return seen.outcome.reason if isinstance(seen.outcome, NetworkError) else ""


def _unparsable(seen: Seen) -> str:
    outcome = seen.outcome
    evidence = outcome.evidence if isinstance(outcome, NetworkError) else None
    if evidence is None:
        return ""
    return (
        f"{evidence.header} is {evidence.value!r}, which browsers cannot read: it takes names with "
        "commas between them, without quotes, brackets or blanks."
    )


def _method_missing(seen: Seen) -> str:
    outcome = seen.outcome
    method = outcome.request.method
    if refused := _refused_list(seen, f"methods lacks {method}"):
        return refused
    if isinstance(outcome, NetworkError) and outcome.evidence.wanted == method:
        listed = {name.strip(" \t") for name in (outcome.evidence.value or "").split(",")}
        if method != method.upper() and method.upper() in listed:
            return (
                f"The script says {method!r}, and case counts: browsers send it as it is, and the "
                f"list has {method.upper()}."
            )
        if method.lower() in listed:
            return f"The list has {method.lower()!r}, and case counts: write {method}."
    return _evidence(seen)


def _header_missing(seen: Seen) -> str:
    asked = _of_request(seen, "access-control-request-headers")
    if refused := _refused_list(seen, f"headers lacks {asked.replace(',', ', ')}"):
        return refused
    return f"{_evidence(seen)}{_near_header(seen)}"


def _near_header(seen: Seen) -> str:
    """Return a listed name that is nearly the one that is missing, in a sentence."""
    evidence = seen.outcome.evidence if isinstance(seen.outcome, NetworkError) else None
    if evidence is None or not evidence.value or not evidence.wanted:
        return ""
    listed = {name.strip(" \t").lower(): name.strip(" \t") for name in evidence.value.split(",")}
    near = difflib.get_close_matches(evidence.wanted.lower(), listed, n=1, cutoff=0.85)
    return f" {listed[near[0]]} is another header." if near else ""


def _refused_list(seen: Seen, lacks: str) -> str | None:
    """Return a method or a header that a CORS layer refuses with an error status."""
    response = failed_response(seen)
    if response is None or response.status < 400:
        return None
    return (
        f"A CORS layer answers {response.status} to this preflight because its list of {lacks}."
        f"{quoted(response)}"
    )


def _of_request(seen: Seen, name: str) -> str:
    """Return a header of the request that failed; empty if it has none."""
    headers = seen.outcome.exchanges[-1].request.headers if seen.outcome.exchanges else ()
    return next((value for one, value in headers if one.lower() == name), "")


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
    others = any(value(answer, name) is not None for answer in seen.responses)
    have = " Other answers have them." if others else ""
    return f"{said}{have} {_error_itself(response)}" if response else said


def _error_itself(response: HTTPResponse) -> str:
    """Return what is known of an error, and what to do about it first."""
    status = response.status
    if status in UNREACHED:
        return preflights.cannot_reach(response)
    writer = author(response)
    by = f"{writer.title} itself" if writer and writer.role in {"edge", "proxy"} else ""
    if is_csrf(response):
        return "It speaks of CSRF: the token, or the page's origin, is not trusted there."
    if status in {401, 403} and not by:
        return (
            "If it wants a login, give one with -H 'Authorization: ...', or with -H 'Cookie: ...' "
            "and --credentials, to see the answer behind it."
        )
    if status in {404, 410}:
        return "See that the URL is right."
    if status == 413:
        return f"The body is larger than {by or 'the server'} allows."
    ruled = by and status < 500
    return f"{by} answers so: see its rules." if ruled else f"Fix the {status} first."


def _redirected(seen: Seen) -> str:
    hop = seen.outcome.hop
    login = login_url(seen)
    if login is not None:
        return (
            f"The request is redirected to a login page, {login}: the visitor is not logged in, "
            "and a page's `fetch` cannot show that page."
        )
    if len(hop.urls) > 1:
        origin = "null" if hop.is_tainted else hop.request.origin
        return (
            f"The request was redirected to {hop.url}, which does not allow the origin {origin!r} "
            "that the browser sends there."
        )
    if is_downgrade(seen):
        return preflights.downgrade(seen)
    return f"The redirect to {final_url(seen)} has no CORS headers itself: call that URL."


def _loop(seen: Seen) -> str:
    urls = list(dict.fromkeys(seen.outcome.hop.urls))
    if len(urls) == 1:
        return f"{urls[0]} redirects to itself, without end."
    return f"The redirects never end: {urls[0]} leads to {urls[1]}, and on from there."


def _limited(seen: Seen) -> str:
    response = failed_response(seen)
    writer = author(response) if response else None
    wait = value(response, "retry-after")
    after = ""
    if wait and (wait.isdigit() or wait.endswith(" GMT")):
        how_long = f"{wait} s" if wait.isdigit() else f"until {wait}"
        after = f" It says to wait {how_long} (Retry-After)."
    if response is not None and response.status == 503:
        return (
            "nginx itself answers 503: `limit_req` or `limit_conn` refuses, or a `return 503` is "
            f"there. For an application that is down it would say 502 or 504.{after}"
        )
    who = f"{writer.title}'s" if writer else "A"
    return f"{who} rate limit answers 429, without CORS headers.{after}"


def _challenged(seen: Seen) -> str:
    response = failed_response(seen)
    who = challenger(response) if response else None
    return (
        f"{who} answers with a challenge for browsers, not the application. A browser that has "
        "solved it on this host may be let through where this command is not."
    )


def _lost(seen: Seen) -> str:
    response = failed_response(seen)
    direct = seen.direct.exchanges[-1].response if seen.direct else None
    own = direct if isinstance(direct, HTTPResponse) else None
    found = value(response, "access-control-allow-origin")
    gone = f"is {found!r} here" if found is not None else "is gone here"
    said = f"The application allows the page, and Access-Control-Allow-Origin {gone}"
    for name in ("X-Accel-Redirect", "X-Sendfile"):
        if value(own, name.lower()) is not None:
            return (
                f"{said}: it answers with {name}, and the proxy sends the file with headers of its "
                "own."
            )
    return (
        f"{said}: something in front of it takes the header away, hands no Origin on, or answers "
        "in its place."
    )


def _poisoned(seen: Seen) -> str:
    sign = cache_sign(failed_response(seen))
    shown = f" ({sign})" if sign else ""
    why = "The answers that it keeps lack Vary: Origin."
    if "origin" in (value(failed_response(seen), "vary") or "").lower():
        why = "They have Vary: Origin, and this cache does not keep to it."
    return (
        f"A cache answers with what was made for another page{shown}: the same URL with a fresh "
        f"query is right. {why}"
    )


def _bodyless(seen: Seen) -> str:  # noqa: ARG001 - a row of the table
    return (
        "The application answers 204 at its own address, and what is in front waits for a body "
        "that never comes. Answer 200 with Content-Length: 0."
    )


def _mixed(seen: Seen) -> str:
    url = plain_http_url(seen)
    if url != seen.outcome.hop.urls[0]:
        return (
            f"The page is https, and the request is redirected to {url}, which is plain http: "
            "browsers do not follow it."
        )
    return f"The page is https and {url} is plain http: browsers do not send this."


def _port(seen: Seen) -> str:
    port = urlsplit(seen.target.url).port
    return (
        f"Port {port} belongs to another protocol, and browsers do not open it. Nothing was sent."
    )


_CAUSES: Final[dict[str, Callable[[Seen], str]]] = {
    "preflight-405": preflights.no_route,
    "preflight-404": preflights.not_found,
    "preflight-auth": preflights.auth,
    "preflight-5xx": preflights.server_error,
    "preflight-redirect": preflights.redirect,
    "preflight-html-200": preflights.page,
    "preflight-no-answer": no_answer,
    "preflight-blocked-by-proxy": preflights.blocked_by_proxy,
    "preflight-status": preflights.other_status,
    "preflight-cached-stale": preflights.stale,
    "origin-missing": origin_absent,
    "origin-mismatch": origin_value,
    "origin-invalid": origin_invalid,
    "origin-duplicate": duplicate,
    "origin-undefined": origin_unset,
    "origin-wildcard-credentials": _evidence,
    "credentials-missing": _evidence,
    "method-missing": _method_missing,
    "header-missing": _header_missing,
    "list-unparsable": _unparsable,
    "error-without-cors": _error_hidden,
    "redirect-cross-origin": _redirected,
    "redirect-loop": _loop,
    "cache-poisoned": _poisoned,
    "content-length-204": _bodyless,
    "mixed-content": _mixed,
    "port-blocked": _port,
    "rate-limited": _limited,
    "bot-challenge": _challenged,
    "lost-at-proxy": _lost,
}
