"""Docstrings are one dialect: PEP 257's imperative, and Google's sections in sentences."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for place in ("cors_wsgi", "adapters", "example_projects", "docs/_ext")
    for path in ROOT.joinpath(place).rglob("*.py")
)
# With these a docstring describes a thing, as only one of a property or a fixture does.
NO_VERBS = frozenset(
    [
        "A",
        "All",
        "An",
        "At",
        "Each",
        "Every",
        "For",
        "How",
        "In",
        "It",
        "Its",
        "No",
        "Of",
        "That",
        "The",
        "These",
        "This",
        "Those",
        "What",
        "When",
        "Where",
        "Whether",
        "Which",
        "Why",
        "Without",
    ]
)


def described_as_things(source: str) -> list[str]:
    return [
        f"line {node.lineno}: {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any(
            word in ast.unparse(each)
            for each in node.decorator_list
            for word in ("property", "fixture", ".setter")
        )
        and (ast.get_docstring(node) or "Do").split()[0] in NO_VERBS
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_docstrings_of_functions_are_imperative(path: Path) -> None:
    assert described_as_things(path.read_text("utf-8")) == []


# In a section such as `Args:`, what is said of a name.
DESCRIPTION = re.compile(r"^    (?P<name>\*{0,2}[\w.]+): (?P<text>.*)", re.MULTILINE)
SECTIONS = re.compile(r"^(?:Args|Attributes|Raises):\n((?: .*\n?|\n(?= ))+)", re.MULTILINE)


def in_small_letters(source: str) -> list[str]:
    return [
        f"{row['name']}: {row['text']}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for section in SECTIONS.findall(ast.get_docstring(node) or "")
        for row in DESCRIPTION.finditer(section)
        if row["text"][:1].islower()
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_said_of_a_name_begins_with_a_capital(path: Path) -> None:
    assert in_small_letters(path.read_text("utf-8")) == []


def test_a_description_is_found_in_its_section() -> None:
    function = '''def f(a, b):
        """Do it.

        Args:
            a: the one.
            b: The other, if
                c: is there.

        Raises:
            ValueError: if not.
        """'''
    assert in_small_letters(function) == ["a: the one.", "ValueError: if not."]


def test_a_function_is_told_from_a_property() -> None:
    function = 'def f():\n    """The value."""\n'
    assert described_as_things(function) == ["line 1: f"]
    assert described_as_things(f"@property\n{function}") == []
