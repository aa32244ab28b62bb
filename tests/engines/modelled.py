"""What the browser model does with a case, in the shape in which the engines are recorded."""

from urllib.parse import urlsplit

from engines.recording import ANONYMOUS
from engines.scripted import NOT_FOUND, Answer, Received, Script
from engines.stories import (
    PAGE_COOKIE,
    Ask,
    Outcome,
    Story,
    emptied,
    filled,
    placeholders,
    scripts,
    sent,
)

from cors_wsgi.browser import ENGINES as MODELS
from cors_wsgi.browser import (
    Browser,
    FilteredResponse,
    HTTPRequest,
    HTTPResponse,
    NetworkError,
    NoAnswer,
    ScriptError,
    fetch,
    fetch_request,
    run,
    xhr_request,
)

_PAGE_PORT, _PORT = 40001, 40002


def predict(engine: str, story: Story) -> Outcome:
    """Let the model play an engine that meets a story with an empty preflight cache."""
    values = placeholders(story, 1, _PAGE_PORT, _PORT)
    places = scripts(story, values)
    browser = Browser(engine=MODELS[engine])
    _set_page_cookie(browser, values["{O}"])
    outcome = Outcome([], [], [])
    for ask in story.asks:
        result = _run(ask, browser, places, values)
        if result is None:
            outcome.responses.append(None)
            continue
        outcome.wire.extend(
            sent(story, received_from(exchange.request), values)
            for exchange in result.exchanges
            if isinstance(exchange.response, HTTPResponse)
        )
        outcome.responses.append(_response(ask, result, values))
        if engine != "standard" and story.console:
            lines = [line for line in result.message(engine) if line not in ANONYMOUS]
            outcome.console.extend(emptied(lines, values))
    return outcome


def _run(
    ask: Ask, browser: Browser, places: dict[str, Script], values: dict[str, str]
) -> FilteredResponse | NetworkError | None:
    """What comes of one request; None where script is told off at once."""

    def send(request: HTTPRequest) -> HTTPResponse | NoAnswer:
        if urlsplit(request.url).port not in (_PAGE_PORT, _PORT):
            return NoAnswer("connection refused")  # as on the real machine
        script = places.get(request.url, Script(NOT_FOUND, NOT_FOUND))
        return response_from(script.answer(received_from(request)), request.method)

    try:
        make_request = xhr_request if ask.api == "xhr" else fetch_request
        request = make_request(values["{O}"], filled(ask.url, values), **filled(ask.init, values))
    except ScriptError:
        return None
    return run(fetch(request, browser), send)


def _response(
    ask: Ask, result: FilteredResponse | NetworkError, values: dict[str, str]
) -> dict[str, object] | None:
    if isinstance(result, NetworkError):
        return None
    response = {
        "status": result.status,
        "headers": result.headers,
        "body": result.body.decode(),
    }
    if ask.api == "fetch":
        response["type"] = result.type
    return emptied(response, values)


def _set_page_cookie(browser: Browser, page: str) -> None:
    """What `document.cookie = PAGE_COOKIE` does in an engine."""
    request = fetch_request(page, f"{page}/")
    cookie = HTTPResponse(200, (("Set-Cookie", PAGE_COOKIE),))
    run(fetch(request, browser), lambda _: cookie)


def received_from(request: HTTPRequest) -> Received:
    parts = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers} | {
        "host": parts.netloc.rpartition("@")[2]
    }
    path = request.url.partition("://")[2].partition("/")[2]
    return Received(request.method, f"/{path}", headers)


def response_from(answer: Answer, method: str) -> HTTPResponse:
    """The response as it comes over the wire, its text one character a byte."""
    head, _, body = answer.to_bytes(method).partition(b"\r\n\r\n")
    fields = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
    headers = tuple((name, value) for name, _, value in fields)
    return HTTPResponse(answer.status, headers, body, "X")
