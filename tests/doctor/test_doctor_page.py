"""The example of the documentation is what the command prints."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from cors_wsgi.doctor.cli import cli

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"


def test_the_example_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = re.search(
        r"```python\n(.*?)```\n\n```console\ncors-wsgi (.*?)\n```\n\n```text\n(.*?)```",
        PAGE.read_text("utf-8"),
        re.DOTALL,
    )
    assert example
    (tmp_path / "shop.py").write_text(example[1])
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    result = CliRunner().invoke(cli, shlex.split(example[2]))
    assert result.stdout == example[3]
