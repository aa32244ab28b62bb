"""Console lines with the right answer, and how many of them are answered right.

`python tests/doctor/console_lines.py` writes the table in the documentation.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cors_wsgi import catalogue

DATA = Path(__file__).with_name("data")
TABLE = Path(__file__).parents[2] / "docs" / "_generated" / "explain-table.inc"

Verdict = Literal["named", "unknown", "wrong"]


@dataclass(frozen=True)
class Line:
    """A line, and what is right for it.

    Attributes:
        expected: For each answer, what it may be: ids of failures, `not-cors`, `unknown` for
            an answer that says it cannot tell, and `unrecognised` for no answer at all.
    """

    id: str
    family: str
    text: str
    expected: list[list[str]]

    def answers(self) -> list[str]:
        """Return what is answered, in the words of `expected`."""
        matches = catalogue.recognise(self.text)
        if not matches:
            return ["unrecognised"]
        return [
            (match.failures or ("not-cors",))[0] if match.certain else "unknown"
            for match in matches
        ]

    def verdict(self) -> Verdict:
        """Return whether the line is answered right, honestly unknown, or wrong."""
        said = self.answers()
        allowed = len(said) == len(self.expected) and all(
            answer in alternatives for answer, alternatives in zip(said, self.expected, strict=True)
        )
        if not set(said) <= {"unknown", "unrecognised"}:
            return "named" if allowed else "wrong"
        is_prose = self.expected == [["unrecognised"]]
        return "wrong" if is_prose and not allowed else "unknown"


def lines() -> list[Line]:
    """Return all lines: those that people posted, and variations."""
    return [
        Line(entry["id"], entry["family"], entry["line"], entry["expected"])
        for name in ("console_lines.jsonl", "more_console_lines.jsonl", "found_console_lines.jsonl")
        for entry in map(json.loads, (DATA / name).read_text("utf-8").splitlines())
    ]


def table() -> str:
    """Return the documentation's table of the answers, by family."""
    families: dict[str, Counter[str]] = {}
    for line in lines():
        families.setdefault(line.family, Counter())[line.verdict()] += 1
    total = sum(families.values(), Counter())
    rows = [*families.items(), ("**all**", total)]
    return "".join(
        [
            "| lines of | lines | named right | honestly unknown | wrong |\n",
            "|---|--:|--:|--:|--:|\n",
            *(
                f"| {family} | {counts.total()} | {counts['named']} | {counts['unknown']} "
                f"| {counts['wrong']} |\n"
                for family, counts in rows
            ),
        ]
    )


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
