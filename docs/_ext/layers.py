"""The picture of the layers, made from the contract that import-linter enforces.

A module's line is the first line of its docstring, so neither can differ from the code.
"""

import ast
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]


class Layers(SphinxDirective):
    """The layers, highest first: adapters, then the modules of `cors_wsgi`."""

    def run(self) -> list[nodes.Node]:
        """Make the picture."""
        self.env.note_dependency(str(ROOT / "pyproject.toml"))
        picture = nodes.container(classes=["layers"])
        picture += [self.layer(layer) for layer in layers(ROOT / "pyproject.toml")]
        return [picture]

    def layer(self, paths: list[Path]) -> nodes.container:
        """Make one layer: its modules, side by side."""
        made = nodes.container(classes=["layer"])
        for path in paths:
            self.env.note_dependency(str(path))
            name = path.parent.name if path.name == "__init__.py" else path.stem
            box = nodes.container(classes=["module"])
            box += nodes.paragraph("", "", nodes.literal(text=name))
            parsed, _messages = self.parse_inline(summary(path))
            box += nodes.paragraph("", "", *parsed)
            made += box
        return made


def layers(pyproject: Path) -> list[list[Path]]:
    """Return the files of each layer's modules, the highest layer first."""
    settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]
    core, *adapters = settings["root_packages"]
    (contract,) = (one for one in settings["contracts"] if one.get("containers") == [core])
    below = [
        [module_file(pyproject.parent / core, name) for name in layer.split(" | ")]
        for layer in contract["layers"]
    ]
    return [[module_file(pyproject.parent / "adapters", name) for name in adapters], *below]


def module_file(folder: Path, name: str) -> Path:
    """Return the file that has a module's docstring."""
    package = folder / name / "__init__.py"
    return package if package.exists() else folder / f"{name}.py"


def summary(path: Path) -> str:
    """Return the first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive to Sphinx."""
    app.add_directive("layers", Layers)
    return {"parallel_read_safe": True}
