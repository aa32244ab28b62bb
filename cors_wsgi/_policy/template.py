"""Policies that differ by their origins only, which are the rows of a store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cors_wsgi._origins.allowed import AllowedOrigins
from cors_wsgi._origins.origin import FIELD, OPAQUE_ORIGINS
from cors_wsgi._origins.parser import parse
from cors_wsgi._policy import dangers
from cors_wsgi._policy.compiled import CompiledPolicy
from cors_wsgi._policy.fields import Fields, check_fields
from cors_wsgi._problems import Problem

if TYPE_CHECKING:
    from cors_wsgi._policy.policy import Policy

_NO_ORIGINS = "the store has no origins for it"

# What the other fields are checked with; it is replaced before anything runs on it.
_PLACEHOLDER = "https://template.invalid"


@dataclass(frozen=True, slots=True)
class PolicyTemplate:
    """The fields of a policy but for its origins: checked once, for any number of policies.

    `Policy.template` makes one.

    Attributes:
        fields: The fields; their origins mean nothing.
    """

    fields: Fields
    _make: "Callable[[CompiledPolicy, tuple[Problem, ...]], Policy]"

    def policy(self, rows: Iterable[object]) -> "Policy":
        """Return the policy that allows the origins in a store's rows.

        A row names one plain origin. What is none, such as a pattern, `*` or `null`, and what the
        other fields forbid, is left out, and the other rows hold.

        Args:
            rows: The rows.

        Returns:
            The policy. Its `warnings` are what is wrong with the rows that were left out.
        """
        read = [(row, _problem(row)) for row in rows]
        fields = self._with(row for row, problem in read if problem is None)
        forbidden = {problem.value: problem for problem in dangers.problems(fields)}
        if forbidden:
            fields = self._with(fields.origins.exact - forbidden.keys())
        problems = [problem or forbidden.get(row) for row, problem in read]
        reason = None if fields.origins.exact else _NO_ORIGINS
        compiled = CompiledPolicy(fields, denied_because=reason)
        return self._make(compiled, tuple(problem for problem in problems if problem is not None))

    def allows(self, origin: str) -> bool:
        """Tell whether an origin is a plain one that the other fields do not forbid."""
        return _problem(origin) is None and not any(dangers.problems(self._with([origin])))

    def _with(self, origins: Iterable[Any]) -> Fields:
        return replace(self.fields, origins=AllowedOrigins(frozenset(origins), ()))


def check_template(given: Mapping[str, Any]) -> Fields:
    """Check the fields of a template.

    Args:
        given: The fields by name, as they were written.

    Raises:
        InvalidPolicy: With every problem that there is.
        TypeError: If there are origins among them.
    """
    if "allow_origins" in given:
        raise TypeError("a template has no allow_origins: they come from the store")
    fields, _ = check_fields({**given, "allow_origins": _PLACEHOLDER})
    return fields


def _problem(row: object) -> Problem | None:
    """Return why a row is no plain origin, or None."""
    hint = "Write one origin in each row, as browsers send it: 'https://app.example'."
    if not isinstance(row, str):
        return Problem("origin-type", FIELD, row, "is not a string.", hint)
    origin, problems = parse(row)
    if problems:
        return problems[0]
    if origin is None or origin.is_pattern or str(origin) != row or row in OPAQUE_ORIGINS:
        return Problem("origin-not-plain", FIELD, row, "is not one plain origin.", hint)
    return None
