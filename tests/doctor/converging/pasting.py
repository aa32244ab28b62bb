"""The fix that the command prints, taken from its output and pasted as it says."""

from __future__ import annotations

import ast
import contextlib
import shlex
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from click.testing import CliRunner

from cors_wsgi.doctor.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

_AFTER = "      Run the same command again"


class Printed(NamedTuple):
    """Where the code goes, in the command's words, and the code."""

    where: str
    code: str


def printed_fix(output: str) -> Printed:
    """The fix that is printed.

    Raises:
        ValueError: There is none with code.
    """
    lines = output.split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("Fix   "))
    blank = lines.index("", start)
    end = next(n for n, line in enumerate(lines) if n > blank and line.startswith(_AFTER))
    code = textwrap.dedent("\n".join(lines[blank + 1 : end])).strip("\n")
    where = " ".join(line.strip() for line in lines[start:blank])
    if not code:
        raise ValueError(output)
    return Printed(where.rstrip(":"), f"{code}\n")


def printed(id_: str, stack: str) -> str:
    """The code of a fix, as `explain ID --stack NAME` prints it."""
    result = CliRunner().invoke(cli, ["explain", id_, "--stack", stack])
    assert result.exit_code == 0, result.output
    lines = result.stdout.split("\n")
    fix = next(number for number, line in enumerate(lines) if line.startswith("Fix "))
    start = lines.index("", fix)
    end = next(n for n, line in enumerate(lines) if n > start and line in {"Next", "See"})
    return textwrap.dedent("\n".join(lines[start:end])).strip("\n") + "\n"


def exported(code: str, folder: Path) -> str:
    """Do what a fix says to do before anything is pasted, and return the code to paste.

    Args:
        code: The code, whose paragraphs are a policy, the command that exports it, and the rest.
        folder: Where that is done.
    """
    policy, commands, *rest = code.split("\n\n", 2)
    (folder / "cors.toml").write_text(policy.partition("\n")[2], "utf-8")
    arguments = shlex.split(commands.split("\n")[1])
    assert arguments[:2] == ["cors-wsgi", "export"], commands
    with contextlib.chdir(folder):
        result = CliRunner().invoke(cli, arguments[1:])
    assert result.exit_code == 0, result.output
    return "".join(rest)


def pasted(source: str, fix: Printed) -> str:
    """A Python module with the code where the command says that it goes."""
    if "above the line that calls `CORS`" in fix.where:
        return _before(source, _call(source), fix.code)
    if "in place of the call of `CORS`" in fix.where:
        return _replaced(source, _call(source), fix.code)
    if "in place of the decorator" in fix.where:
        decorator = next(
            one
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef)
            for one in node.decorator_list
            if "cors_policy" in ast.unparse(one)
        )
        return _replaced(source, decorator, fix.code)
    if "above that line" in fix.where:
        number = int(fix.where.partition(", above that line")[0].rpartition(":")[2])
        lines = source.splitlines(keepends=True)
        return "".join([*lines[: number - 1], fix.code, *lines[number - 1 :]])
    assert "below" in fix.where.lower() or "at the end of" in fix.where.lower(), fix.where
    return f"{source}\n{fix.code}"


def _call(source: str) -> ast.stmt:
    """The statement that calls `CORS`."""
    return next(node for node in ast.parse(source).body if ast.unparse(node).startswith("CORS("))


def _before(source: str, node: ast.stmt, code: str) -> str:
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: node.lineno - 1], code, *lines[node.lineno - 1 :]])


def _replaced(source: str, node: ast.stmt | ast.expr, code: str) -> str:
    lines = source.splitlines(keepends=True)
    end = node.end_lineno or node.lineno
    return "".join([*lines[: node.lineno - 1], code, *lines[end:]])
