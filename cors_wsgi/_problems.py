"""What is wrong with a policy, as data."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

_LONGEST_VALUE = 80


class Problem(NamedTuple):
    """One thing that is wrong, or questionable, in a policy.

    Attributes:
        code: What kind of problem it is; stable across releases.
        field: The name of the policy's field, such as `allow_origins`.
        value: The offending value, as it was given.
        message: What is wrong with it; a sentence whose subject is the value.
        hint: What to write instead.
    """

    code: str
    field: str
    value: object
    message: str
    hint: str

    def at(self, place: str) -> "Problem":
        """Return the same problem, in the policy of a path or of a host."""
        return self._replace(field=f"{place}: {self.field}")

    def __hash__(self) -> int:
        return hash(str(self))  # the value can be anything, a list for one

    def __str__(self) -> str:
        value = repr(self.value)
        if len(value) > _LONGEST_VALUE:
            value = value[:_LONGEST_VALUE] + "…"
        return f"{self.field}: {value} {self.message} {self.hint} [{self.code}]"


class InvalidPolicy(ValueError):  # noqa: N818 - the name says what is wrong
    """A policy that cannot be built, with everything that is wrong with it.

    Attributes:
        problems: The problems, in the order of the policy's fields; never empty.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @property
    def in_sentences(self) -> str:
        """All that is wrong, and what to write instead, as text that goes on a line."""
        return " ".join(f"{one.value!r} {one.message} {one.hint}" for one in self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        return "\n".join([f"{head} in this CORS policy:", *(f"  - {p}" for p in self.problems)])


def check_mapping(given: object, example: str) -> None:
    """Refuse what is not a mapping.

    Args:
        given: What was written.
        example: What to write instead.

    Raises:
        TypeError: If it is not a mapping.
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"{given!r:.80} is not a mapping. Write {example}")


# Tracebacks, hovers and the documentation show the name under which it is imported.
Problem.__module__ = InvalidPolicy.__module__ = "cors_wsgi"
