"""A function's docstring begins with a verb that says what the caller gets (PEP 257)."""

import ast
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


def test_a_function_is_told_from_a_property() -> None:
    function = 'def f():\n    """The value."""\n'
    assert described_as_things(function) == ["line 1: f"]
    assert described_as_things(f"@property\n{function}") == []
