"""The policy reference has every code that there is, and every field."""

import ast
import re
import sys
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import pytest

from cors_wsgi import Policy
from cors_wsgi._policy.fields import DEFAULTS

ROOT = Path(__file__).parents[2]
MODULES = (
    "_origins.entries",
    "_origins.mistakes",
    "_origins.parser",
    "_origins.regexes",
    "_origins.suffixes",
    "_policy.dangers",
    "_policy.fields",
    "_policy.hosts",
    "_policy.paths",
    "_policy.unknown_fields",
)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[str, str, str]]]:
    """The rows of the reference's two tables."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    policy_examples = import_module("policy_examples")
    del sys.modules["policy_examples"]
    return {kind: list(policy_examples.rows(kind)) for kind in ("problems", "warnings")}


def codes_in(name: str) -> set[str]:
    """The codes that a module writes: texts of words with hyphens between."""
    source = Path(str(import_module(f"cors_wsgi.{name}").__file__)).read_text(encoding="utf-8")
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+(-[a-z]+)+", node.value)
    }


def test_every_code_has_an_example(rows: dict[str, list[tuple[str, str, str]]]) -> None:
    shown = {code for table in rows.values() for code, _, _ in table}
    assert shown == set().union(*map(codes_in, MODULES))


def test_no_example_is_there_twice(rows: dict[str, list[tuple[str, str, str]]]) -> None:
    for table in rows.values():
        examples = [example for _, example, _ in table]
        assert len(set(examples)) == len(examples)


def test_every_field_is_explained() -> None:
    explained = re.findall(r"^ {4}(\w+): ", str(getdoc(Policy)), re.MULTILINE)
    assert set(Policy.field_names()) <= set(explained)


def test_the_table_has_every_field_with_its_default() -> None:
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", page, re.MULTILINE)
    defaults = {name: f"`{default!r}`" for name, default in DEFAULTS.items()}
    assert dict(table) == {"allow_origins": "none: you have to name them", **defaults}
