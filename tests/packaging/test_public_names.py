"""The public names: what `__all__` says, what a user finds, and what is documented."""

import re
from importlib import import_module
from inspect import getdoc, isclass, isroutine
from pathlib import Path
from types import ModuleType

import pytest

REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"
PUBLIC = [
    "cors_wsgi",
    "cors_wsgi.adapting",
    "cors_wsgi.browser",
    "cors_wsgi.testing",
    "cors_wsgi.transports",
    "flask_cors_wsgi",
    "django_cors_wsgi",
]


@pytest.fixture(params=PUBLIC)
def module(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(request.param)


def test_every_name_exists_and_is_documented(module: ModuleType) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    made_here = [name for name in module.__all__ if isroutine_or_class(getattr(module, name))]
    assert [name for name in made_here if not getdoc(getattr(module, name))] == []


def isroutine_or_class(value: object) -> bool:
    """Whether it can have a docstring of its own, which an alias of a type cannot."""
    return isclass(value) or isroutine(value)


def test_names_are_listed_once(module: ModuleType) -> None:
    assert len(set(module.__all__)) == len(module.__all__)


@pytest.mark.parametrize("name", ["cors_wsgi", "flask_cors_wsgi"])
def test_nothing_else_looks_public(name: str) -> None:
    package = import_module(name)
    found = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert found == set(package.__all__)


def test_the_reference_lists_every_public_module() -> None:
    listed = re.findall(r"automodule:: ([\w.]+)", REFERENCE.read_text())
    assert sorted(listed) == sorted(PUBLIC)
