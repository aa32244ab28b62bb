"""What the browser model does with a case, in the shape in which the engines are recorded."""

from urllib.parse import urlsplit

from engines.recording import Case, Outcome, emptied, placeholders, scripts, sent
from engines.scripted import NOT_FOUND, Answer, Received

from cors_wsgi.browser import ENGINES as MODELS
from cors_wsgi.browser import (
    Browser,
    Cookie,
    HTTPRequest,
    HTTPResponse,
    NetworkError,
    ScriptError,
    fetch,
    fetch_request,
    run,
    xhr_request,
)

_PAGE = "http://127.0.0.1:40001"
_URL = "http://127.0.0.1:40002/case"
# The cookie that `recording.PAGE_COOKIE` sets in an engine.
_COOKIE = Cookie(
    name="page",
    value="known",
    domain="127.0.0.1",
    host_only=True,
    path="/",
    secure=False,
    same_site="lax",
    expires=None,
)


def predict(engine: str, case: Case) -> Outcome:
    """Let the model play an engine that meets a case with an empty preflight cache."""
    values = placeholders(_PAGE, _URL)
    answers = scripts(case, urlsplit(_URL).path, values)
    wire = []

    def send(request: HTTPRequest) -> HTTPResponse:
        received = received_from(request)
        if request.url == values["{BACK}"]:  # the page's own server keeps no record
            return response_from(NOT_FOUND, request.method)
        wire.append(sent(case.init, received, values))
        script = answers.get(received.path)
        return response_from(script.answer(received) if script else NOT_FOUND, request.method)

    try:
        make_request = xhr_request if case.api == "xhr" else fetch_request
        request = make_request(_PAGE, _URL, **case.init)
    except ScriptError:
        return Outcome(None, [], [])
    browser = Browser(engine=MODELS[engine])
    browser.cookies.cookies[_COOKIE.domain, _COOKIE.path, _COOKIE.name] = _COOKIE
    result = run(fetch(request, browser), send)
    console = [] if engine == "standard" else emptied(list(result.message(engine)), values)
    if isinstance(result, NetworkError):
        return Outcome(None, wire, console)
    response = {
        "status": result.status,
        "headers": result.headers,
        "body": result.body.decode(),
    }
    if case.api == "fetch":
        response["type"] = result.type
    return Outcome(emptied(response, values), wire, console)


def received_from(request: HTTPRequest) -> Received:
    parts = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers} | {
        "host": parts.netloc.rpartition("@")[2]
    }
    return Received(request.method, parts.path, headers)


def response_from(answer: Answer, method: str) -> HTTPResponse:
    """The response as it comes over the wire, its text one character a byte."""
    head, _, body = answer.to_bytes(method).partition(b"\r\n\r\n")
    fields = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
    headers = tuple((name, value) for name, _, value in fields)
    return HTTPResponse(answer.status, headers, body, "X")
