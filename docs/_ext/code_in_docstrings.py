"""Lets modules show code in their docstrings as plainly indented text, without `::`."""

from sphinx.application import Sphinx


def mark_code(
    _app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]
) -> None:
    """Make a literal block of what is indented after a blank line."""
    if what != "module":
        return
    marked: list[str] = []
    in_code = False
    for line in lines:
        if line and in_code != line.startswith("    "):
            in_code = not in_code
            if in_code and marked and not marked[-1]:
                marked += ["::", ""]
        marked.append(line)
    lines[:] = marked


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of it."""
    app.connect("autodoc-process-docstring", mark_code)
    return {"parallel_read_safe": True}
