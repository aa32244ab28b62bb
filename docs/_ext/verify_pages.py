"""The pages of the codes of `verify`, written like those of `export` into `verify/`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from error_pages import joined
from export_pages import CODES_PAGE, code_page
from generated_pages import below, write

from cors_wsgi.doctor.verify.codes import CODES, Code
from cors_wsgi.doctor.verify.report import Kind

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HEADINGS: dict[Kind, str] = {
    "opens": "Opens more than the policy",
    "refuses": "Refuses what the policy allows",
    "warnings": "Warnings",
}
REFUSALS = "All other codes of what a server refuses are [failures](../errors/index.md)."


def pages() -> Iterator[tuple[str, str]]:
    """Return the name and the text of every page."""
    yield "codes", codes_page()
    for code, described in CODES.items():
        page = code_page(code, described, f"{HEADINGS[described.kind]}.")
        yield code, below(CODES_PAGE, page)


def codes_page() -> str:
    """Return the codes by kind."""
    return joined(["# Codes of `verify`", *map(table, HEADINGS), REFUSALS])


def table(kind: Kind) -> str:
    """Return the codes of one kind, under its heading."""
    rows = [row(code, one) for code, one in CODES.items() if one.kind == kind]
    return "\n".join([f"## {HEADINGS[kind]}", "", "| code | what it is |", "|---|---|", *rows])


def row(code: str, described: Code) -> str:
    """Return a line of the table."""
    return f"| [`{code}`]({code}.md) | {described.title} |"


def write_pages(app: "Sphinx") -> None:
    """Write the pages that are not there yet, or have changed."""
    write(app, "verify", pages())


def setup(app: "Sphinx") -> dict[str, bool]:
    """Connect to Sphinx's events."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
