"""The demo, in real browsers."""

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from engines.browsers import ENGINES, Browser, launch, require
from examples.running import EXAMPLES, command_of, running

FOLDER = EXAMPLES / "demo"
COMMAND = [*command_of(EXAMPLES / "legacy_wsgi" / "README.md")[:1], str(FOLDER)]

# What guides and questions are full of, and a server can fix.
FAILURES = [
    "preflight-405",
    "preflight-404",
    "preflight-auth",
    "preflight-5xx",
    "preflight-redirect",
    "preflight-html-200",
    "origin-missing",
    "origin-mismatch",
    "origin-invalid",
    "origin-undefined",
    "origin-duplicate",
    "origin-wildcard-credentials",
    "credentials-missing",
    "method-missing",
    "header-missing",
    "list-unparsable",
    "error-without-cors",
    "redirect-cross-origin",
    "cache-poisoned",
    "response-header-hidden",
]

DONE = """
new Promise((resolve) => {
  const look = () => {
    const { done } = document.documentElement.dataset;
    if (done) resolve([done, JSON.stringify(window.results)]);
    else setTimeout(look, 50);
  };
  look();
})
"""
CONSOLE_CELLS = """
Object.fromEntries(Array.from(document.querySelectorAll(".failure"), (row) =>
  [row.id, row.querySelector(".console q").textContent]))
"""
# As if the broken twin of one row answered, and the fixed one of another did not.
INTERFERE = """
(() => {
  const real = window.fetch;
  const { broken } = window.results.rows.find((row) => row.id === "preflight-404");
  const { fixed } = window.results.rows.find((row) => row.id === "method-missing");
  const start = (url) => url.slice(0, url.indexOf("?"));
  window.fetch = async (url, init) => {
    if (String(url).startsWith(start(broken.url))) return new Response("{}");
    if (String(url).startsWith(start(fixed.url))) throw new TypeError("Failed to fetch");
    return real(url, init);
  };
  document.querySelector("#again").click();
})()
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running([*COMMAND, "--port", "0"]) as url:
        yield url


@pytest.fixture(scope="module", params=ENGINES)
def browser(request: pytest.FixtureRequest, address: str) -> Iterator[Browser]:
    require(request.param)
    with launch(request.param) as started:
        started.goto(f"{address}/")
        started.evaluate(DONE)
        yield started


def results(browser: Browser) -> tuple[str, dict[str, Any]]:
    done, found = browser.evaluate(DONE)
    return done, json.loads(found)


def test_every_broken_twin_fails_and_every_fixed_one_works(browser: Browser) -> None:
    done, found = results(browser)
    assert {row["id"]: row["ok"] for row in found["rows"]} == dict.fromkeys(FAILURES, True)
    assert done == f"{len(FAILURES)} of {len(FAILURES)}"
    summary = browser.evaluate("document.querySelector('#summary').textContent")
    assert summary.startswith(f"{done} failures: each broken twin failed in this browser")


def test_the_console_says_what_the_page_says(browser: Browser) -> None:
    messages = browser.console()
    promised = browser.evaluate(CONSOLE_CELLS)
    for row in results(browser)[1]["rows"]:
        run = row["broken"]["url"].partition("?")[2]
        said = [message.text for message in messages if run in message.text + message.url]
        if row["id"] == "response-header-hidden":
            assert (promised[row["id"]], said) == ("Nothing at all.", [])
        else:
            assert [text for text in said if promised[row["id"]] in text], (row["id"], said)


def test_the_page_notices_what_should_not_be(browser: Browser) -> None:
    browser.evaluate(INTERFERE)
    done, found = results(browser)
    wrong = {row["id"] for row in found["rows"] if not row["ok"]}
    assert wrong == {"preflight-404", "method-missing"}
    assert done == f"{len(FAILURES) - 2} of {len(FAILURES)}"
    chips = browser.evaluate(
        "Array.from(document.querySelectorAll('.chip.odd'), (chip) => chip.textContent)"
    )
    assert chips == ["Unexpected", "Unexpected: Blocked"]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_kill_ends_it_as_ctrl_c_does() -> None:
    with running([*COMMAND, "--port", "0"], stop=signal.SIGTERM) as address:
        assert httpx.get(f"{address}/").status_code == 200


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = demo("--port", str(port))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"Cannot use port {port}: address already in use. Choose another with --port"
        " (make demo PORT=8766), or --port 0 for any free one.\n"
    )


def test_a_port_that_cannot_be_is_refused() -> None:
    ended = demo("--port", "70000")
    assert ended.returncode == 2
    assert ended.stderr.endswith("there is no port 70000\n")


def test_the_page_is_itself_and_nothing_else(address: str) -> None:
    with httpx.Client(base_url=address) as client:
        page = client.get("/")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        for path in ("/page.js", "/page.css", "/icon.svg"):
            assert client.get(path).status_code == 200
        for path in ("/other", "/page.py", "/%2e%2e/page.py", "/page.js/", "//etc/hosts"):
            assert client.get(path).status_code == 404
        name = address.removeprefix("http://").replace("127.0.0.1", "localhost")
        elsewhere = client.get("/", headers={"Host": name})
        assert (elsewhere.status_code, elsewhere.headers["Location"]) == (302, f"{address}/")


def test_nothing_comes_from_elsewhere() -> None:
    addresses = {
        found
        for file in (FOLDER / "page").iterdir()
        for found in re.findall(r"\b[a-z]+://[^\"'\s)]*", file.read_text())
    }
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, which nothing loads
