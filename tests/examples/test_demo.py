"""The demo, in real browsers."""

import json
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from engines import axe
from engines.browsers import ENGINES, Browser, launch, require
from engines.processes import PATIENCE
from examples.running import EXAMPLES, command_of, running
from versions import needs_routers

pytestmark = needs_routers  # the kitchen has a policy for a router

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
    "fastapi/origin-missing": (f"no {ORIGIN}", f"{ORIGIN}: PAGE"),
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
# As if the broken application of one row answered, and the fixed one of another did not.
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
      console: [...document.querySelectorAll("#lines p")].map((line) => line.textContent),
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
    # kill ends it as cleanly as Ctrl-C does.
    with running([*COMMAND, "--port", "0"], stop=signal.SIGTERM) as url:
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


def test_every_broken_application_fails_and_every_fixed_one_works(browser: Browser) -> None:
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
    assert "add_header Access-Control-Allow-Origin $cors_origin_" in exported


def test_the_page_notices_what_should_not_be(browser: Browser) -> None:
    browser.evaluate(INTERFERE)
    done, found = results(browser)
    wrong = {name for name, row in found.items() if not row["ok"]}
    assert wrong == {"wsgi/preflight-404", "flask/method-missing"}
    assert done == f"{len(DECIDING) - 2} of {len(DECIDING)} fixed"
    shown = browser.evaluate(SHOWN)
    assert shown["wsgi/preflight-404"]["console"][0].startswith("This should not be:")
    assert shown["flask/method-missing"]["answer"].startswith("This should not be:")


OPENED = """
(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  document.querySelector("[value=fixed]").click();
})()
"""
PASTED = act(
    f"put('#explain-line textarea', {json.dumps(KNOWN)}),"
    " put('[name=origin]', 'null'), find('#stacks [value=nginx]').click()",
    "find('#here:not([hidden])') && find('#verdict.bad') && find('#policy .refused') && true",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    require("chromium")
    with launch("chromium") as started:
        yield started


def opened(chromium: Any, address: str, folder: Path, width: int, *, dark: bool = False) -> None:
    """The page in a window of this width."""
    chromium.screenshot(folder / "before.png", width, 844, dark=dark)
    chromium.goto("about:blank")
    chromium.goto(f"{address}/")
    chromium.evaluate(DONE)


@pytest.mark.parametrize(
    ("width", "dark"),
    [
        pytest.param(1280, False, id="light"),
        pytest.param(1280, True, id="dark"),
        pytest.param(390, False, id="on a phone"),
    ],
)
def test_nobody_is_shut_out(
    chromium: Any, address: str, tmp_path: Path, width: int, *, dark: bool
) -> None:
    axe.require()
    opened(chromium, address, tmp_path, width, dark=dark)
    chromium.evaluate(OPENED)
    assert chromium.evaluate(PASTED)
    assert axe.faults(chromium) == []


def test_a_phone_sees_a_page(chromium: Any, address: str, tmp_path: Path) -> None:
    opened(chromium, address, tmp_path, 390)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    width, height = chromium.evaluate(size)
    assert width <= 390
    assert height < 4 * 844


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


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
        for path in ("/page.js", "/page.css", "/icon.svg", "/explain.js", "/recognise.js"):
            assert client.get(path).status_code == 200
        for path in ("/other", "/page.py", "/%2e%2e/page.py", "/page.js/", "//etc/hosts"):
            assert client.get(path).status_code == 404
        for path in ("/docs/%2e%2e/conf.py", "/docs//etc/hosts", "/docs/nothing.html"):
            assert client.get(path).status_code == 404
        name = address.removeprefix("http://").replace("127.0.0.1", "localhost")
        elsewhere = client.get("/", headers={"Host": name})
        assert (elsewhere.status_code, elsewhere.headers["Location"]) == (302, f"{address}/")


@pytest.mark.parametrize(
    "path", ["/lines.json", "/lines.json?row=other", "/exchanges.json?row=django/preflight-405"]
)
def test_a_question_without_its_failure_is_a_404(address: str, path: str) -> None:
    assert httpx.get(f"{address}{path}").status_code == 404


def test_nothing_comes_from_elsewhere(browser: Browser) -> None:
    hosts = browser.evaluate("""[...new Set(performance.getEntriesByType("resource")
      .map((entry) => new URL(entry.name).hostname))].sort()""")
    assert hosts == ["127.0.0.1"]


@pytest.mark.parametrize("failure", ["django/preflight-405", "fastapi/preflight-auth"])
def test_the_command_that_the_page_shows_finds_the_same(address: str, failure: str) -> None:
    rows = httpx.get(f"{address}/demo.json", timeout=PATIENCE).json()["rows"]
    (command,) = (row["check"] for row in rows if row["id"] == failure)
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/cors-wsgi"
    ended = subprocess.run(
        [COMMAND[0], "-m", "cors_wsgi", *arguments, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    (check,) = json.loads(ended.stdout)["checks"]
    assert [check["failure"], check["stack"]] == failure.split("/")[::-1]
