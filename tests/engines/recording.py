"""What a real engine does with a case: the wire, what script sees, and the console's lines.

A case is a `fetch` and the two answers that its resource gives. Its texts name the page's origin,
the resource and the resource's origin by the placeholders of `tests/browser/data/engines.json`, so
that the same case, and what came of it, can be compared between engines, ports and runs.
"""

import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from engines.browsers import Browser, launch
from engines.scripted import NOT_FOUND, Answer, Received, Script, ScriptedServer, serving
from engines.wire import Message

#: How many cases are evaluated in one call; a thousand take a few seconds.
BATCH = 250

#: Cookies have no port: the resource's server gets it too, where the credentials mode lets it.
PAGE_COOKIE = "page=known"
# The placeholders of what engines may print, the longest first.
_PRINTED = ("{NEXT-USER}", "{NEXT}", "{BACK}", "{ONWARD}", "{URL}", "{O}", "{B}", "{OHP}", "{PATH}")
_REPETITION = "Failed to load resource: "
_REQUEST_ALL = """(async (cases) => {
  const PATIENCE = 10000;
  async function byFetch(url, init) {
    const response = await fetch(url, {...init, signal: AbortSignal.timeout(PATIENCE)});
    return {
      status: response.status,
      type: response.type,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  }
  function byXHR(url, init) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init.method, url);
      request.timeout = PATIENCE;
      request.withCredentials = init.with_credentials;
      for (const [name, value] of init.headers) request.setRequestHeader(name, value);
      if (init.upload_listener) request.upload.onprogress = () => {};
      request.onload = () => resolve({
        status: request.status,
        headers: Object.fromEntries(
          request.getAllResponseHeaders().split("\\r\\n").filter(Boolean).map((line) => {
            const [name, ...rest] = line.split(": ");
            return [name, rest.join(": ")];
          })
        ),
        body: request.responseText,
      });
      request.onerror = () => reject(new Error());
      request.ontimeout = () => reject(new DOMException("", "TimeoutError"));
      request.send(init.body);
    });
  }
  const outcomes = [];
  for (const [url, api, init] of cases) {
    try {
      outcomes.push(await (api === "xhr" ? byXHR : byFetch)(url, init));
    } catch (error) {
      outcomes.push(error.name === "TimeoutError" ? {timeout: true} : null);
    }
  }
  return outcomes;
})"""


class Case(NamedTuple):
    """A request, the two answers of its resource, and those of where that may redirect to.

    `init` has what `fetch` takes or, for an XMLHttpRequest, what `xhr_request` of the model takes.
    """

    name: str
    init: dict[str, Any]
    preflight: Answer
    actual: Answer
    onward: Script = Script(NOT_FOUND, NOT_FOUND)
    api: Literal["fetch", "xhr"] = "fetch"


class Sent(NamedTuple):
    """A request on the wire: what CORS put into it, and which headers came as script set them."""

    method: str
    url: str
    cors: dict[str, str]
    as_set: list[str]
    cookie: bool


class Outcome(NamedTuple):
    """What came of a case: `response` is what script sees, `None` where the promise was rejected.

    `console` has the lines about CORS, and WebKit's line about an error status.
    """

    response: dict[str, Any] | None
    wire: list[Sent]
    console: list[str]


class Lab(NamedTuple):
    """A running engine, the server of the page that it shows, and the server of resources."""

    engine: str
    browser: Browser
    page: ScriptedServer
    api: ScriptedServer


@contextlib.contextmanager
def laboratory(engine: str) -> Iterator[Lab]:
    """Launch an engine between two servers; all ends with the block."""
    with serving() as page, serving() as api, launch(engine) as browser:
        yield Lab(engine, browser, page, api)


def record(lab: Lab, cases: Sequence[Case]) -> list[Outcome]:
    """Let an engine's page fetch every case."""
    engine, browser, page, api = lab
    browser.goto(f"{page.origin}/")
    browser.evaluate(f"document.cookie = {PAGE_COOKIE!r}")
    places = [f"/case/{len(api.scripts) + number}" for number in range(len(cases))]
    terms = [placeholders(page.origin, api.origin + place) for place in places]
    for place, case, values in zip(places, cases, terms, strict=True):
        api.scripts |= scripts(case, place, values)
    requests = [
        (values["{URL}"], case.api, case.init) for values, case in zip(terms, cases, strict=True)
    ]
    seen = len(browser.console())
    responses: list[dict[str, Any] | None] = []
    for batch in (requests[at : at + BATCH] for at in range(0, len(requests), BATCH)):
        responses += browser.evaluate(f"{_REQUEST_ALL}({json.dumps(batch)})")
    lines = console_lines(engine, browser.console()[seen:])
    received: dict[str, list[Received]] = defaultdict(list)
    for request in api.received:
        received[_place(request.path)].append(request)
    return [
        Outcome(
            emptied(response, values),
            [sent(case.init, request, values) for request in received[place]],
            emptied(lines[place], values),
        )
        for response, case, values, place in zip(responses, cases, terms, places, strict=True)
    ]


def placeholders(page: str, url: str) -> dict[str, str]:
    """What the placeholders in a case's texts stand for: a page's origin, and a resource."""
    scheme, host_and_port = page.split("://")
    onward = f"{url}/onward"
    next_url = onward.replace("127.0.0.1", "localhost")
    return {
        "{NEXT-USER}": next_url.replace("://", "://user:secret@"),
        "{NEXT}": next_url,
        "{BACK}": page + urlsplit(url).path,
        "{ONWARD}": onward,
        "{URL}": url,
        "{PATH}": urlsplit(url).path,
        "{OUP}": f"{scheme.upper()}://{host_and_port}",
        "{ONP}": page.rpartition(":")[0],
        "{OS}": page.replace(scheme, "https", 1),
        "{O}": page,
        "{B}": "/".join(url.split("/")[:3]),
        "{OHP}": host_and_port,
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced."""
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def emptied(seen: Any, values: Mapping[str, str]) -> Any:
    """What an engine showed, with addresses turned back into placeholders."""
    text = json.dumps(seen, ensure_ascii=False)
    for placeholder in _PRINTED:
        text = text.replace(values[placeholder], placeholder)
    return json.loads(text)


def scripts(case: Case, place: str, values: Mapping[str, str]) -> dict[str, Script]:
    """What a server has to answer in a case, by path."""
    first = Script(_filled(case.preflight, values), _filled(case.actual, values))
    onward = Script(*(_filled(answer, values) for answer in case.onward))
    return {place: first, f"{place}/onward": onward}


def sent(init: Mapping[str, Any], request: Received, values: Mapping[str, str]) -> Sent:
    """A request as it is compared."""
    cors = {
        name: emptied(value, values)
        for name, value in request.headers.items()
        if name == "origin" or name.startswith("access-control-request-")
    }
    arrived = [
        name
        for name, value in _set_by_script(init).items()
        # WebKit sends the characters of ISO-8859-1 as UTF-8.
        if request.headers.get(name) in (value, value.encode().decode("latin-1"))
    ]
    url = emptied(f"http://{request.headers['host']}{request.path}", values)
    return Sent(request.method, url, cors, sorted(arrived), "cookie" in request.headers)


def _place(text: str) -> str:
    """The path of the case that a path or a text belongs to."""
    found = re.search(r"/case/\d+", text)
    return found[0] if found else ""


def console_lines(engine: str, messages: Iterable[Message]) -> dict[str, list[str]]:
    """The lines about CORS for each case's path; nothing else that a console shows."""
    lines: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        text = message.text
        if engine == "webkit":
            # The line with the reason does not name the resource; this repetition has its URL.
            if not text.startswith(_REPETITION):
                continue
            if "server responded" in text:
                text = f"{text}  [{message.url}]"
            else:
                text = text.removeprefix(_REPETITION)
        elif text.startswith((_REPETITION, "XML Parsing Error")):
            continue
        lines[_place(f"{message.text} {message.url}")].append(text)
    return lines


def script(case: Case, values: Mapping[str, str]) -> Script:
    """The case's answers with their placeholders replaced."""
    return Script(_filled(case.preflight, values), _filled(case.actual, values))


def _filled(answer: Answer, values: Mapping[str, str]) -> Answer:
    headers = tuple((name, filled(value, values)) for name, value in answer.headers)
    return answer._replace(headers=headers)


def _set_by_script(init: Mapping[str, Any]) -> dict[str, str]:
    """The headers of an init, combined and normalised as in Fetch, "append a header"."""
    headers = init.get("headers", {})
    combined: dict[str, str] = {}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        key, text = name.lower(), value.strip(" \t\r\n")
        combined[key] = f"{combined[key]}, {text}" if key in combined else text
    return combined
