"""Report on a policy, as values and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import HostPolicies, PathPolicies, Policy
from cors_wsgi._policy.fields import MAX_AGE_CAPS
from cors_wsgi.doctor.as_python import policy_as_python
from cors_wsgi.doctor.terminal import BAD, CANNOT_TELL, FINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cors_wsgi import Problem
    from cors_wsgi.adapting import GovernedApplication
    from cors_wsgi.doctor.migrate.migration import Migration
    from cors_wsgi.doctor.policy.questions import Answer

VERSION: Final = 2
EVERYTHING: Final = "everything"
BROWSERS: Final = {"Chromium": "Chrome, Edge", "Firefox": "Firefox", "WebKit": "Safari"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy, and what it governs.

    Attributes:
        governs: The path prefix, a view's place, or "everything".
        policy: The policy; `None` switches CORS off.
        but: The prefixes below it that have rules of their own.
        host: The only host that it holds for, if there is one.
    """

    governs: str
    policy: Policy | None
    but: tuple[str, ...] = ()
    host: str = ""

    @property
    def title(self) -> str:
        """What it governs, its host included."""
        if self.host and self.governs == EVERYTHING:
            return self.host
        return f"{self.host}{self.governs}"


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """A report on what governs an application.

    Attributes:
        governed: What was read.
        rules: The policies that can be listed; a function's cannot.
        answers: What it answers to the requests that were asked about.
        migration: Where the policy comes from, if it was translated.
    """

    governed: GovernedApplication
    rules: tuple[Rule, ...]
    answers: tuple[Answer, ...] = ()
    migration: Migration | None = None

    @property
    def exit_code(self) -> int:
        """0 if all is fine; 1 with problems or a refused request; 2 if it cannot be told."""
        if self.governed.problems:
            return BAD
        if self.migration and self.migration.unfinished:
            return BAD
        if not all(answer.allowed for answer in self.answers):
            return BAD
        return FINE if self.rules or self.answers or self.migration else CANNOT_TELL


def report(
    governed: GovernedApplication,
    answers: Sequence[Answer] = (),
    migration: Migration | None = None,
) -> PolicyReport:
    """Make a report."""
    views = [Rule(view.where, view.policy) for view in governed.views]
    return PolicyReport(governed, (*_rules(governed.source), *views), tuple(answers), migration)


def _rules(source: object, host: str = "") -> list[Rule]:
    if isinstance(source, Policy):
        return [Rule(EVERYTHING, source, host=host)]
    if isinstance(source, HostPolicies):
        rules = []
        for name, inner in sorted(source.policies.items()):
            rules += _rules(inner, name) if inner else [Rule(EVERYTHING, None, host=name)]
        return rules
    if not isinstance(source, PathPolicies):
        return []
    prefixes = source.policies
    return [
        Rule(prefix, policy, tuple(other for other in prefixes if _is_below(other, prefix)), host)
        for prefix, policy in sorted(prefixes.items())
    ]


def _is_below(prefix: str, outer: str) -> bool:
    return prefix != outer and prefix.startswith(outer if outer == "/" else f"{outer}/")


def kept_for(policy: Policy) -> dict[str, int]:
    """Return for how many seconds each engine caches a preflight's response.

    Returns:
        The seconds by the engine's name: the policy's max-age, up to the engine's cap.
    """
    return {engine: min(policy.max_age, MAX_AGE_CAPS[engine]) for engine in BROWSERS}


def as_json(reported: PolicyReport) -> dict[str, Any]:
    """Return a report as JSON, after `policy.schema.json`.

    A field is only ever added while `version` stays.
    """
    governed, migration = reported.governed, reported.migration
    return {
        "version": VERSION,
        "source": governed.where,
        "problems": [_problem(problem) for problem in governed.problems],
        "warnings": [_problem(warning) for warning in governed.warnings],
        "remarks": list(governed.remarks),
        "rules": [
            {
                "governs": rule.title,
                "but": list(rule.but),
                "policy": _fields(rule.policy) if rule.policy else None,
                "python": policy_as_python(rule.policy),
                "kept_seconds": kept_for(rule.policy) if rule.policy else None,
            }
            for rule in reported.rules
        ],
        "answers": [_answer(answer) for answer in reported.answers],
        "migration": migration
        and {
            "library": migration.library,
            "python": migration.python,
            "changes": [
                {
                    "option": change.title,
                    "was": change.was,
                    "becomes": change.becomes,
                    "to_decide": change.to_decide,
                }
                for change in migration.changes
            ],
            "views": [
                {"where": view.where, "python": policy_as_python(view.policy)}
                for view in migration.views
            ],
            "unfinished": migration.unfinished,
        },
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "field": problem.field,
        "value": repr(problem.value),
        "message": problem.message,
        "hint": problem.hint,
    }


def _fields(policy: Policy) -> dict[str, Any]:
    shown = {name: getattr(policy, name) for name in Policy.field_names()}
    return {
        name: [getattr(entry, "pattern", entry) for entry in value]
        if isinstance(value, tuple)
        else value
        for name, value in shown.items()
    }


def _answer(answer: Answer) -> dict[str, Any]:
    decisions = {"preflight": answer.preflight, "actual": answer.actual}
    return {
        "request": str(answer.question),
        "allowed": answer.allowed,
        "failure": answer.failure,
        "reason": answer.reason,
        "nearest": answer.nearest,
        "headers": {
            name: [list(pair) for pair in decision.headers] if decision else None
            for name, decision in decisions.items()
        },
    }
