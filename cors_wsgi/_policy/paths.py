"""Policies by path."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from cors_wsgi._policy.fields import check_keys
from cors_wsgi._policy.policy import EXAMPLE, Policy, deny_all, policy_for_origins
from cors_wsgi._policy.requests import RequestMapping, path_of
from cors_wsgi._problems import InvalidPolicy, Problem

FIELD: Final = "paths"

_Given = Mapping[str, Policy | Mapping[str, Any] | Literal[False] | None]

# Paths that an application may read in another way than they are written (CVE-2019-18978 and
# others chose a policy by such a path), and what the log says of them.
_AMBIGUOUS: Final = {
    "//": "its path has an empty segment ('//')",
    "/./": "its path has a dot segment",
    "/../": "its path has a dot segment",
    "\\": "its path has a backslash",
    # PATH_INFO has been decoded once, so these were encoded twice.
    "%2e": "its path has an encoded dot",
    "%2f": "its path has an encoded slash",
    "%5c": "its path has an encoded backslash",
}
# Wildcards, and segments that vary, as routers write them.
_NOT_PLAIN: Final = re.compile(r"[?#*|]|%[0-9A-Fa-f]{2}|(?<=/)[:<{]")
# Where a route or an expression begins to vary, from the start of a segment if that varies within.
_VARIES: Final = re.compile(r"[?#*|(]|(?<![^/]):|[^/]*[\\\[{<]")
# A range, a quantifier or an anchor of a regular expression; `/c++` and `/x$y{z}` have none.
_LIKE_AN_EXPRESSION: Final = re.compile(r"\[[^]]*\w-\w[^]]*\]|[])]\+|[^/]\{\d+(,\d*)?\}|\$\Z")
_LIKE_A_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)+")
_NO_SLASH: Final = "its path does not begin with a slash"


class PathPolicies:
    """Policies by path prefix: whole segments, the longest prefix first.

    `"/api"` governs `/api` and `/api/users`, but not `/apis`. Paths are case-sensitive, relative
    to the application's root (below SCRIPT_NAME), and decoded once. A path under no prefix has no
    policy: its responses are left alone. A path that can be read in two ways is allowed nothing.

    Args:
        policies: The policies by prefix. Each is a `Policy` or a mapping of its fields; `None` or
            `False` switches CORS off for a prefix.

    Attributes:
        warnings: The warnings of every policy, prefixes that override others, and prefixes that
            look like regular expressions.

    Raises:
        InvalidPolicy: With every problem in every policy, and every prefix that can never match.
    """

    __slots__ = ("_longest", "_policies", "_table", "warnings")

    def __init__(self, policies: _Given) -> None:
        check_keys(policies, f"PathPolicies({{'/api': {EXAMPLE}}})")
        problems = [*_prefix_problems(policies)]
        self._policies: dict[str, Policy | None] = {}
        for prefix, given in policies.items():
            try:
                self._policies[str(prefix).rstrip("/") or "/"] = _read(prefix, given)
            except InvalidPolicy as error:
                problems.extend(error.problems)
        if problems:
            raise InvalidPolicy(problems)
        self._table = {
            "" if prefix == "/" else prefix.encode().decode("latin-1"): policy
            for prefix, policy in self._policies.items()
        }
        self._longest = max(map(len, self._table))
        self.warnings = (
            *(
                warning.at(prefix)
                for prefix, policy in self._policies.items()
                if policy
                for warning in policy.warnings
            ),
            *_overlaps(self._policies),
            *_expressions(self._policies),
        )

    @property
    def policies(self) -> Mapping[str, Policy | None]:
        """The policies by prefix, in normal form. They do not change: make others of them."""
        return MappingProxyType(self._policies)

    def policy_for(self, request: RequestMapping) -> Policy | None:
        """Return the policy that governs a request, or `None`.

        Args:
            request: A WSGI environ or an ASGI scope.
        """
        path = path_of(request)
        if reason := _ambiguity(path):
            return deny_all(reason)
        # No more of the path than the longest prefix can have, and only whole segments.
        if len(path) > self._longest:
            path = path[: path.rfind("/", 0, self._longest + 1)]
        prefix = governing_prefix(path, self._table)
        return None if prefix is None else self._table[prefix]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PathPolicies) and self._policies == other._policies

    __hash__ = None  # type: ignore[assignment] # it holds a dictionary

    def __repr__(self) -> str:
        return f"PathPolicies({self._policies!r})"


PathPolicies.__module__ = "cors_wsgi"


def governing_prefix(path: str, prefixes: Container[str]) -> str | None:
    """Return the prefix that governs a path, the longest of whole segments, or None.

    Args:
        path: The path.
        prefixes: The prefixes, quoted and encoded as the path is, without a slash at their end:
            `""` is every path.
    """
    while path not in prefixes:
        if not path:
            return None
        path = path.rpartition("/")[0]
    return path


def _ambiguity(path: str) -> str | None:
    """Return why a path can be read in two ways, or None."""
    if not path.startswith("/"):
        return _NO_SLASH if path else None
    whole = f"{path}/".lower()
    for part, reason in _AMBIGUOUS.items():
        # The slash at the end is ours, and completes a dot segment only.
        if part in (path if part == "//" else whole):
            return reason
    return None


def _read(prefix: str, given: object) -> Policy | None:
    """Read what stands for the policy of a prefix."""
    if given is None or given is False:
        return None
    if isinstance(given, Policy):
        return given
    if isinstance(given, Mapping):
        if within := [key for key in given if str(key).startswith("/")]:
            hint = f"Write {f'{prefix}{within[0]}'.replace('//', '/')!r} beside it."
            raise InvalidPolicy([_problem("path-policy", prefix, "has other paths in it.", hint)])
        try:
            return Policy(**{str(key): value for key, value in given.items()})
        except InvalidPolicy as error:
            raise InvalidPolicy(problem.at(prefix) for problem in error.problems) from None
    hint = f"Write {policy_for_origins(given)}, or None to switch CORS off."
    raise InvalidPolicy([_problem("path-policy", prefix, "has no policy.", hint)])


def _meant(prefix: object) -> str:
    """Return the prefix that was probably meant by a URL, an expression or a bare path."""
    from urllib.parse import unquote  # noqa: PLC0415 - 3 ms, and only a mistake needs it

    text = prefix.pattern if isinstance(prefix, re.Pattern) else prefix
    if not isinstance(text, str):
        found = re.search(r"(?:/[\w.-]+)+", str(text))
        text = found[0] if found else "/api"
    if "://" in text:
        text = text.partition("://")[2].partition("/")[2]
    # Anchors, `./` and `../` at the start say where a path begins, and are no part of it.
    text = re.sub(r"^(?:\^|\\A|\.{0,2}/+)+", "", unquote(text))
    plain = _VARIES.split(text, maxsplit=1)[0].rstrip("./$")
    return f"/{re.sub('/+', '/', plain)}"


def _prefix_problems(policies: Mapping[Any, Any]) -> Iterator[Problem]:
    if not policies:
        yield _problem("path-missing", policies, "names no path.", "Name one: '/api'.")
    normal: set[str] = set()
    for prefix in policies:
        if not isinstance(prefix, str) or not prefix.startswith("/"):
            hint = (
                f"Write {_meant(prefix)!r}; or, for every path, the fields without "
                f"{prefix!r:.40} around them."
            )
            if isinstance(prefix, str) and _LIKE_A_HOST.fullmatch(prefix):
                hint = f"Write {_meant(prefix)!r}, or HostPolicies for a host."
            yield _problem("path-never-matches", prefix, "does not begin with a slash.", hint)
        elif _ambiguity(prefix):
            yield _problem(
                "path-never-matches",
                prefix,
                "has dot or empty segments, or encoded slashes or backslashes, which are refused.",
                "Write the path that your application routes on.",
            )
        elif _NOT_PLAIN.search(prefix):
            yield _problem(
                "path-never-matches",
                prefix,
                "has a query, a wildcard, a variable part or an escape, and a prefix has none.",
                "Write each path as an entry of its own: '/api'."
                if "|" in prefix
                else f"Write {_meant(prefix)!r}; it governs everything below it.",
            )
        elif (key := prefix.rstrip("/")) in normal:
            yield _problem("path-duplicate", prefix, "is listed twice.", "Remove one.")
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
                    f"overrides {outer!r} for everything below it.",
                    "Nothing to do if that is what you mean.",
                )
                break


def _expressions(prefixes: Iterable[str]) -> Iterator[Problem]:
    for prefix in filter(_LIKE_AN_EXPRESSION.search, prefixes):
        yield _problem(
            "path-expression",
            prefix,
            "is compared as it is written: a prefix is no regular expression.",
            f"Write {_meant(prefix)!r}, which governs everything below it. Nothing to do if your "
            "paths are spelt so.",
        )


def _problem(code: str, value: object, message: str, hint: str) -> Problem:
    return Problem(code, FIELD, value, message, hint)
