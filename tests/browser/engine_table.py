"""The table of engine differences in the documentation, made from the model.

    python tests/browser/engine_table.py

writes it into docs/browser-model.md.
"""

import dataclasses
import inspect
import re
from pathlib import Path

from cors_wsgi.browser import ENGINES, Engine

PAGE = Path(__file__).parents[2] / "docs" / "browser-model.md"
HEADINGS = {
    "standard": "Standard",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "WebKit",
}
BEGIN, END = "<!-- engines: begin -->\n", "<!-- engines: end -->\n"


def table():
    """One row for each option of an engine that any engine sets."""
    said = descriptions()
    rows = ["| | " + " | ".join(HEADINGS[name] for name in ENGINES) + " |"]
    rows.append("|---|" + "---|" * len(ENGINES))
    for field in dataclasses.fields(Engine):
        values = [getattr(engine, field.name) for engine in ENGINES.values()]
        if field.name != "name" and len(set(values)) > 1:
            cells = " | ".join(shown(value) for value in values)
            rows.append(f"| {said[field.name]} | {cells} |")
    return "\n".join(rows) + "\n"


def descriptions():
    """What the docstring says of each option, up to its first full stop or semicolon."""
    attributes = inspect.cleandoc(Engine.__doc__).partition("Attributes:\n")[2]
    found = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", attributes, re.MULTILINE)
    return {name: re.split(r"[.;](?:\s|$)", " ".join(text.split()))[0] for name, text in found}


def shown(value):
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return ", ".join(f"`{item}`" for item in sorted(value)) or "none"
    return str(value)


def with_table(text):
    """The page with the table in its place."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
