"""What is right to say of each broken server: its cause, and what to change."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.report import Report


def cause(id_: str, name: str, said: Report) -> bool:
    """Whether the cause, or the finding where nothing is blocked, says what it should."""
    texts = [said.cause, *(one.text for one in said.diagnosis.findings if one.id == id_)]
    return re.search(_right()[id_, name]["cause"], " ".join(texts), re.DOTALL) is not None


def fix(id_: str, name: str, said: Report) -> bool:
    """Whether the text of the fix or its code says what it should."""
    found = said.fix
    assert found is not None
    text = f"[{found.stack}] {found.text}\n{found.code}"
    return re.search(_right()[id_, name]["fix"], text, re.DOTALL) is not None


def answered() -> set[tuple[str, str]]:
    """The servers that there is a right answer for, by id and name."""
    return set(_right())


@cache
def _right() -> dict[tuple[str, str], dict[str, str]]:
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {(id_, name): row for id_, rows in data.items() for name, row in rows.items()}
