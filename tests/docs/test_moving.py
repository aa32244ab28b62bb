"""The page about moving from other packages shows the code that the command prints."""

import re
import shlex
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.pages import ROOT

from cors_wsgi.doctor.cli import cli

PAGE = (ROOT / "docs" / "moving.md").read_text("utf-8")
EXAMPLE = re.compile(
    r"this is `(\w+\.py)`:\n\n```python\n(.*?)```\n\n```console\n\$ cors-wsgi (.*?)\n```\n\n"
    r"prints, with the changes:\n\n```python\n(.*?)```",
    re.DOTALL,
)
EXAMPLES = [
    pytest.param(*found.groups(), id=found[3].split()[2]) for found in EXAMPLE.finditer(PAGE)
]


def test_there_are_examples() -> None:
    assert [one.id for one in EXAMPLES] == ["flask-cors", "starlette", "wsgicors"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in, whose modules are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = dict(sys.modules)
    for name in ("shop", "api", "wsgi"):
        sys.modules.pop(name, None)
    yield tmp_path
    for name in ("shop", "api", "wsgi"):
        sys.modules.pop(name, None)
        if name in before:
            sys.modules[name] = before[name]


@pytest.mark.parametrize(("name", "before", "command", "after"), EXAMPLES)
def test_the_command_prints_the_code(
    name: str, before: str, command: str, after: str, folder: Path
) -> None:
    (folder / name).write_text(before, encoding="utf-8")
    printed = CliRunner().invoke(cli, shlex.split(command))
    assert printed.stdout.startswith("TRANSLATED")
    assert textwrap.indent(after, "    ") in printed.stdout
    assert "What changes" in printed.stdout
