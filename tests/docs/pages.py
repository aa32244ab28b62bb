"""What a page of the documentation has for its reader to paste."""

import ast
import itertools
import re
import shlex
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(
    r"\bas\s`(?:[\w.-]*/)*([\w.-]+)`[^`\n]*:\n+( *)```\w+\n(.*?)^\2```$", re.MULTILINE | re.DOTALL
)
_INVISIBLE = re.compile(r"^<!-- invisible-code-block: python\n(.*?)^-->", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code in a language, as a reader copies them."""
    return [textwrap.dedent(code) for _, found, code in _FENCE.findall(text) if found == language]


def files(text: str) -> list[tuple[str, str]]:
    """The files that a reader is told to save ("as `app.py`:", and a block of code), in order."""
    return [(name, textwrap.dedent(code)) for name, _, code in _FILE.findall(text)]


def commands(text: str) -> list[str]:
    """The commands of the page's console blocks."""
    lines = "\n".join(blocks(text, "console")).replace("\\\n", "")
    return [line.removeprefix("$ ") for line in lines.splitlines() if line.strip()]


def variables(command: str) -> dict[str, str]:
    """The environment variables that a command begins with."""
    words = itertools.takewhile(lambda word: "=" in word, shlex.split(command))
    return dict(word.split("=", 1) for word in words)


def names_that_a_reader_lacks(text: str, given: set[str]) -> set[str]:
    """Names that the visible examples use, and only the invisible ones have.

    Args:
        text: The page.
        given: The names that the test gives to every page.
    """
    visible = [ast.parse(code) for code in blocks(text, "python") if ">>>" not in code]
    hidden = [ast.parse(code) for code in _INVISIBLE.findall(text)]
    used = {name for tree in visible for name in _names(tree, ast.Load)}
    bound = {name for tree in visible for name in _names(tree, ast.Store)}
    lacking = given.union(*(_names(tree, ast.Store) for tree in hidden))
    return (used - bound) & lacking


def _names(tree: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """The names that code uses or, for `ast.Store`, binds."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, context):
            found.add(node.id)
        elif context is ast.Store:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.arg):
                found.add(node.arg)
    return found
