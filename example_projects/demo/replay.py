"""What browsers make of the exchanges that really passed: the browser model is asked.

It says what each console prints, and which line of which response decided.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from failures import Failure
from recorder import Exchange

from cors_wsgi.browser import (
    Browser,
    FilteredResponse,
    HTTPRequest,
    HTTPResponse,
    NoAnswer,
    Outcome,
    fetch,
    fetch_request,
    run,
)

ENGINES = ("chromium", "firefox", "webkit")
ABOUT_CORS = ("access-control-", "allow", "content-type", "location", "set-cookie", "vary")


def replay(origin: str, url: str, failure: Failure, exchanges: Sequence[Exchange]) -> Outcome:
    """Let the model send a failure's request, and give it the answers that the browser got."""
    call = failure.call
    # An image's request is not the model's. From the cache it answers the script, too.
    answers = iter(exchanges[-1:] if failure.image_first else exchanges)

    def send(_request: HTTPRequest) -> HTTPResponse | NoAnswer:
        answer = next(answers, None)
        if answer is None:
            return NoAnswer("nothing more was recorded")
        return HTTPResponse(int(answer.status[:3]), tuple(answer.response_headers), b"")

    request = fetch_request(
        origin,
        url,
        method=call.method,
        headers=call.headers,
        body=call.body,
        credentials=call.credentials,
    )
    return run(fetch(request, Browser(), now=0.0), send)


def consoles(outcome: Outcome) -> dict[str, list[str]]:
    """Return the lines that each engine's console prints; none if it has nothing to say."""
    return {engine: list(outcome.message(engine)) for engine in ENGINES}


def decided(outcome: Outcome, failure: Failure) -> dict[str, Any] | None:
    """Return which exchange a failure is in, and at which header; without one, at the status.

    None if nothing failed, or nothing was answered.
    """
    if isinstance(outcome, FilteredResponse):
        hidden = failure.reads is not None and failure.reads.lower() not in outcome.headers
        last = len(outcome.exchanges) - 1
        return {"exchange": last, "header": "Access-Control-Expose-Headers"} if hidden else None
    if failure.image_first:
        return {"exchange": 0, "header": "Vary"}  # what the cache would have needed
    if outcome.response is None:
        return None
    answers = [exchange.response for exchange in outcome.exchanges]
    # The status is then the root of whatever else is wrong.
    is_refused = not 200 <= outcome.response.status <= 299
    by_status = failure.failure.startswith("preflight-") and is_refused
    return {
        "exchange": answers.index(outcome.response),
        "header": None if by_status else outcome.evidence.header,
    }


def shown(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange for the page, without the headers that have no part in CORS."""
    code = exchange.status[:3]
    phrase = exchange.status[4:] or HTTPStatus(int(code)).phrase
    headers = [
        (name, value)
        for name, value in exchange.response_headers
        if name.lower().startswith(ABOUT_CORS)
    ]
    return {
        "method": exchange.method,
        "path": exchange.path,
        "request_headers": exchange.request_headers,
        "status": f"{code} {phrase}",
        "response_headers": headers,
    }
