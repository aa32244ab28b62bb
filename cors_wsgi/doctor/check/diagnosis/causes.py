"""Why it fails: the cause of each failure, in a sentence or two, from what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cors_wsgi.browser import HTTPResponse, NetworkError, NoAnswer
from cors_wsgi.doctor.check.diagnosis import preflights
from cors_wsgi.doctor.check.diagnosis.failed import cache_sign, failed_response
from cors_wsgi.doctor.check.diagnosis.layers import author, challenger
from cors_wsgi.doctor.check.diagnosis.login import login_url
from cors_wsgi.doctor.check.diagnosis.origin import (
    duplicate,
    origin_absent,
    origin_invalid,
    origin_unset,
    origin_value,
)
from cors_wsgi.doctor.check.diagnosis.refusals import quoted
from cors_wsgi.doctor.responses import value
from cors_wsgi.doctor.transport.failure import ConnectionFailure, connection_failure, detail_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cors_wsgi.doctor.check.probe import Seen


def cause(seen: Seen, failure: str) -> str:
    """Return the cause of a failure, as exactly as it can be told."""
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


def _no_answer(seen: Seen) -> str:
    answer = seen.outcome.exchanges[-1].response
    reason = (
        connection_failure(answer) if isinstance(answer, NoAnswer) else ConnectionFailure.CLOSED
    )
    dropped = reason in {ConnectionFailure.TIMEOUT, ConnectionFailure.CLOSED}
    if seen.probed("get") is not None and dropped:
        return f"Something, perhaps a firewall, drops OPTIONS: {preflights.get_answers(seen)}."
    scheme = seen.probe("scheme")
    if scheme is not None and scheme.response is not None:
        return f"The scheme is wrong: {urlsplit(scheme.request.url).scheme} answers on this port."
    detail = detail_of(answer) if isinstance(answer, NoAnswer) else ""
    said = f" ({detail})" if detail else ""
    host = f" of {urlsplit(seen.outcome.hop.url).hostname}" if reason is _NAME else ""
    what = reason.value[0].upper() + reason.value[1:]
    return f"{what}{host}{said}. {_hint(reason, detail)}"


def _hint(reason: ConnectionFailure, detail: str) -> str:
    if reason is ConnectionFailure.TLS and "CERTIFICATE_VERIFY_FAILED" in detail:
        return (
            "This machine does not trust the certificate. For a development certificate, give the "
            "authority that signed it with --cafile."
        )
    if reason is ConnectionFailure.TLS and "WRONG_VERSION_NUMBER" in detail:
        return "This port does not speak TLS: the URL may have to begin with http."
    return _CONNECTION_HINTS[reason]


_NAME: Final = ConnectionFailure.NAME
_CONNECTION_HINTS: Final = {
    ConnectionFailure.NAME: "See that the host name is right.",
    ConnectionFailure.REFUSED: "See that the server is up, and on which port.",
    ConnectionFailure.UNREACHABLE: "See that the server is up and that you can reach its network.",
    ConnectionFailure.TLS: "See the server's certificate and the versions of TLS that it speaks.",
    ConnectionFailure.TIMEOUT: "See that the server is up, or allow more time with --timeout.",
    ConnectionFailure.CLOSED: "See the server's log, or whether this port speaks https.",
    ConnectionFailure.NOT_HTTP: (
        "Something else listens on this port, or it speaks https, or the server sends malformed "
        "headers."
    ),
    ConnectionFailure.PORT: "Use another port.",
}


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
    return _evidence(seen)


def _header_missing(seen: Seen) -> str:
    asked = _of_request(seen, "access-control-request-headers")
    return _refused_list(seen, f"headers lacks {asked.replace(',', ', ')}") or _evidence(seen)


def _refused_list(seen: Seen, lacks: str) -> str | None:
    """A method or a header that a CORS layer refuses with an error status."""
    response = failed_response(seen)
    if response is None or response.status < 400:
        return None
    return (
        f"A CORS layer answers {response.status} to this preflight because its list of {lacks}."
        f"{quoted(response)}"
    )


def _of_request(seen: Seen, name: str) -> str:
    """A header of the request that failed; empty if it has none."""
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
    if any(value(answer, name) is not None for answer in seen.responses):
        return f"{said} Other answers have them. Fix the {status} first."
    if status in {401, 403}:
        return (
            f"{said} No other answer had them either. To see one with a login, give it with "
            "-H 'Authorization: ...', or -H 'Cookie: ...' and --credentials."
        )
    return f"{said} Fix the {status} first."


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
    location = value(failed_response(seen), "location")
    return f"The redirect to {location} has no CORS headers itself: call that URL."


def _loop(seen: Seen) -> str:
    urls = list(dict.fromkeys(seen.outcome.hop.urls))
    if len(urls) == 1:
        return f"{urls[0]} redirects to itself, without end."
    return f"The redirects never end: {urls[0]} leads to {urls[1]}, and on from there."


def _limited(seen: Seen) -> str:
    response = failed_response(seen)
    writer = author(response) if response else None
    wait = value(response, "retry-after")
    after = f" It says to wait {wait} s (Retry-After)." if wait and wait.isdigit() else ""
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
    return f"{said}: something in front of it takes the header away or answers in its place."


def _poisoned(seen: Seen) -> str:
    sign = cache_sign(failed_response(seen))
    shown = f" ({sign})" if sign else ""
    return (
        f"A cache answers with what was made for another page{shown}: the same URL with a fresh "
        "query is right. The answers that depend on the origin lack Vary: Origin."
    )


def _bodyless(seen: Seen) -> str:  # noqa: ARG001 - a row of the table
    return (
        "The application answers 204 at its own address, and what is in front waits for a body "
        "that never comes. Answer 200 with Content-Length: 0."
    )


def _mixed(seen: Seen) -> str:
    return f"The page is https and {seen.target.url} is plain http: browsers do not send this."


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
    "preflight-no-answer": _no_answer,
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
