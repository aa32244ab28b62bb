"""The page about performance says what was measured: nobody edits its figures by hand."""

from benchmarks import page, plot
from benchmarks.results import Run

RUN = Run.load(page.DOCS / "performance.json")


def test_the_page_is_what_the_run_says() -> None:
    written = (page.DOCS / "performance.md").read_text(encoding="utf-8")
    assert written == "\n".join(page.sections(RUN))


def test_the_picture_is_what_the_run_says() -> None:
    assert (page.DOCS / "performance.svg").read_text(encoding="utf-8") == plot.draw(RUN)
