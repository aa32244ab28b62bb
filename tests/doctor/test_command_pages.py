"""The documentation of `explain` and `policy` shows what they print."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cors_wsgi.doctor.cli import cli

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(r"```console\ncors-wsgi ([^\n]*)\n```\n\n```text\n(.*?)```", re.DOTALL)
EXAMPLES = [
    pytest.param(page, *found.groups(), id=f"{page}-{number}")
    for page in ("explain.md", "policy-command.md")
    for number, found in enumerate(EXAMPLE.finditer((DOCS / page).read_text("utf-8")), 1)
]


def test_there_are_examples():
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize(("page", "command", "shown"), EXAMPLES)
def test_an_example_prints_what_the_page_shows(page, command, shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text in re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL):
        Path("cors.toml").write_text(text)
    assert CliRunner().invoke(cli, shlex.split(command)).stdout == shown
