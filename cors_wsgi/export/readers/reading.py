"""What all readers have in common: a policy in the making, and what no policy says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi._problems import InvalidPolicy, Problem
from cors_wsgi.export.dialect import NotCommon, common_expressions
from cors_wsgi.export.expression import origin_of
from cors_wsgi.export.raw_paths import prefix_of

Fields = dict[str, Any]

# What browsers assume without Access-Control-Max-Age.
# Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch
DEFAULT_MAX_AGE = 5


class NotThisKind(ValueError):  # noqa: N818 - says what is wrong
    """The data is the configuration of something else; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a configuration amounts to.

    Attributes:
        source: The policy, or policies by path; nothing if there is anything undecided.
        problems: What is wrong with the policy.
        undecided: What the configuration says that no policy says, in sentences.
    """

    source: Policy | PathPolicies | None
    problems: tuple[Problem, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass
class Draft:
    """A policy, or policies by path, in the making.

    Attributes:
        policies: The fields by prefix; `None` where CORS is off.
        undecided: What no policy says.
        by_path: Whether policies are chosen by path, whatever their number.
    """

    policies: dict[str, Fields | None] = field(default_factory=dict)
    undecided: list[str] = field(default_factory=list)
    by_path: bool = False

    def add(self, prefix: str, fields: Fields | None) -> None:
        """Add what governs a prefix, in the order in which the layer tries them."""
        inside = f"{prefix.rstrip('/')}/"
        for earlier in self.policies:
            if inside.startswith(f"{earlier.rstrip('/')}/"):
                self.undecided.append(f"{prefix!r} comes after {earlier!r}, which governs it")
                return
        self.policies[prefix] = fields

    def origin(self, expression: str) -> "str | re.Pattern[str] | None":
        """Return the entry of a policy that allows what an expression matches in full."""
        if (origin := origin_of(expression)) is not None:
            return str(origin)
        try:
            compiled = re.compile(expression)
            common_expressions(compiled)
        except (re.error, NotCommon) as problem:
            self.undecided.append(f"the expression {expression!r}: {problem}")
            return None
        return compiled

    def finish(self) -> Reading:
        """Build the policies."""
        if self.undecided:
            return Reading(None, (), tuple(self.undecided))
        off = [prefix for prefix, fields in self.policies.items() if fields is None]
        if "/" in off and len(self.policies) > 1:
            del self.policies["/"]
        single = self.policies.get("/")
        try:
            if single is not None and len(self.policies) == 1 and not self.by_path:
                return Reading(Policy(**single))
            return Reading(PathPolicies(self.policies))
        except InvalidPolicy as error:
            return Reading(None, error.problems)


def prefix_in(draft: Draft, match: Mapping[str, Any]) -> str | None:
    """Return the path prefix of a match: `{"regex": ...}`, `{"prefix": ...}` and the like."""
    if len(match) == 1:
        [(kind, value)] = match.items()
        if kind == "regex" and isinstance(value, str):
            if (prefix := prefix_of(value)) is not None:
                return prefix
        elif kind == "prefix" and value == "/":
            return "/"
        elif kind == "path_separated_prefix" and isinstance(value, str):
            return value
    draft.undecided.append(f"the match {match!r} is no prefix of whole segments")
    return None


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """Return a mapping, or raise `NotThisKind`."""
    if not isinstance(value, Mapping):
        raise NotThisKind(f"{what} is missing")
    return value


def sequence(value: Any, what: str) -> list[Any]:
    """Return a list, or raise `NotThisKind`."""
    if not isinstance(value, list):
        raise NotThisKind(f"{what} is missing")
    return value


def names(value: Iterable[str] | str | None) -> list[str] | str:
    """Return a list of names as a policy's field: `*` for a list that has it."""
    listed = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    found = [name for name in listed or () if name]
    return "*" if "*" in found else found
