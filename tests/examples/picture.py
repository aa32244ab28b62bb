"""Takes the README's picture of the demo.

PYTHONPATH=tests python -P -m examples.picture docs/images/demo.png
"""

import sys
from pathlib import Path

from engines.browsers import launch
from examples.running import running
from examples.test_demo import COMMAND, DONE


def take(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The usual port, so that the picture shows the address that a reader will see.
    with running(COMMAND) as address, launch("chromium") as browser:
        browser.goto(f"{address}/")
        browser.evaluate(DONE)
        browser.evaluate("document.documentElement.style.overflow = 'hidden'")
        browser.screenshot(path, 1280, 940)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
