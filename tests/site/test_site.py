"""The built site: its links lead somewhere, its search finds, and everybody can read it.

These are in one module, so that the site is built once.
"""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from engines import axe
from engines.browsers import launch, require
from engines.chromium import Chromium

from cors_wsgi import catalogue

# What people meet first.
PAGES = ["index", "untouchable", "errors/preflight-404", "search"]

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Shows one page after the other, in a window that each test gives its size and colours."""
    require("chromium")
    with launch("chromium") as started:
        yield started


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_there_is_no_fault(width: int, dark: bool, address: str, browser: Chromium) -> None:
    axe.require()
    browser.resize(width, 900, dark=dark)
    for page in PAGES:
        browser.goto(f"{address}/{page}.html")
        seen = browser.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]")
        assert (page, seen) == (page, [width, dark])
        assert (page, axe.faults(browser)) == (page, [])
        is_wide = browser.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (page, is_wide) == (page, False)


class Page(HTMLParser):
    """The links of a page, and the places that a link can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in {"href", "src", "action"}:
                self.links.add(value)
            elif value and name in {"id", "name"}:
                self.places.add(value)


def broken(site: Path) -> list[str]:
    """The links of a site that lead nowhere; links to other sites are not followed."""
    pages = {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    found = []
    for path, page in pages.items():
        # It is served for any address, so its links begin at the root of the site.
        folder = site if path.name == "404.html" else path.parent
        for link in sorted(page.links):
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            relative = unquote(url.path)
            if path.name == "404.html":
                relative = relative.removeprefix("/en/latest").lstrip("/")
            target = (folder / relative).resolve() if relative else path
            if target.is_dir():
                target /= "index.html"
            is_missing = not target.exists()
            place = unquote(url.fragment)
            if is_missing or (place and target in pages and place not in pages[target].places):
                found.append(f"{path.relative_to(site)}: {link}")
    return found


def test_every_link_leads_somewhere(site: Path) -> None:
    assert broken(site) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html#here">b</a><a href="b.html#gone">b</a><a href="c.html">c</a>'
        '<img src="d.png"><a href="https://elsewhere.example/">e</a><a href="#top" id="top">t</a>'
    )
    (tmp_path / "b.html").write_text('<h1 id="here">b</h1>')
    assert broken(tmp_path) == ["a.html: b.html#gone", "a.html: c.html", "a.html: d.png"]


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


def test_forty_pasted_lines_find_their_page(address: str, browser: Chromium) -> None:
    lines = forty_lines()
    assert len(lines) == 40
    browser.resize(1280, 900)
    lost = []
    for line, failures in lines:
        browser.goto(f"{address}/search.html?q={quote(line)}")
        links = browser.evaluate(ANSWERED)
        first = links[0].rpartition("/")[2].removesuffix(".html") if links else None
        if first not in pages_of(failures):
            lost.append((line, first))
    assert lost == []


def test_words_that_no_page_has_do_not_empty_the_results(address: str, browser: Chromium) -> None:
    browser.resize(1280, 900)
    browser.goto(f"{address}/search.html?q={quote('flask localhost:5055/me zzyzx')}")
    assert browser.evaluate(FOUND) > 0
