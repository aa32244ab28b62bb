"""What is found on the way of a policy to a target, as data."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a target cannot say, or says differently.

    Attributes:
        level: An error means that the target would decide otherwise than the policy, so
            nothing is written. With a warning the decisions are the same, and something
            else differs.
        code: Its name in the documentation; stable across releases.
        path: The path prefix whose policy it is about; nothing if it is about all.
        message: What the matter is, in a sentence.
        hint: What to do about it.
    """

    level: Level
    code: str
    path: str | None
    message: str
    hint: str


def error(code: str, message: str, hint: str, path: str | None = None) -> Finding:
    """Make a finding for which nothing is written."""
    return Finding("error", code, path, message, hint)


def warning(code: str, message: str, hint: str, path: str | None = None) -> Finding:
    """Make a finding that is only reported."""
    return Finding("warning", code, path, message, hint)
