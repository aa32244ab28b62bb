"""What is wrong with a policy, as data."""

from collections.abc import Iterable, Sequence

_LONGEST_VALUE = 80


class Problem:
    """One thing that is wrong, or questionable, in a policy.

    Attributes:
        code: what kind of problem it is; stable across releases.
        field: the name of the policy's field, such as `allow_origins`.
        value: the offending value, as it was given.
        message: what is wrong with it, in a sentence.
        hint: what to write instead.
    """

    __slots__ = ("code", "field", "hint", "message", "value")

    def __init__(self, code: str, field: str, value: object, message: str, hint: str) -> None:
        self.code = code
        self.field = field
        self.value = value
        self.message = message
        self.hint = hint

    def at(self, path: str) -> "Problem":
        """Return the same, of the policy of a path."""
        return Problem(self.code, f"{path}: {self.field}", self.value, self.message, self.hint)

    def _fields(self) -> tuple[object, ...]:
        return self.code, self.field, self.value, self.message, self.hint

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(str(self))  # the value can be anything

    def __repr__(self) -> str:
        return f"Problem{self._fields()!r}"

    def __str__(self) -> str:
        value = repr(self.value)
        if len(value) > _LONGEST_VALUE:
            value = value[:_LONGEST_VALUE] + "…"
        return f"{self.field}: {value} {self.message} {self.hint} [{self.code}]"


class InvalidPolicy(ValueError):  # noqa: N818 - it reads as what it says
    """A policy that cannot be built, with everything that is wrong with it.

    Attributes:
        problems: the problems, in the order of the policy's fields; never empty.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        return "\n".join([f"{head} in this CORS policy:", *(f"  - {p}" for p in self.problems)])


def unknown_key(key: object, known: Sequence[str]) -> Problem:
    """Describe a key that no policy has, with the nearest one that it has."""
    import difflib  # noqa: PLC0415 - only a wrong key needs it

    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else f"A policy has: {', '.join(known)}."
    return Problem("key-unknown", str(key), key, "is not a field of a policy.", hint)
