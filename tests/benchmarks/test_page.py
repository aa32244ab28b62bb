"""The page about performance says what was measured: its figures are not edited by hand."""

from benchmarks import page, plot
from benchmarks.report import Run

RUN = Run.load(page.DOCS / "performance.json")


def test_the_page_says_what_the_run_found() -> None:
    assert (page.DOCS / "performance.md").read_text(encoding="utf-8") == page.text(RUN)


def test_the_plot_shows_what_the_run_found() -> None:
    assert (page.DOCS / "performance.svg").read_text(encoding="utf-8") == plot.draw(RUN)
