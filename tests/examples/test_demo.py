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
from engines import axe
from engines.browsers import ENGINES, Browser, launch, require
from examples.running import EXAMPLES, command_of, running

FOLDER = EXAMPLES / "demo"
COMMAND = [*command_of(EXAMPLES / "legacy_wsgi" / "README.md")[:1], str(FOLDER)]

# What guides and questions are full of, and a server can fix; and the line that decides, without
# cors_wsgi and with it.
ORIGIN = "Access-Control-Allow-Origin"
CREDENTIALS = "Access-Control-Allow-Credentials"
METHODS = "Access-Control-Allow-Methods"
HEADERS = "Access-Control-Allow-Headers"
EXPOSED = "Access-Control-Expose-Headers"
DECIDING = {
    "django/preflight-405": ("405 Method Not Allowed", "204 No Content"),
    "django/preflight-html-200": (f"no {ORIGIN}", f"{ORIGIN}: PAGE"),
    "django/origin-missing": (f"no {ORIGIN}", f"{ORIGIN}: PAGE"),
    "django/origin-mismatch": (f"{ORIGIN}: https://shop.example", f"{ORIGIN}: PAGE"),
    "django/header-missing": (f"{HEADERS}: Content-Type", f"{HEADERS}: Content-Type, X-CSRFToken"),
    "django/error-without-cors": (f"no {ORIGIN}", f"{ORIGIN}: PAGE"),
    "flask/preflight-auth": ("401 UNAUTHORIZED", "204 No Content"),
    "flask/preflight-5xx": ("500 INTERNAL SERVER ERROR", "204 No Content"),
    "flask/preflight-redirect": ("308 PERMANENT REDIRECT", "204 No Content"),
    "flask/origin-wildcard-credentials": (f"{ORIGIN}: *", f"{ORIGIN}: PAGE"),
    "flask/credentials-missing": (f"{CREDENTIALS}: True", f"{CREDENTIALS}: true"),
    "flask/method-missing": (
        f"{METHODS}: GET, POST, PUT, DELETE",
        f"{METHODS}: GET, POST, PATCH, DELETE",
    ),
    "flask/cache-poisoned": ("no Vary", "Vary: Origin"),
    "flask/response-header-hidden": (f"no {EXPOSED}", f"{EXPOSED}: Location, X-Total-Count"),
    "fastapi/preflight-405": ("405 Method Not Allowed", "204 No Content"),
    "fastapi/preflight-status": ("400 Bad Request", "204 No Content"),
    "fastapi/preflight-auth": ("401 Unauthorized", "204 No Content"),
    "fastapi/error-without-cors": (f"no {ORIGIN}", f"{ORIGIN}: PAGE"),
    "wsgi/preflight-404": ("404 Not Found", "204 No Content"),
    "wsgi/origin-invalid": (f"{ORIGIN}: PAGE/", f"{ORIGIN}: PAGE"),
    "wsgi/origin-undefined": (f"{ORIGIN}: None", f"{ORIGIN}: PAGE"),
    "wsgi/origin-duplicate": (f"{ORIGIN}: PAGE, {ORIGIN}: PAGE", f"{ORIGIN}: PAGE"),
    "wsgi/list-unparsable": (
        f'{HEADERS}: ["Authorization", "Content-Type"]',
        f"{HEADERS}: Authorization, Content-Type",
    ),
    "wsgi/redirect-cross-origin": (f"{ORIGIN}: PAGE", f"{ORIGIN}: *"),
}
NOTHING_IN_THE_CONSOLE = "flask/response-header-hidden"

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
# As if the broken twin of one row answered, and the fixed one of another did not.
INTERFERE = """
(() => {
  const real = window.fetch;
  const start = (id, side) => {
    const { url } = window.results.find((row) => row.id === id)[side];
    return url.slice(0, url.indexOf("?"));
  };
  const broken = start("wsgi/preflight-404", "broken");
  const fixed = start("flask/method-missing", "fixed");
  window.fetch = async (url, init) => {
    if (String(url).startsWith(broken)) return new Response("{}");
    if (String(url).startsWith(fixed)) throw new TypeError("Failed to fetch");
    return real(url, init);
  };
  document.querySelector("#again").click();
})()
"""
# Every failure as the page shows it, one after the other.
SHOWN = """
(async () => {
  const text = (selector) => document.querySelector(selector).textContent;
  const marks = (side) => [...document.querySelectorAll(`#${side}-wire mark`)]
    .map((mark) => mark.textContent).join(", ");
  const shown = {};
  for (const { id } of window.results) {
    location.hash = id;
    await new Promise((resolve) => {
      addEventListener("hashchange", () => setTimeout(resolve), { once: true });
      if (!Object.keys(shown).length) setTimeout(resolve, 100); // may be shown already
    });
    shown[id] = {
      title: text("#title"), console: [...document.querySelectorAll("#lines p")].map((p) => p.textContent),
      answer: text("#answer"), marks: [marks("broken"), marks("fixed")],
    };
  }
  return shown;
})()
"""


def act(script: str, until: str) -> str:
    """JavaScript that does something, waits for what comes of it, and returns that."""
    return f"""(async () => {{
      const find = (selector) => document.querySelector(selector);
      const put = (selector, value) => {{
        find(selector).value = value;
        find(selector).dispatchEvent(new Event("input", {{ bubbles: true }}));
      }};
      {script};
      for (let wait = 0; wait < 400 && !({until}); wait++) {{
        await new Promise((resolve) => setTimeout(resolve, 25));
      }}
      return {until};
    }})()"""


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
    return done, {row["id"]: row for row in json.loads(found)}


def test_every_broken_twin_fails_and_every_fixed_one_works(browser: Browser) -> None:
    done, found = results(browser)
    assert {name: row["ok"] for name, row in found.items()} == dict.fromkeys(DECIDING, True)
    assert done == f"{len(DECIDING)} of {len(DECIDING)} fixed"


def test_each_failure_is_shown_with_the_line_that_decides(browser: Browser, address: str) -> None:
    shown = browser.evaluate(SHOWN)
    assert {name: tuple(one["marks"]) for name, one in shown.items()} == {
        name: tuple(line.replace("PAGE", address) for line in lines)
        for name, lines in DECIDING.items()
    }


def test_the_console_says_what_the_page_says(browser: Browser) -> None:
    messages = browser.console()
    shown = browser.evaluate(SHOWN)
    for name, row in results(browser)[1].items():
        run = row["broken"]["run"]
        said = [message.text for message in messages if run in message.text + message.url]
        if name == NOTHING_IN_THE_CONSOLE:
            nothing = 'response.headers.get("X-Total-Count") is null, and the console says nothing.'
            assert (shown[name]["console"], said) == ([nothing], [])
        else:
            # WebKit names the URL where it says it again, with a few words before.
            said = [text.removeprefix("Failed to load resource: ") for text in said]
            assert shown[name]["console"], name
            assert [line for line in shown[name]["console"] if line not in said] == [], (name, said)


def test_the_switch_shows_the_same_request_with_and_without(browser: Browser) -> None:
    visible = """["broken", "fixed"].filter((side) =>
      getComputedStyle(find(`.console[data-of=${side}]`)).visibility === "visible").join()"""
    assert browser.evaluate(act("", visible)) == "broken"
    assert browser.evaluate(act("find('[value=fixed]').click()", visible)) == "fixed"
    assert browser.evaluate(act("find('[value=broken]').click()", visible)) == "broken"


def test_the_playground_gives_a_verdict(browser: Browser) -> None:
    verdict = "find('#verdict strong').textContent.slice(2)"
    assert browser.evaluate(act("", verdict)) == "Allowed"
    refused = act("put('[name=origin]', 'https://app.example:8443')", f"{verdict} === 'Refused'")
    assert browser.evaluate(refused)
    reason = browser.evaluate("document.querySelector('.play small').textContent")
    assert reason == (
        "The origin 'https://app.example:8443' is not in allow_origins: 'https://app.example'"
        " differs only by its port."
    )
    again = act("put('[name=origin]', 'https://app.example')", f"{verdict} === 'Allowed'")
    assert browser.evaluate(again)


KNOWN = (
    "Access to fetch at 'https://api.example/users' from origin 'http://localhost:3000' has been"
    " blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested"
    " resource."
)


def test_a_pasted_line_is_explained_and_shown(browser: Browser) -> None:
    output = "find('#explain-line output').textContent"
    explained = "find('#explain-line output a')?.pathname"
    shown = "find('#here:not([hidden]) a')?.hash"
    area = "#explain-line textarea"
    both = f"{explained} && {shown} && [{explained}, {shown}].join(' ')"
    found = browser.evaluate(act(f"put({area!r}, {json.dumps(KNOWN)})", both))
    assert found == "/docs/errors/origin-missing.html #django/origin-missing"
    none = f"!{explained} && !{shown} && {output}"
    unknown = browser.evaluate(act(f"put({area!r}, 'x is undefined')", none))
    assert unknown.startswith("Not recognised.")
    assert browser.evaluate(act(f"put({area!r}, '')", f"!{output}"))


def test_lines_to_copy_follow_the_front_end_and_the_framework(browser: Browser) -> None:
    code = "find('#copy').textContent"
    shown = browser.evaluate(
        act(
            "find('#stacks [value=flask]').click(), put('#front-end', 'https://www.shop.example')",
            f"/shop.example/.test({code}) && {code}",
        )
    )
    assert 'allow_origins=["https://www.shop.example"],' in shown
    problem = browser.evaluate(
        act("put('#front-end', 'https://www.shop.example/')", "find('#copy .problem')?.textContent")
    )
    assert "https://www.shop.example" in problem
    exported = browser.evaluate(
        act(
            "find('#stacks [value=nginx]').click(), put('#front-end', 'https://app.example')",
            f"/cors-proxy.conf/.test({code}) && !find('#edge').hidden && {code}",
        )
    )
    assert "add_header Access-Control-Allow-Origin $cors_origin always;" in exported


def test_the_page_notices_what_should_not_be(browser: Browser) -> None:
    browser.evaluate(INTERFERE)
    done, found = results(browser)
    wrong = {name for name, row in found.items() if not row["ok"]}
    assert wrong == {"wsgi/preflight-404", "flask/method-missing"}
    assert done == f"{len(DECIDING) - 2} of {len(DECIDING)} fixed"
    shown = browser.evaluate(SHOWN)
    assert shown["wsgi/preflight-404"]["console"][0].startswith("This should not be:")
    assert shown["flask/method-missing"]["answer"].startswith("This should not be:")
