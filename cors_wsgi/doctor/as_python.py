"""A policy as the Python that builds it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDENT: Final = "    "
_WIDTH: Final = 76


def policy_as_python(policy: Policy | None) -> str:
    """Return the expression that builds a policy, with what differs from the defaults."""
    if policy is None:
        return "None"
    plain = Policy(allow_origins="*")
    given = {
        name: value
        for name in Policy.field_names()
        if (value := getattr(policy, name)) != getattr(plain, name) or name == "allow_origins"
    }
    return fields_as_python(given)


def paths_as_python(policies: Mapping[str, str]) -> str:
    """Return the expression that builds policies by path from those of the policies."""
    indented = ((path, code.replace("\n", f"\n{_INDENT}")) for path, code in policies.items())
    entries = [f"{_INDENT}{text_as_python(path)}: {code}," for path, code in indented]
    return "\n".join(["PathPolicies({", *entries, "})"])


def fields_as_python(fields: Mapping[str, Any]) -> str:
    """Return the expression that builds a policy from these fields."""
    lines = ["Policy("]
    for name in Policy.field_names():
        if name in fields:
            lines += _field(name, fields[name])
    return "\n".join([*lines, ")"])


def _field(name: str, value: Any) -> list[str]:
    if not isinstance(value, tuple | list):
        return [f"{_INDENT}{name}={_literal(value)},"]
    entries = [_literal(entry) for entry in value]
    line = f"{_INDENT}{name}=[{', '.join(entries)}],"
    if len(line) <= _WIDTH:
        return [line]
    return [
        f"{_INDENT}{name}=[",
        *(f"{_INDENT * 2}{entry}," for entry in entries),
        f"{_INDENT}],",
    ]


def text_as_python(text: str) -> str:
    """Return the literal of a text, in ASCII."""
    # JSON writes other characters in a way that Python reads as two.
    return json.dumps(text) if text.isascii() else ascii(text)


def _literal(value: Any) -> str:
    if isinstance(value, re.Pattern):
        # Every pattern of text has UNICODE.
        flags = " | ".join(f"re.{flag.name}" for flag in re.RegexFlag(value.flags & ~re.UNICODE))
        return f"re.compile({_raw(value.pattern)}{flags and ', '}{flags})"
    return text_as_python(value) if isinstance(value, str) else repr(value)


def _raw(pattern: str) -> str:
    is_plain = pattern.isascii() and pattern.isprintable() and '"' not in pattern
    return f'r"{pattern}"' if is_plain else ascii(pattern)
