"""Which policy governs this request."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, TypeAlias

from cors_wsgi._policy.compiled import Rules
from cors_wsgi._policy.policy import CLOSED, Policy
from cors_wsgi._problems import InvalidPolicy, Problem

Environ: TypeAlias = Mapping[str, Any]
Resolver: TypeAlias = Callable[[Environ], Policy | None]
PolicySource: TypeAlias = Policy | Resolver

FIELD: Final = "paths"

# Paths that the application may read otherwise than they are written: with dot or empty
# segments, with separators that are encoded (once more: PATH_INFO is decoded already),
# or with backslashes. CVE-2019-18978 and its kin chose a policy by such a path.
_AMBIGUOUS: Final = ("/./", "/../", "\\", "%2e", "%2f", "%5c")


class PathPolicies:
    """Policies by path prefix: whole segments, the longest prefix first.

    `"/api"` governs `/api` and `/api/users`, not `/apis`. Paths are compared by case,
    with PATH_INFO: below SCRIPT_NAME, decoded once. A path under no prefix has no
    policy. A path that could be read in two ways is refused everything.

    Args:
        policies: the policies by prefix; `None` switches CORS off for a prefix.

    Attributes:
        policies: the same, in normal form.
        warnings: the warnings of every policy, and prefixes that override others.

    Raises:
        InvalidPolicy: with every prefix that can never match.
    """

    __slots__ = ("_longest", "_table", "policies", "warnings")

    # It has to be asked for a policy: as one itself, it knows of nobody who asked last.
    rules: ClassVar[Rules] = CLOSED.rules

    def __init__(self, policies: Mapping[str, Policy | None]) -> None:
        problems = [*_prefix_problems(policies)]
        if problems:
            raise InvalidPolicy(problems)
        self.policies = {prefix.rstrip("/") or "/": p for prefix, p in policies.items()}
        # As the server decodes it: bytes, shown as latin-1 (PEP 3333, "Unicode Issues").
        self._table = {
            "" if prefix == "/" else prefix.encode().decode("latin-1"): policy
            for prefix, policy in self.policies.items()
        }
        self._longest = max(map(len, self._table))
        self.warnings = (
            *(warning for policy in policies.values() if policy for warning in policy.warnings),
            *_overlaps(self.policies),
        )

    def policy_for(self, environ: Environ) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        path: str = environ.get("PATH_INFO", "")
        if ("//" in path or "/." in path or "%" in path or "\\" in path) and _is_ambiguous(path):
            return CLOSED
        # Only whole segments, and no more of them than the longest prefix can have.
        longest = self._longest
        prefix = path if len(path) <= longest else path[: path.rfind("/", 0, longest + 1)]
        table = self._table
        while prefix:
            if prefix in table:
                return table[prefix]
            prefix = prefix[: prefix.rfind("/")]
        return table.get("")

    __call__ = policy_for

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PathPolicies) and self.policies == other.policies

    __hash__ = None  # type: ignore[assignment] # it holds a dictionary

    def __repr__(self) -> str:
        return f"PathPolicies({self.policies!r})"


def _is_ambiguous(path: str) -> bool:
    whole = f"{path}/".lower()
    return "//" in path or any(part in whole for part in _AMBIGUOUS)


def _prefix_problems(policies: Mapping[Any, Any]) -> Iterator[Problem]:
    if not policies:
        yield _problem("path-missing", policies, "names no path.", "Name one: '/api'.")
    normal: set[str] = set()
    for prefix, policy in policies.items():
        if policy is not None and not isinstance(policy, Policy):
            hint = "Write a Policy, or None to switch CORS off."
            yield _problem("path-policy", prefix, "has no policy.", hint)
        if not isinstance(prefix, str) or not prefix.startswith("/"):
            hint = f"Write {f'/{prefix}'!r}."
            yield _problem("path-never-matches", prefix, "does not begin with a slash.", hint)
        elif _is_ambiguous(prefix):
            yield _problem(
                "path-never-matches",
                prefix,
                "has dot or empty segments, or encoded or back slashes, which are refused.",
                "Write the path that your application routes on.",
            )
        elif re.search(r"[?#*]|%[0-9A-Fa-f]{2}", prefix):
            yield _problem(
                "path-never-matches",
                prefix,
                "has a query, a wildcard or an escape, none of which is in a decoded path.",
                "Write a plain prefix; it governs all that is below it.",
            )
        elif (key := prefix.rstrip("/")) in normal:
            yield _problem("path-duplicate", prefix, "is there twice.", "Remove one.")
        else:
            normal.add(key)


def _overlaps(policies: Mapping[str, Policy | None]) -> Iterator[Problem]:
    for prefix in policies:
        outer = prefix
        while outer := outer.rpartition("/")[0]:
            if outer in policies:
                yield _problem(
                    "path-overlap",
                    prefix,
                    f"overrides {outer!r} for what is below it.",
                    "Nothing to do if that is what you mean.",
                )
                break


def _problem(code: str, value: object, message: str, hint: str) -> Problem:
    return Problem(code, FIELD, value, message, hint)


class ChosenPolicies:
    """Policies that a function chooses.

    A function that fails, or that returns something else, must not open anything, nor
    answer a preflight with a 5xx: it is logged, and everybody is refused.

    Args:
        choose: the function of the environ. It returns a policy or `None`.
    """

    __slots__ = ("_choose",)

    # As for `PathPolicies`.
    rules: ClassVar[Rules] = CLOSED.rules

    def __init__(self, choose: Resolver) -> None:
        self._choose = choose

    def policy_for(self, environ: Environ) -> Policy | None:
        """Return the policy that governs a request, or `None`."""
        try:
            policy: object = self._choose(environ)
        except Exception:
            _logger().exception("the function that chooses the CORS policy failed")
            return CLOSED
        if policy is None or isinstance(policy, Policy):
            return policy
        _logger().error(
            "the function that chooses the CORS policy returned %s, not a Policy", type(policy)
        )
        return CLOSED

    __call__ = policy_for


CheckedSource: TypeAlias = Policy | PathPolicies | ChosenPolicies


def checked_source(value: object) -> CheckedSource:
    """Return what `value` stands for: a policy, or what chooses one.

    Raises:
        TypeError: if it is neither.
    """
    if isinstance(value, Policy | PathPolicies | ChosenPolicies):
        return value
    if callable(value):
        return ChosenPolicies(value)
    message = f"policy must be a Policy, PathPolicies or a function, not {value!r}"
    raise TypeError(message)


def governing(source: PolicySource, environ: Environ) -> Policy | None:
    """Return the policy that governs a request, whatever its source does.

    Args:
        source: a policy, or a function of the environ that returns one or `None`.
        environ: the WSGI environ.
    """
    # Asked first, since of what is no policy, `isinstance` takes its time.
    if type(source) is PathPolicies or type(source) is ChosenPolicies:
        return source.policy_for(environ)
    if isinstance(source, Policy):
        return source
    return ChosenPolicies(source).policy_for(environ)


def _logger() -> Any:
    import logging  # noqa: PLC0415 - needed here only when something is wrong

    return logging.getLogger("cors_wsgi")
