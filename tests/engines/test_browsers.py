"""The drivers: what a test may expect of a browser, and what a browser leaves behind."""

import contextlib
import functools
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import processes
from engines.browsers import ENGINES, Browser, BrowserError, ScriptError, find, launch, require

PAGE = "<!doctype html><title>A page</title><style>:root{color-scheme:light dark}</style><p>Hello"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(PAGE)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module", params=ENGINES)
def browser(request: pytest.FixtureRequest, site: str) -> Iterator[Browser]:
    require(request.param)
    with launch(request.param) as started:
        started.goto(f"{site}/")
        yield started


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("document.title", "A page", id="a value"),
        pytest.param("fetch('/').then(answer => answer.status)", 200, id="a promise's value"),
        pytest.param("{'a': [1, null, 'ü']}", {"a": [1, None, "ü"]}, id="an object"),
        pytest.param("undefined", None, id="undefined is None"),
    ],
)
def test_the_value_of_an_expression(browser: Browser, expression: str, value: object) -> None:
    assert browser.evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        pytest.param("Promise.reject(new Error('no such luck'))", "no such luck", id="a rejection"),
        pytest.param("nothing.at.all", "nothing", id="an exception"),
        pytest.param("a b", "SyntaxError", id="a syntax error"),
    ],
)
def test_a_failing_expression_says_why(browser: Browser, expression: str, complaint: str) -> None:
    with pytest.raises(ScriptError, match=complaint):
        browser.evaluate(expression)


def test_the_page_changes_with_its_address(browser: Browser, site: str) -> None:
    elsewhere = site.replace("127.0.0.1", "localhost")
    for address in (f"{elsewhere}/?1", f"{elsewhere}/?2", f"{site}/"):
        browser.goto(address)
        assert browser.evaluate("location.href") == address


def test_the_console_has_what_scripts_log(browser: Browser) -> None:
    browser.evaluate("console.error('one', 2)")
    assert ("one 2", "error") in [(message.text, message.level) for message in browser.console()]


def test_the_console_names_a_resource_that_cors_refused(browser: Browser, site: str) -> None:
    resource = site.replace("127.0.0.1", "localhost") + "/refused"
    with pytest.raises(ScriptError, match="TypeError"):
        browser.evaluate(f"fetch('{resource}')")
    assert any(resource in message.text for message in browser.console())


def test_a_screenshot_has_the_size_and_the_colours_that_were_asked_for(
    site: str, tmp_path: Path
) -> None:
    require("chromium")
    with launch("chromium") as chromium:
        chromium.goto(f"{site}/")
        chromium.screenshot(tmp_path / "light.png", 320, 200)
        chromium.screenshot(tmp_path / "dark.png", 320, 200, dark=True)
    light, dark = ((tmp_path / name).read_bytes() for name in ("light.png", "dark.png"))
    assert light[:8] == b"\x89PNG\r\n\x1a\n"
    assert [int.from_bytes(light[at : at + 4]) for at in (16, 20)] == [320, 200]
    assert light != dark


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_test_run_leaves_no_browser_behind(engine: str) -> None:
    require(engine)
    program = (
        "from engines.browsers import launch\n"
        f"with launch({engine!r}) as browser:\n"
        "    print('started', flush=True); input()\n"
    )
    tests = str(Path(__file__).parents[1])
    with (
        processes.laboratory() as lab,  # for the profile that a killed run cannot remove
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONPATH": tests, "TMPDIR": str(lab)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as run,
    ):
        assert run.stdout is not None
        assert run.stdout.readline() == "started\n"
        family = _descendants(run.pid)
        assert family
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while left := [pid for pid in family if _is_running(pid)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.1)


def test_a_missing_browser_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find("firefox") is None
    with pytest.raises(BrowserError, match="apt-get install firefox-esr"):
        launch("firefox")


@pytest.mark.parametrize(
    ("on_ci", "outcome"),
    [
        pytest.param("", pytest.skip.Exception, id="is skipped"),
        pytest.param("true", pytest.fail.Exception, id="fails on CI"),
    ],
)
def test_a_test_without_its_browser(
    monkeypatch: pytest.MonkeyPatch, on_ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", on_ci)
    with pytest.raises(outcome, match="firefox is not installed here"):
        require("firefox")


def test_a_browser_that_ends_at_once_says_what_it_printed(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo no room on this display >&2; exit 3"]
    with (
        processes.running(command, tmp_path) as process,
        pytest.raises(BrowserError, match=r"A browser ended with status 3.*\n.*no room"),
    ):
        processes.wait_for(lambda: None, "A browser", process, tmp_path)


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children] + [
        grandchild for child in children for grandchild in _descendants(int(child))
    ]


def _is_running(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
