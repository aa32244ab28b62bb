"""The table of the documentation: how many fixes are enough after one paste, by stack."""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).parents[3] / "docs" / "_generated" / "fixes-table.inc"


def row(stack: str, how: str, allowed: int, asked: int) -> str:
    """One row of the table."""
    return f"| {stack} | {how} | {asked} | {allowed} |\n"
