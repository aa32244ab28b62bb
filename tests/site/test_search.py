"""What people paste into the search box finds its page, whatever host, port or status is in it."""

import json
from pathlib import Path
from urllib.parse import quote

from engines.browsers import launch, require

from cors_wsgi import catalogue

LINES = Path(__file__).parents[1] / "doctor" / "data" / "console_lines.jsonl"
FAILURES = catalogue.failures()

# The box answers, and the search ends.
ANSWERED = """
(async () => {
  const results = document.querySelector("#search-results");
  for (let wait = 0; wait < 400; wait++) {
    if (document.querySelector("#explain-line output").childElementCount) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return [...document.querySelectorAll("#explain-line:not([hidden]) output a")].map((a) => a.href);
})()
"""
FOUND = """
(async () => {
  for (let wait = 0; wait < 400; wait++) {
    const found = document.querySelectorAll("#search-results ul.search li");
    if (found.length) return found.length;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return 0;
})()
"""


def forty_lines() -> list[tuple[str, set[str]]]:
    """Lines as people pasted them, of every browser, each with the pages that are right for it."""
    rows = [json.loads(line) for line in LINES.read_text("utf-8").splitlines()]
    named = [
        (row["line"], {id_ for ids in row["expected"] for id_ in ids})
        for row in rows
        if all(id_ in FAILURES for ids in row["expected"] for id_ in ids)
    ]
    return named[:: len(named) // 40][:40]


def pages_of(failures: set[str]) -> set[str]:
    """The pages about failures: their own, and those of the messages that can mean them."""
    messages = {
        one.id
        for one in catalogue.messages()
        if failures.intersection((*one.failures, *one.by_preflight))
        or any(failures.intersection(ids) for ids in one.by_status.values())
    }
    return failures | messages


def test_forty_pasted_lines_find_their_page(address: str) -> None:
    require("chromium")
    lines = forty_lines()
    assert len(lines) == 40
    lost = []
    with launch("chromium") as browser:
        for line, failures in lines:
            browser.goto(f"{address}/search.html?q={quote(line)}")
            links = browser.evaluate(ANSWERED)
            first = links[0].rpartition("/")[2].removesuffix(".html") if links else None
            if first not in pages_of(failures):
                lost.append((line, first))
    assert lost == []


def test_words_that_no_page_has_do_not_empty_the_results(address: str) -> None:
    require("chromium")
    with launch("chromium") as browser:
        browser.goto(f"{address}/search.html?q={quote('flask localhost:5055/me zzyzx')}")
        assert browser.evaluate(FOUND) > 0
