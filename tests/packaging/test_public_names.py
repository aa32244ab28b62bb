"""The public names: what `__all__` says, what a user finds, and what is documented."""

import re
from importlib import import_module
from inspect import getdoc, isclass, isroutine
from pathlib import Path
from types import ModuleType

import pytest

REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"
PUBLIC = re.findall(r"automodule:: ([\w.]+)", REFERENCE.read_text(encoding="utf-8"))


@pytest.fixture(params=PUBLIC)
def module(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(request.param)


def names_of(module: ModuleType) -> list[str]:
    """The public names; without `__all__`, what is defined right there."""
    defined_here = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return list(getattr(module, "__all__", defined_here))


def test_the_reference_has_every_module_without_an_underscore() -> None:
    core = Path(str(import_module("cors_wsgi").__file__)).parent
    modules = {
        f"cors_wsgi.{path.stem}"
        for path in core.iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or path.is_dir())
    }
    found = {"cors_wsgi", "flask_cors_wsgi", "django_cors_wsgi", "fastapi_cors_wsgi", *modules}
    # Found by pytest, the command and servers; nobody imports them.
    tools = {"cors_wsgi.testing.pytest_plugin", "cors_wsgi.doctor", "cors_wsgi.serve"}
    assert set(PUBLIC) == found - tools


def test_every_name_exists_once_and_has_a_docstring(module: ModuleType) -> None:
    names = names_of(module)
    assert names
    assert len(set(names)) == len(names)
    values = {name: getattr(module, name) for name in names}
    # An alias of a type cannot have a docstring.
    speaking = [name for name, it in values.items() if isclass(it) or isroutine(it)]
    assert [name for name in speaking if not getdoc(values[name])] == []


def test_a_public_class_says_where_it_is_imported_from(module: ModuleType) -> None:
    classes = [value for value in map(vars(module).get, names_of(module)) if isclass(value)]
    elsewhere = {
        one.__name__: one.__module__ for one in classes if one.__module__ != module.__name__
    }
    assert {name: where for name, where in elsewhere.items() if where not in PUBLIC} == {}


@pytest.mark.parametrize(
    "name", ["cors_wsgi", "flask_cors_wsgi", "django_cors_wsgi", "fastapi_cors_wsgi"]
)
def test_nothing_else_looks_public(name: str) -> None:
    package = import_module(name)
    found = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert found <= set(package.__all__)  # it may have others on demand
    assert set(dir(package)) >= set(package.__all__)
