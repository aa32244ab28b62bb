"""The fields of policies that differ by their origins only, which are the rows of a store."""

from collections.abc import Iterable, Mapping
from typing import Any

from cors_wsgi._origins.allowed import AllowedOrigins
from cors_wsgi._origins.origin import FIELD, OPAQUE_ORIGINS
from cors_wsgi._origins.parser import parse
from cors_wsgi._policy import dangers
from cors_wsgi._policy.fields import Fields, check_fields
from cors_wsgi._problems import Problem

# What the other fields are checked with; it is replaced before anything runs on it.
_PLACEHOLDER = "https://template.invalid"


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


def fields_of(rows: Iterable[object], template: Fields) -> tuple[Fields, tuple[Problem, ...]]:
    """Return a template's fields with the origins in a store's rows, and what is wrong with rows.

    A row names one plain origin. What is none, such as a pattern, `*` or `null`, and what the
    other fields forbid, is left out, and the other rows hold.

    Args:
        rows: The rows.
        template: The fields; their origins mean nothing.
    """
    read = [(row, _problem(row)) for row in rows]
    fields = _with(template, (row for row, problem in read if problem is None))
    forbidden = {problem.value: problem for problem in dangers.problems(fields)}
    if forbidden:
        fields = _with(template, fields.origins.exact - forbidden.keys())
    problems = [problem or forbidden.get(row) for row, problem in read]
    return fields, tuple(problem for problem in problems if problem is not None)


def allows(origin: str, template: Fields) -> bool:
    """Tell whether an origin is a plain one that a template's fields do not forbid."""
    return _problem(origin) is None and not any(dangers.problems(_with(template, [origin])))


def _with(template: Fields, origins: Iterable[Any]) -> Fields:
    return template._replace(origins=AllowedOrigins(frozenset(origins)))


def _problem(row: object) -> Problem | None:
    """Return why a row is no plain origin, or None."""
    hint = "Write one origin in each row, as browsers send it: 'https://app.example'."
    if not isinstance(row, str):
        return Problem("origin-type", FIELD, row, "is not a string.", hint)
    origin, problems = parse(row)
    if problems and row != "*":
        return problems[0]
    if origin is None or origin.is_pattern or str(origin) != row or row in OPAQUE_ORIGINS:
        return Problem("origin-not-plain", FIELD, row, "is not one plain origin.", hint)
    return None
