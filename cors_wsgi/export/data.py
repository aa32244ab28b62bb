"""Writes data files: JSON, and YAML for those that are kept in YAML."""

import json
from collections.abc import Iterator
from typing import TypeAlias

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | bool"


_LINE = 88


def as_json(data: Data) -> str:
    """Write strict JSON."""
    return f"{literal(data)}\n"


def literal(data: Data, indent: str = "") -> str:
    """Write JSON, with what fits on one line on one line."""
    short = json.dumps(data, ensure_ascii=False)
    if not isinstance(data, dict | list) or len(indent) + len(short) <= _LINE:
        return short
    deeper = f"{indent}  "
    if isinstance(data, dict):
        items = [f"{json.dumps(key)}: {literal(value, deeper)}" for key, value in data.items()]
        opening, closing = "{}"
    else:
        items = [literal(value, deeper) for value in data]
        opening, closing = "[]"
    return f"{opening}\n" + ",\n".join(deeper + item for item in items) + f"\n{indent}{closing}"


def as_yaml(data: Data, comment: list[str]) -> str:
    """Write YAML in block style, below a comment.

    Strings are quoted as in JSON, which YAML reads in the same way.
    """
    head = [f"# {line}" for line in comment]
    return "\n".join([*head, *_lines(data)]) + "\n"


def _lines(data: Data) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _entry(f"{key}:", value)
    elif isinstance(data, list):
        for value in data:
            yield from _item(value)


def _entry(head: str, value: Data) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield head
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{head} {json.dumps(value)}"


def _item(value: Data) -> Iterator[str]:
    if not isinstance(value, dict | list) or not value:
        yield f"- {json.dumps(value)}"
        return
    first, *rest = _lines(value)
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)
