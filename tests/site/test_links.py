"""Every link in the built site leads to a file that is there, and to a place in it."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


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
