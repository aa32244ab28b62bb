"""The model does no I/O, reads no clock, and shares no code with what it judges."""

import ast
import sys
from pathlib import Path

import pytest

import cors_wsgi.browser

PACKAGE = Path(cors_wsgi.browser.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# The whole of the standard library that the model may use, and the one list that it reads.
PURE = {
    "__future__",
    "collections",
    "dataclasses",
    "enum",
    "functools",
    "ipaddress",
    "itertools",
    "re",
    "textwrap",
    "typing",
    "urllib",
}


LISTS = {"publicsuffixlist", "importlib.resources"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_only_pure_modules_and_its_own_package(path):
    foreign = {
        name
        for name in imported(path)
        if name.split(".")[0] not in PURE
        and name not in LISTS
        and name != "cors_wsgi.browser"
        and not name.startswith("cors_wsgi.browser.")
    }
    assert foreign == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_of_urllib_only_the_parser_is_used(path):
    urllib = {name for name in imported(path) if name.split(".")[0] == "urllib"}
    assert urllib <= {"urllib.parse"}


def test_pure_modules_are_of_the_standard_library():
    assert PURE.issubset(sys.stdlib_module_names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_are_small(path):
    assert len(path.read_text("utf-8").splitlines()) < 350


def test_what_is_exported_exists_once():
    names = cors_wsgi.browser.__all__
    assert [name for name in names if not hasattr(cors_wsgi.browser, name)] == []
    assert len(set(names)) == len(names)
