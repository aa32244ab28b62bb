"""The box on the documentation's Errors page, in real browsers."""

import functools
import http.server
import json
import shutil
import sys
import threading
from importlib import import_module
from pathlib import Path

import pytest
from engines.browsers import ENGINES, launch, require

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS / "_ext"))
error_pages = import_module("error_pages")

TYPE = """
(async () => {
  const area = document.querySelector("#explain-line textarea");
  const output = document.querySelector("#explain-line output");
  area.value = %s;
  for (let wait = 0; wait < 200 && !output.childElementCount; wait++) {
    area.dispatchEvent(new Event("input"));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [...output.children].map((one) => one.textContent);
})()
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def page(tmp_path):
    """The URL of a page with the box alone."""
    static = tmp_path / "_static"
    static.mkdir()
    shutil.copy(DOCS / "_static" / "explain.js", static)
    error_pages.write_recogniser(static)
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "index.html").write_text(
        f"<!doctype html>{error_pages.BOX}"
        '<script type="module" src="../_static/explain.js"></script>'
    )
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/errors/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_pasted_is_answered_in_the_page(engine, page):
    require(engine)
    line = (
        "Access to fetch at 'https://api.example/<b>x</b>' from origin 'http://localhost:3000' has "
        "been blocked by CORS policy: Method PUT is not allowed by Access-Control-Allow-Methods in "
        "preflight response."
    )
    with launch(engine) as browser:
        browser.goto(page)
        said = browser.evaluate(TYPE % json.dumps(line))
    assert said[:2] == [
        "The method is not in Access-Control-Allow-Methods",
        "https://api.example/x, from a page on http://localhost:3000",
    ]
