"""Lets modules show code in their docstrings as plainly indented text, without `::`."""

from itertools import pairwise

from sphinx.application import Sphinx


def mark_code(  # noqa: PLR0913, PLR0917 - what the event gives
    _app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Make a literal block of what is indented after a line that ends with a colon."""
    if what != "module":
        return
    for number, (line, following) in enumerate(pairwise(lines[:-1])):
        if line.endswith(":") and not following and lines[number + 2].startswith("    "):
            lines[number] = f"{line}:"


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of it."""
    app.connect("autodoc-process-docstring", mark_code)
    return {"parallel_read_safe": True}
