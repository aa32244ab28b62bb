"""Accessibility of a page, by axe-core in a browser that shows it.

require()
with launch("chromium") as browser:
    browser.goto(url)
    assert faults(browser) == []
"""

import json
from functools import cache

from engines import browsers, npm

PACKAGE = "axe-core@4.14"
# All rules, the best practices included. Each fault names the rule and the elements.
RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
  (rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target.join(" ")}`)
))
"""


def require() -> None:
    """Skip the calling test without Chromium or npm; on CI, fail it."""
    browsers.require("chromium")
    npm.require()


def faults(browser: browsers.Browser) -> list[str]:
    """What axe-core finds in the page as it is now."""
    browser.evaluate(f"void (0, eval)({json.dumps(_script())})")
    found: list[str] = browser.evaluate(RUN)
    return found


@cache
def _script() -> str:
    modules = npm.install(PACKAGE)
    return (modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
