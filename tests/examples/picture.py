"""Takes the pictures of the demo that the README and the documentation show.

PYTHONPATH=tests python -P -m examples.picture docs/images
"""

import sys
from pathlib import Path

from engines.browsers import launch
from examples.running import running
from examples.test_demo import COMMAND, DONE

WITH = "document.querySelector('[value=fixed]').click()"
PICTURES = [
    # name, width, height, dark, what is done before
    ("demo", 1280, 880, False, ""),
    ("demo-fixed", 1280, 880, False, WITH),
    ("demo-dark", 1280, 880, True, ""),
    ("demo-phone", 390, 844, False, ""),
]


def take(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # The usual port, so that the pictures show the address that a reader will see.
    with running(COMMAND) as address, launch("chromium") as browser:
        for name, width, height, dark, script in PICTURES:
            picture = folder / f"{name}.png"
            browser.screenshot(picture, width, height, dark=dark)
            browser.goto("about:blank")
            browser.goto(f"{address}/")
            browser.evaluate(DONE)
            browser.evaluate("document.documentElement.style.overflow = 'hidden'")
            browser.evaluate(f"({script or 0}, 0)")
            browser.screenshot(picture, width, height, dark=dark)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
