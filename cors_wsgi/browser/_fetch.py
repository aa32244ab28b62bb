"""The fetch itself: a generator of HTTP requests that is sent HTTP responses.

It follows main fetch, HTTP fetch and HTTP-redirect fetch (https://fetch.spec.whatwg.org/#fetching).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from cors_wsgi.browser import _charset, _check, _lists, _preflight, _redirect, _standard, _urls
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

Send: TypeAlias = Callable[[HTTPRequest], Answer]
"""Carries one request and returns the answer; it must neither follow redirects nor merge lines."""


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
    state = _Run(browser or Browser(), now)
    hop = first_hop(request, state.browser.engine)
    if request.streams and state.browser.engine.streams == "refused":
        return _network_error(hop, state, Failure(step=Step.STREAM, wanted="a body in one piece"))
    while True:
        result = yield from _fetch_hop(hop, state)
        if isinstance(result, Hop):
            hop = result
            continue
        return result


def run(steps: Steps, send: Send) -> Outcome:
    """Run a fetch to its end.

    Args:
        steps: What `fetch` returned.
        send: What carries each request.

    Returns:
        The filtered response, or the network error.
    """
    try:
        request = next(steps)
        while True:
            request = steps.send(send(request))
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


def _fetch_hop(hop: Hop, run: _Run) -> Generator[HTTPRequest, Answer, Outcome | Hop]:
    """Perform main fetch for the current URL (#concept-main-fetch, step 12)."""
    tainting = response_tainting(hop)
    if not isinstance(tainting, Failure):  # engines look at the mode first
        tainting = _blocked(hop) or tainting
    if isinstance(tainting, Failure):
        return _network_error(hop, run, tainting)
    engine, cache = run.browser.engine, run.browser.preflights
    reasons = _preflight.preflight_reasons(hop, engine) if tainting == "cors" else ()
    hop = replace(hop, tainting=tainting, was_preflighted=bool(reasons))
    failure = None
    if reasons and not cache.covers(hop, engine, run.now):
        failure = yield from _preflight_fetch(hop, run, reasons)
    failure = failure or _judge_redirect_again(hop, run)
    result = failure or (yield from _actual_fetch(hop, run))
    if not isinstance(result, Failure):
        return result
    if engine.forgets_on_failure:
        cache.forget(hop)
    return _network_error(hop, run, result)


def _blocked(hop: Hop) -> Failure | None:
    """Say why nothing is sent to the current URL at all, if so (#concept-main-fetch, step 7)."""
    if _standard.is_blocked_port(_urls.port_of(hop.url)):
        return Failure(step=Step.BLOCKED_PORT, value=hop.url, wanted="another port")
    return None


def _actual_fetch(hop: Hop, run: _Run) -> Generator[HTTPRequest, Answer, Outcome | Hop | Failure]:
    if hop.request.streams and run.browser.engine.streams == "needs HTTP/2":
        return Failure(step=Step.STREAM, wanted="HTTP/2")
    answer = yield from _exchange(actual_request(hop, run), run)
    if isinstance(answer, HTTPResponse):
        run.withheld += _stored_cookies(hop, answer, run)
    return _judge(hop, answer, run)


def response_tainting(hop: Hop) -> Tainting | Failure:
    """Return the response tainting for the current URL, or why there can be none."""
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
    """Return the request itself (#concept-http-network-or-cache-fetch)."""
    engine = run.browser.engine
    headers = list(_lists.combined(hop.headers))
    if hop.request.text and engine.judges_charset_as_set:
        headers = list(_charset.rewritten(tuple(headers), engine))
    if "accept" not in (name.lower() for name, _ in headers):
        headers.append(("Accept", "*/*"))
    origin = origin_header(hop, engine)
    if origin is not None:
        headers.append(("Origin", origin))
    if hop.sends_credentials(engine):
        cookie, withheld = run.browser.cookies.header(hop, engine, run.now)
        run.withheld += withheld
        if cookie:
            headers.append(("Cookie", cookie))
    return HTTPRequest(
        hop.method, _urls.without_credentials(hop.url), tuple(headers), hop.body or b""
    )


def origin_header(hop: Hop, engine: Engine) -> str | None:
    """Return the Origin header's value, or None (#append-a-request-origin-header).

    The referrer policy is the default one, strict-origin-when-cross-origin.
    """
    if hop.tainting == "cors":
        return hop.origin
    method = hop.arrived_with if engine.keeps_origin_on_get else hop.method
    if method in {"GET", "HEAD"}:
        return None
    if engine.hides_origin_without_cors and len({*map(_urls.origin_of, hop.urls)}) > 1:
        return _urls.NULL_ORIGIN
    downgrade = hop.request.origin.startswith("https:") and not hop.url.startswith("https:")
    return "null" if downgrade and hop.request.mode != "cors" else hop.origin


def _stored_cookies(hop: Hop, response: HTTPResponse, run: _Run) -> tuple[WithheldCookie, ...]:
    if not hop.sends_credentials(run.browser.engine):
        return ()
    return run.browser.cookies.store(hop, response, run.browser.engine, run.now)


def _judge(hop: Hop, answer: Answer, run: _Run) -> Outcome | Hop | Failure:
    """Go on with HTTP fetch after the response has come (#concept-http-fetch, steps 4.4 to 7)."""
    if isinstance(answer, NoAnswer):
        return Failure(step=Step.NO_ANSWER, value=answer.reason)
    engine = run.browser.engine
    if answer.status == _standard.PROXY_AUTHENTICATION and engine.refuses_proxy_authentication:
        return Failure(step=Step.PROXY_AUTHENTICATION, value=str(answer.status))
    failure = _redirect.locations_differ(answer, engine)
    if failure is None and hop.tainting == "cors":
        failure = _check.cors_check(answer, hop.origin, include=hop.include)
    elif failure is None and hop.tainting == "opaque":
        failure = _check.resource_policy_check(hop, answer, engine)
    if failure is not None:
        return failure
    if _redirect.is_error(hop, answer, engine):
        return Failure(step=Step.REDIRECT_MODE_ERROR, value=str(answer.status))
    if hop.request.redirect == "follow" and _redirect.redirects(answer, engine):
        return _redirect.follow(hop, answer, engine)
    return filtered(hop, answer, engine, tuple(run.exchanges), tuple(dict.fromkeys(run.withheld)))


def _judge_redirect_again(hop: Hop, run: _Run) -> Failure | None:
    """Check the redirect that led here as if the credentials mode were `include`."""
    if (
        hop.redirected_by is None
        or not run.browser.engine.judges_redirects_with_credentials
        or hop.request.credentials != "same-origin"
        or hop.request.mode != "cors"
        or _urls.origin_of(hop.urls[0]) != hop.request.origin
        or all(_urls.origin_of(url) == hop.request.origin for url in hop.urls[:-1])
    ):
        return None
    before = replace(hop, urls=hop.urls[:-1])
    failure = _check.cors_check(hop.redirected_by, before.origin, include=True)
    return None if failure is None else replace(failure, response=hop.redirected_by)


def _network_error(hop: Hop, run: _Run, failure: Failure) -> NetworkError:
    return NetworkError(
        request=hop.request,
        engine=run.browser.engine,
        hop=hop,
        exchanges=tuple(run.exchanges),
        withheld_cookies=tuple(dict.fromkeys(run.withheld)),
        evidence=failure,
    )
