"""The fetch itself: a generator of HTTP requests that is sent HTTP responses.

It follows main fetch, HTTP fetch and HTTP-redirect fetch (https://fetch.spec.whatwg.org/#fetching).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from cors_wsgi.browser import _check, _lists, _preflight, _redirect, _standard
from cors_wsgi.browser._cache import PreflightCache
from cors_wsgi.browser._cookies import CookieStore, WithheldCookie
from cors_wsgi.browser._engines import STANDARD, Engine
from cors_wsgi.browser._hop import Hop, Tainting, first_hop
from cors_wsgi.browser._outcome import NetworkError, Outcome, filtered
from cors_wsgi.browser._steps import Failure, Step
from cors_wsgi.browser._wire import Exchange, HTTPRequest, HTTPResponse, NoAnswer, Request

Answer: TypeAlias = HTTPResponse | NoAnswer
Steps: TypeAlias = Generator[HTTPRequest, Answer, Outcome]
"""A fetch under way: yields requests, is sent answers, returns the outcome."""


@dataclass(slots=True)
class Browser:
    """What a browser keeps from one fetch to the next.

    Attributes:
        engine: Which engine it is; by default the standard itself.
        preflights: Its preflight cache.
        cookies: Its cookies.
    """

    engine: Engine = STANDARD
    preflights: PreflightCache = field(default_factory=PreflightCache)
    cookies: CookieStore = field(default_factory=CookieStore)


@dataclass(slots=True)
class _Run:
    """One fetch under way: what it may change, and what it has to show."""

    browser: Browser
    now: float
    exchanges: list[Exchange] = field(default_factory=list)
    withheld: list[WithheldCookie] = field(default_factory=list)


def fetch(request: Request, browser: Browser | None = None, *, now: float = 0.0) -> Steps:
    """Fetch as a browser does, without doing any I/O.

    Args:
        request: What script asks for, from `fetch_request` or `xhr_request`.
        browser: The browser, with its caches; a fresh one that follows the standard if None.
        now: The time in seconds, on any clock that the caller keeps using with this browser.

    Yields:
        Each HTTP request; send back the HTTPResponse, or NoAnswer.

    Returns:
        The filtered response, or the network error.
    """
    run = _Run(browser or Browser(), now)
    hop = first_hop(request, run.browser.engine)
    while True:
        result = yield from _fetch_hop(hop, run)
        if isinstance(result, Hop):
            hop = result
            continue
        return result


def _fetch_hop(hop: Hop, run: _Run) -> Generator[HTTPRequest, Answer, Outcome | Hop]:
    """Main fetch for the current URL (#concept-main-fetch, step 12)."""
    tainting = response_tainting(hop)
    if isinstance(tainting, Failure):
        return _network_error(hop, run, tainting)
    hop = replace(hop, tainting=tainting)
    engine, cache = run.browser.engine, run.browser.preflights
    reasons = _preflight.preflight_reasons(hop, engine) if tainting == "cors" else ()
    again = hop.was_preflighted and not reasons and engine.preflights_after_redirect
    if again:
        reasons = ("the request was preflighted before it was redirected",)
    hop = replace(hop, was_preflighted=bool(reasons))
    failure = None
    if again or (reasons and not cache.covers(hop, engine, run.now)):
        failure = yield from _preflight_fetch(hop, run, reasons)
    if failure is None:
        answer = yield from _exchange(actual_request(hop, run), run)
        if isinstance(answer, HTTPResponse):
            run.withheld += _stored_cookies(hop, answer, run)
        result = _judge(hop, answer, run)
        if not isinstance(result, Failure):
            return result
        failure = result
    if reasons and engine.forgets_on_failure:
        cache.forget(hop)
    return _network_error(hop, run, failure)


def response_tainting(hop: Hop) -> Tainting | Failure:
    """The response tainting for the current URL, or why there can be none."""
    if hop.target_origin == hop.request.origin and hop.tainting == "basic":
        return "basic"
    if hop.request.mode == "same-origin":
        return Failure(step=Step.SAME_ORIGIN_MODE, value=hop.target_origin, wanted=hop.origin)
    if hop.request.mode == "no-cors":
        if hop.request.redirect != "follow":
            return Failure(step=Step.OPAQUE_REDIRECT_MODE, wanted="redirect: 'follow'")
        return "opaque"
    return "cors"


def _preflight_fetch(
    hop: Hop, run: _Run, reasons: tuple[str, ...]
) -> Generator[HTTPRequest, Answer, Failure | None]:
    engine, cache = run.browser.engine, run.browser.preflights
    request = _preflight.preflight_request(hop, engine)
    answer = yield from _exchange(request, run, reasons=reasons)
    if isinstance(answer, NoAnswer):
        return Failure(step=Step.NO_ANSWER, preflight=True, value=answer.reason)
    failure = _preflight.check_preflight(hop, answer, engine)
    refused = {Step.METHOD_NOT_ALLOWED, Step.NON_WILDCARD_HEADER, Step.HEADER_NOT_ALLOWED}
    if failure is None or (engine.keeps_refused_answer and failure.step in refused):
        cache.remember(hop, answer, engine, run.now)
    return failure


def _exchange(
    request: HTTPRequest, run: _Run, *, reasons: tuple[str, ...] = ()
) -> Generator[HTTPRequest, Answer, Answer]:
    answer = yield request
    if isinstance(answer, HTTPResponse):
        headers = _lists.header_list(answer.headers)
        if run.browser.engine.drops_empty_lines:
            headers = _lists.without_idle_lines(headers)
        answer = replace(answer, headers=headers)
    run.exchanges.append(Exchange(request, answer, preflight=bool(reasons), reasons=reasons))
    return answer


def actual_request(hop: Hop, run: _Run) -> HTTPRequest:
    """The request itself (#concept-http-network-or-cache-fetch)."""
    headers = list(_lists.combined(_lists.without(hop.headers, hop.unsent)))
    if "accept" not in (name.lower() for name, _ in headers):
        headers.append(("Accept", "*/*"))
    origin = origin_header(hop)
    if origin is not None:
        headers.append(("Origin", origin))
    if hop.sends_credentials:
        cookie, withheld = run.browser.cookies.header(hop, run.now)
        run.withheld += withheld
        if cookie:
            headers.append(("Cookie", cookie))
    return HTTPRequest(hop.method, hop.url, tuple(headers), hop.body or b"")


def origin_header(hop: Hop) -> str | None:
    """The Origin header's value, or None (#append-a-request-origin-header).

    The referrer policy is the default one, strict-origin-when-cross-origin.
    """
    if hop.tainting == "cors":
        return hop.origin
    if hop.method in {"GET", "HEAD"}:
        return None
    downgrade = hop.request.origin.startswith("https:") and not hop.url.startswith("https:")
    return "null" if downgrade and hop.request.mode != "cors" else hop.origin


def _stored_cookies(hop: Hop, response: HTTPResponse, run: _Run) -> tuple[WithheldCookie, ...]:
    if not hop.sends_credentials:
        return ()
    return run.browser.cookies.store(hop, response, run.now)


def _judge(hop: Hop, answer: Answer, run: _Run) -> Outcome | Hop | Failure:
    """HTTP fetch after the response has come (#concept-http-fetch, steps 4.4 to 7)."""
    if isinstance(answer, NoAnswer):
        return Failure(step=Step.NO_ANSWER, value=answer.reason)
    failure = None
    if hop.tainting == "cors":
        failure = _check.cors_check(answer, hop.origin, include=hop.include)
    elif hop.tainting == "opaque":
        failure = _check.resource_policy_check(hop, answer)
    if failure is not None:
        return failure
    if answer.status in _standard.REDIRECT_STATUSES and hop.request.redirect != "manual":
        followed = _redirect.follow(hop, answer, run.browser.engine)
        if followed is not None:
            return followed
    return filtered(
        hop, answer, run.browser.engine, tuple(run.exchanges), tuple(dict.fromkeys(run.withheld))
    )


def _network_error(hop: Hop, run: _Run, failure: Failure) -> NetworkError:
    return NetworkError(
        request=hop.request,
        engine=run.browser.engine,
        hop=hop,
        exchanges=tuple(run.exchanges),
        withheld_cookies=tuple(dict.fromkeys(run.withheld)),
        evidence=failure,
    )
