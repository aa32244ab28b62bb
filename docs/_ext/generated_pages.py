"""Folders of pages that are made when the documentation is built."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


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
