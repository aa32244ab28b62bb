"""Folders of pages that are made when the documentation is built."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def below(above: str, text: str) -> str:
    """Return a page that is found from the page above it, and by search.

    The side bar leaves it out: it would list two hundred of them, on every page.

    Args:
        above: Links to the pages that list it.
        text: The page.
    """
    return f"---\norphan: true\n---\n\n{text}\nMore: {above}.\n"


def write(app: "Sphinx", where: str, made: Iterator[tuple[str, str]]) -> None:
    """Write the pages of a folder that are not there yet, or have changed."""
    folder = Path(app.srcdir) / where
    folder.mkdir(exist_ok=True)
    written = {folder / f"{name}.md": text for name, text in made}
    for path in set(folder.glob("*.md")) - written.keys():
        path.unlink()
    for path, text in written.items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
