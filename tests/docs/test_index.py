"""The first page: what it shows is what its commands print, and it leads to every other page."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
INDEX = (DOCS / "index.md").read_text(encoding="utf-8")
PAGES = [page.stem for page in sorted(DOCS.glob("*.md")) if page.stem not in {"index", "404"}]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", INDEX, re.MULTILINE | re.DOTALL)


def test_the_result_is_what_the_command_prints(tmp_path: Path) -> None:
    (program,) = blocks("python")
    (tmp_path / "app.py").write_text(program, encoding="utf-8")
    _install, check = blocks("console")
    prompt, _name, *arguments = shlex.split(check)
    assert prompt == "$"
    command = [sys.executable, "-m", "cors_wsgi.doctor", *arguments]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == (blocks("text")[0], "", 0)


@pytest.mark.parametrize("page", PAGES)
def test_the_side_bar_has_the_page(page: str) -> None:
    listed = " ".join(re.findall(r"^```\{toctree\}\n(.*?)^```$", INDEX, re.MULTILINE | re.DOTALL))
    assert page in listed.split()
