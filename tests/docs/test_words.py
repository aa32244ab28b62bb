"""No phrase that we have had to correct before, in documentation, docstrings, comments, messages.

This is a test, and not a linter for prose: Vale's packages download its program from a code host
when they first run.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEWLINE = "\n"
# What not to write, as a regular expression, and what to write instead.
WORDS = [
    (r"\bmend(?:s|ed|ing)?\b", "fix"),
    (r"\bsay `?--?[a-z]", "use"),
    (
        r"\bst(?:and|ands|ood|anding) (?:before|behind|beside|between|first|in front|on)\b",
        "is, runs",
    ),
    (r"\bof (?:its|their|his) own kind\b", "a kind of its own, or nothing"),
    (r"\bwhoever\b", "anyone who"),
    # Azure Front Door is a product.
    (r"(?<!front[\x20-])\b(?:doors?|zoo|cages?|exhibits?)\b", "adapter, broken servers, cases"),
    (r"\btwins?\b", "broken and fixed"),
    (r"\bstops the start\b", "is rejected at start-up"),
    (r"\bright of itself\b", "just works"),
    (r"\bwhat is (?:not )?written\b", "who writes what"),
    (r"\b(?:that|which|who) (?:is|are) none\b", "that is not one"),
    (r"\b(?:the|a) way in:", "the first page"),
    (r"\bsave for\b", "except for"),
    (r"\btell sphinx of\b", "add to Sphinx"),
]
PLACES = [
    "*.md",
    "docs/*.md",
    "docs/_ext/*.py",
    "cors_wsgi/**/*.py",
    "cors_wsgi/**/*.toml",
    "adapters/**/*.py",
    "example_projects/**/*.md",
    "example_projects/**/*.py",
    "example_projects/**/*.html",
]
FILES = [path for place in PLACES for path in sorted(ROOT.glob(place))]


def corrections(text: str) -> list[str]:
    return [
        f"line {text[: found.start()].count(NEWLINE) + 1}: {found[0]!r}: write {instead!r}"
        for pattern, instead in WORDS
        for found in re.finditer(pattern.replace(" ", r"\s+(?:#\s+)?"), text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_in_plain_english(path: Path) -> None:
    assert corrections(path.read_text(encoding="utf-8")) == []


def test_a_phrase_is_found_across_lines_and_whatever_its_case() -> None:
    text = "The layer\n# Stands\n# before it."
    assert corrections(text) == ["line 2: 'Stands\\n# before': write 'is, runs'"]
