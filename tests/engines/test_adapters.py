"""Real browsers at each adapter, on real sockets: what a page gets, and what it does not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from engines.adapters import ADAPTERS, STREAM, Adapter, fastapi_extension, no_adapter
from engines.browsers import ENGINES, Browser, launch, require
from engines.scripted import serving

# What is true of an address `at`, as an expression that resolves to something plain.
READ = "fetch(at + '{path}', {init}).then(async (r) => [r.status, await r.text()], () => 'blocked')"
HEADERS = "fetch(at + '/items').then((r) => [r.headers.get('X-Total'), r.headers.get('X-Inner')])"
STREAMED = """
fetch(at + '/stream').then(async (response) => {
  const reader = response.body.getReader(), decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return text;
    text += decoder.decode(value, {stream: true});
  }
})
"""
EVENTS = """
new Promise((resolve) => {
  const source = new EventSource(at + '/events', {withCredentials: true}), seen = [];
  source.onmessage = (event) => {
    seen.push(event.data);
    if (seen.length === 2) { source.close(); resolve(seen); }
  };
  source.onerror = () => { source.close(); resolve('blocked'); };
})
"""
SOCKET = """
new Promise((resolve) => {
  const socket = new WebSocket(at.replace('http:', 'ws:') + '/socket');
  socket.onmessage = (event) => resolve(event.data);
  socket.onerror = () => resolve('refused');
})
"""
MODULE = "import(at + '/module.js').then((module) => module.answer, () => 'blocked')"
FONT = """
new FontFace('Triangle', `url(${at}/font)`).load().then((face) => face.status, () => 'blocked')
"""
SANDBOXED = """
new Promise((resolve) => {
  addEventListener('message', (event) => resolve(event.data), {once: true});
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-scripts';
  frame.srcdoc = `<script>
    fetch('${at}PATH').then((r) => r.status, () => 'blocked')
      .then((said) => parent.postMessage([origin, said], '*'))
  <` + `/script>`;
  document.body.append(frame);
})
"""
# With credentials, as pictures are loaded: Firefox caches what comes without them apart.
PICTURE_THEN_FETCH = """
(async () => {
  const picture = new Image();
  picture.src = at + '/picture';
  await picture.decode();
  const fetched = fetch(picture.src, {credentials: 'include'});
  return fetched.then((response) => response.status, () => 'blocked');
})()
"""
WITH_EVERYTHING = {"method": "PUT", "headers": {"Authorization": "Bearer t", "X-Trace": "1"}}


class Visitor:
    """A page in a browser that asks about a adapter."""

    def __init__(self, browser: Browser, adapter: Adapter, pages: list[str]) -> None:
        self.browser, self.adapter, self.pages = browser, adapter, pages
        browser.goto(f"{pages[0]}/")

    def ask(self, expression: str) -> Any:
        """The value of an expression in which `at` is the adapter's address."""
        return self.browser.evaluate(f"((at) => {expression})({json.dumps(self.adapter.address)})")

    def read(self, path: str, **init: Any) -> Any:
        """The status and the text of what `fetch` gets, or "blocked"."""
        return self.ask(READ.replace("{path}", path).replace("{init}", json.dumps(init)))


@pytest.fixture(scope="module")
def pages() -> Iterator[list[str]]:
    """Two origins for pages; they are of different sites."""
    with serving() as server:
        yield [server.origin, server.origin.replace("127.0.0.1", "localhost")]


@pytest.fixture(scope="module", params=ENGINES)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    require(request.param)
    with launch(request.param) as started:
        yield started


@pytest.fixture(params=ADAPTERS, ids=[adapter.__name__ for adapter in ADAPTERS])
def visitor(
    request: pytest.FixtureRequest, browser: Browser, pages: list[str]
) -> Iterator[Visitor]:
    with request.param(pages) as adapter:
        yield Visitor(browser, adapter, pages)


def test_a_page_may_read_and_write(visitor: Visitor) -> None:
    body = {"method": "PUT", "headers": {"Content-Type": "application/json"}, "body": "{}"}
    status, text = visitor.read("/items", **body)
    assert (status, json.loads(text)) == (200, {"method": "PUT"})
    assert visitor.adapter.preflights == {"/items": 1}


def test_a_method_or_a_header_that_is_not_listed_is_refused(visitor: Visitor) -> None:
    assert visitor.read("/items", method="PATCH") == "blocked"
    assert visitor.read("/items", headers={"X-Trace": "1"}) == "blocked"
    assert visitor.adapter.requests == {}


def test_a_page_of_another_origin_reads_nothing(visitor: Visitor) -> None:
    visitor.browser.goto(visitor.pages[0].replace("127.0.0.1", "other.localhost") + "/")
    assert visitor.read("/items") == "blocked"
    assert visitor.read("/items", method="PUT") == "blocked"


def test_a_path_without_a_policy_is_left_alone(visitor: Visitor) -> None:
    assert visitor.read("/off/items") == "blocked"


def test_the_page_sees_an_error_and_not_cors(visitor: Visitor) -> None:
    status, text = visitor.read("/items", method="DELETE")
    assert (status, json.loads(text)) == (404, {"error": "gone"})


def test_the_page_sees_that_the_application_crashed(visitor: Visitor) -> None:
    assert visitor.read("/crash")[0] == 500


def test_exposed_headers_are_readable_and_no_others(visitor: Visitor) -> None:
    assert visitor.ask(HEADERS) == ["1", None]


def test_cookies_come_and_go_with_credentials_only(visitor: Visitor) -> None:
    visitor.read("/session", method="POST", credentials="include")
    said = [
        json.loads(visitor.read("/session", credentials=mode)[1])["cookie"]
        for mode in ("include", "same-origin", "omit")
    ]
    assert said == ["visitor=known", "", ""]


def test_a_streamed_response_arrives_whole(visitor: Visitor) -> None:
    assert visitor.ask(STREAMED) == "".join(STREAM)


def test_a_redirect_is_followed(visitor: Visitor) -> None:
    assert visitor.read("/old")[0] == 200


def test_an_event_source_with_credentials(visitor: Visitor) -> None:
    assert visitor.ask(EVENTS) == ["one", "two"]


def test_a_websocket(browser: Browser, pages: list[str]) -> None:
    with fastapi_extension(pages) as adapter:
        visitor = Visitor(browser, adapter, pages)
        assert visitor.ask(SOCKET) == "hello"
        browser.goto(pages[0].replace("127.0.0.1", "other.localhost") + "/")
        assert visitor.ask(SOCKET) == "refused"


def test_a_module_script(visitor: Visitor) -> None:
    assert visitor.ask(MODULE) == 42


def test_a_font(visitor: Visitor) -> None:
    assert visitor.ask(FONT) == "loaded"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("/items", "blocked", id="is nobody to a policy with credentials"),
        pytest.param("/public/items", 200, id="is anybody to a public policy"),
    ],
)
def test_a_sandboxed_frame(visitor: Visitor, path: str, said: object) -> None:
    assert visitor.ask(SANDBOXED.replace("PATH", path)) == ["null", said]


@pytest.mark.parametrize(
    ("path", "credentials"),
    [
        pytest.param("/public/items", "omit", id="without credentials"),
        pytest.param("/tutorial/items", "include", id="with credentials"),
    ],
)
def test_two_requests_with_everything_cost_one_preflight(
    visitor: Visitor, path: str, credentials: str
) -> None:
    # Firefox ignores the first two hits of its preflight cache on every new site.
    for _ in range(4):
        visitor.read("/items", method="PUT")
    for _ in range(2):
        assert visitor.read(path, **WITH_EVERYTHING, credentials=credentials)[0] == 200
    assert (visitor.adapter.preflights[path], visitor.adapter.requests[path]) == (1, 2)


def test_caches_keep_the_answers_for_two_origins_apart(visitor: Visitor) -> None:
    assert visitor.ask(PICTURE_THEN_FETCH) == 200
    visitor.browser.goto(f"{visitor.pages[1]}/")
    assert visitor.read("/picture", credentials="include")[0] == 200


def test_without_vary_the_cache_is_poisoned(browser: Browser, pages: list[str]) -> None:
    """The same question to an application that forgets it: so the test above can fail."""
    with no_adapter(pages) as adapter:
        assert Visitor(browser, adapter, pages).ask(PICTURE_THEN_FETCH) == "blocked"
        assert adapter.requests == {"/picture": 1}
