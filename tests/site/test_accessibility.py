"""axe-core finds no fault in the pages that people meet first, on a desk and on a phone."""

import pytest
from engines import axe
from engines.browsers import launch

PAGES = ["index", "untouchable", "errors/preflight-404", "search"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_there_is_no_fault(width: int, dark: bool, address: str) -> None:
    axe.require()
    with launch("chromium") as browser:
        browser.resize(width, 900, dark=dark)
        for page in PAGES:
            browser.goto(f"{address}/{page}.html")
            assert (page, axe.faults(browser)) == (page, [])
            is_wide = browser.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert (page, is_wide) == (page, False)
