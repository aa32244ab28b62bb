"""What a real engine does with stories: the wire, what script sees, and the console's lines."""

import contextlib
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from engines.browsers import Browser, launch
from engines.scripted import Answer, Received, Script, ScriptedServer, serving
from engines.stories import (
    PAGE_COOKIE,
    Outcome,
    Story,
    emptied,
    filled,
    place_of,
    placeholders,
    scripts,
    sent,
)
from engines.wire import Message

#: How many requests are evaluated in one call; a thousand take a few seconds.
BATCH = 250

_REPETITION = "Failed to load resource: "
_WITHOUT_REPETITION = re.compile(
    r"Fetch API cannot load \S+\.$|Not allowed to use restricted network port"
)
#: Lines that name no address, so that nobody can say which story they belong to.
ANONYMOUS = ("No-Cors mode requires follow redirect mode", "Not allowed to request resource")
_REQUEST_ALL = """(async (asks) => {
  const PATIENCE = 10000;
  async function byFetch(url, init) {
    if (init.streams) {
      init = {...init, body: new Blob([init.body]).stream(), duplex: 'half'};
    }
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
  for (const [url, api, init] of asks) {
    try {
      outcomes.push(await (api === "xhr" ? byXHR : byFetch)(url, init));
    } catch (error) {
      outcomes.push(error.name === "TimeoutError" ? {timeout: true} : null);
    }
  }
  return outcomes;
})"""


class Lab(NamedTuple):
    """A running engine, the server of the page that it shows, and the server of resources."""

    engine: str
    browser: Browser
    page: ScriptedServer
    api: ScriptedServer
    numbers: Iterator[int]


@contextlib.contextmanager
def laboratory(engine: str) -> Iterator[Lab]:
    """Launch an engine between two servers; all ends with the block."""
    with serving() as page, serving(page.received) as api, launch(engine) as browser:
        yield Lab(engine, browser, page, api, itertools.count())


def record(lab: Lab, stories: Sequence[Story]) -> list[Outcome]:
    """Let an engine's page live every story."""
    outcomes: dict[int, Outcome] = {}
    for hosts in dict.fromkeys(story.hosts for story in stories):
        numbered = [(number, story) for number, story in enumerate(stories) if story.hosts == hosts]
        told = _record(lab, hosts, [story for _, story in numbered])
        outcomes |= dict(zip((number for number, _ in numbered), told, strict=True))
    return [outcomes[number] for number in range(len(stories))]


def _record(lab: Lab, hosts: tuple[str, str, str], stories: Sequence[Story]) -> list[Outcome]:
    engine, browser, page, api, numbers = lab
    browser.goto(f"http://{hosts[0]}:{page.port}/")
    terms = [placeholders(story, next(numbers), page.port, api.port) for story in stories]
    for story, values in zip(stories, terms, strict=True):
        for server in (page, api):
            server.scripts |= scripts(story, values)
    requests = [
        (filled(ask.url, values), ask.api, filled(ask.init, values))
        for story, values in zip(stories, terms, strict=True)
        for ask in story.asks
    ]
    _warm_up(lab, hosts)
    seen, received = len(browser.console()), len(page.received)
    responses: list[dict[str, Any] | None] = []
    for batch in (requests[at : at + BATCH] for at in range(0, len(requests), BATCH)):
        # Set anew for each batch: engines keep some 180 cookies a site, and forget the oldest.
        browser.evaluate(f"document.cookie = {PAGE_COOKIE!r}")
        responses += browser.evaluate(f"{_REQUEST_ALL}({json.dumps(batch)})")
    lines = console_lines(engine, browser.console()[seen:])
    by_place: dict[str, list[Received]] = defaultdict(list)
    for request in page.received[received:]:
        by_place[place_of(request.path)].append(request)
    told = iter(responses)
    return [
        Outcome(
            emptied([next(told) for _ in story.asks], values),
            [sent(story, request, values) for request in by_place[values["{PATH}"]]],
            emptied(lines[values["{PATH}"]], values) if story.console else [],
        )
        for story, values in zip(stories, terms, strict=True)
    ]


def _warm_up(lab: Lab, hosts: tuple[str, str, str]) -> None:
    """Spend the first two hits of the preflight cache, which Firefox ignores on every new site."""
    answer = Answer(
        headers=(
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "PUT"),
            ("Access-Control-Max-Age", "600"),
        )
    )
    for host in hosts[1:]:
        url = f"http://{host}:{lab.api.port}/warm-up"
        lab.api.scripts[url] = Script(answer, answer)
        asks = [(url, "fetch", {"method": "PUT"})] * 4
        lab.browser.evaluate(f"{_REQUEST_ALL}({json.dumps(asks)})")


def console_lines(engine: str, messages: Iterable[Message]) -> dict[str, list[str]]:
    """The lines about CORS for each story's path; nothing else that a console shows."""
    lines: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        text = message.text
        if engine == "webkit":
            # The line with the reason does not name the resource; this repetition has its URL.
            if _WITHOUT_REPETITION.match(text):
                lines[place_of(text)].append(text)
            if not text.startswith(_REPETITION):
                continue
            if "server responded" in text:
                text = f"{text}  [{message.url}]"
            else:
                text = text.removeprefix(_REPETITION)
        elif text.startswith((_REPETITION, "XML Parsing Error")):
            continue
        lines[place_of(f"{message.text} {message.url}")].append(text.rstrip("\n"))
    return lines
