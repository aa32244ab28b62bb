"""The picture of the layers has what import-linter enforces."""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
picture = import_module("layers")

PYPROJECT = """
[tool.importlinter]
root_packages = ["core", "adapter"]

[[tool.importlinter.contracts]]
type = "layers"
containers = ["core"]
layers = ["high", "low | lower"]

[[tool.importlinter.contracts]]
type = "layers"
containers = ["core.high"]
layers = ["inside"]
"""


def test_adapters_are_above_the_layers_of_the_contract(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "core" / "high").mkdir(parents=True)
    (tmp_path / "core" / "high" / "__init__.py").touch()
    assert picture.layers(tmp_path / "pyproject.toml") == [
        [tmp_path / "adapters" / "adapter.py"],
        [tmp_path / "core" / "high" / "__init__.py"],
        [tmp_path / "core" / "low.py", tmp_path / "core" / "lower.py"],
    ]


def test_every_module_in_the_picture_has_a_line() -> None:
    paths = [path for layer in picture.layers(ROOT / "pyproject.toml") for path in layer]
    assert [path for path in paths if not picture.summary(path)] == []
