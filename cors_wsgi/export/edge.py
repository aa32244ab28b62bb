"""The intermediate form: what every target is made from.

Everything that is decided about a policy is decided here, so that a target only has to
write it down in its language.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cors_wsgi._fetch_standard import SAFELISTED_METHODS
from cors_wsgi._origins.origin import OPAQUE_ORIGINS, Origin
from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi._policy.reflection import USUAL_METHODS
from cors_wsgi.export.dialect import NotCommon, common_expressions
from cors_wsgi.export.expression import alternatives, literal, origin_expression
from cors_wsgi.export.findings import Finding, error

# The headers of the protocol that a response can have. The layer is their only author:
# what the application sends of them is removed.
RESPONSE_HEADERS: Final = (
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Expose-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network",
)

# Raw request targets whose path could be read in two ways: empty and dot segments,
# backslashes, and separators or percent signs that are encoded.
AMBIGUOUS: Final = r"^[^?]*(?://|/(?:\.|%2[eE]){1,2}(?:[/? ]|$)|\x5c|%(?:00|25|2[fF]|5[cC]))"

# RFC 9110, 5.6.2, as the members of a class; `-` comes last.
_TCHAR: Final = "[!#$%&'*+.^_`|~0-9A-Za-z-]"
TOKEN: Final = f"{_TCHAR}+"
TOKENS: Final = rf"{TOKEN}(?:[ \x09]*,[ \x09]*{TOKEN})*"


@dataclass(frozen=True)
class EdgePolicy:
    """What one policy allows.

    Attributes:
        policy: The policy itself.
        patterns: Its patterns of origins.
        regexes: Its compiled expressions, in the common dialect.
    """

    policy: Policy
    patterns: tuple[Origin, ...]
    regexes: tuple[str, ...]

    @property
    def any_origin(self) -> bool:
        """Whether every origin is allowed."""
        return self.policy.origins.any

    @cached_property
    def exact(self) -> tuple[str, ...]:
        """The origins that are named, sorted."""
        return tuple(sorted(self.policy.origins.exact))

    @cached_property
    def wider(self) -> tuple[str, ...]:
        """The expressions of patterns and compiled expressions."""
        return (*map(origin_expression, self.patterns), *self.regexes)

    @cached_property
    def expressions(self) -> tuple[str, ...]:
        """The expressions of all origins, named ones included."""
        return (*map(literal, self.exact), *self.wider)

    @property
    def expression(self) -> str:
        """The expression of all origins."""
        return alternatives(self.expressions)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods to list; for all methods, those that browsers are known to send."""
        if not self.any_method:
            return self.policy.allow_methods
        return USUAL_METHODS if self.policy.allow_credentials else (*USUAL_METHODS, "*")

    @property
    def named_methods(self) -> tuple[str, ...]:
        """The methods to list for a target that wants at least one."""
        return self.policy.allow_methods or tuple(sorted(SAFELISTED_METHODS))

    @property
    def any_method(self) -> bool:
        """Whether the requested method is allowed, whatever it is."""
        return self.policy.allows_any_method

    @property
    def headers(self) -> tuple[str, ...]:
        """The request headers to list; for all headers, what stands for them."""
        if not self.any_header:
            return self.policy.allow_headers
        return () if self.policy.allow_credentials else ("*", "Authorization")

    @property
    def any_header(self) -> bool:
        """Whether the requested headers are allowed, whatever they are."""
        return self.policy.allows_any_header

    @property
    def vary(self) -> tuple[str, ...]:
        """What a response that is no preflight's depends on."""
        return () if self.any_origin else ("Origin",)

    @property
    def preflight_vary(self) -> tuple[str, ...]:
        """What a preflight's response depends on."""
        return (
            *self.vary,
            *(("Access-Control-Request-Method",) if self.any_method else ()),
            *(("Access-Control-Request-Headers",) if self.any_header else ()),
        )

    @property
    def actual_headers(self) -> Iterator[tuple[str, str]]:
        """The constant headers of a response that an allowed origin may read."""
        if self.policy.allow_credentials:
            yield "Access-Control-Allow-Credentials", "true"
        if self.policy.expose_headers:
            yield "Access-Control-Expose-Headers", ", ".join(self.policy.expose_headers)

    @property
    def max_age(self) -> str:
        """The value of Access-Control-Max-Age."""
        return str(self.policy.max_age)


@dataclass(frozen=True, slots=True)
class Rule:
    """A path prefix, and what governs it.

    Attributes:
        prefix: Whole segments, such as `/api`; `/` is every path.
        policy: The policy, or nothing where CORS is off.
        name: A short name, unique within the edge: letters, digits and `_`.
    """

    prefix: str
    policy: EdgePolicy | None
    name: str


@dataclass(frozen=True, slots=True)
class Edge:
    """All that a layer has to know.

    Attributes:
        rules: By prefix, the longest first. A path under none of them has CORS off.
        by_path: Whether policies are chosen by path; then ambiguous paths are refused.
        digest: Eight hexadecimal digits that change with the policy.
        source: Where the policy is written, for comments.
    """

    rules: tuple[Rule, ...]
    by_path: bool
    digest: str
    source: str

    @property
    def governed(self) -> list[tuple[Rule, EdgePolicy]]:
        """The rules that have a policy."""
        return [(rule, rule.policy) for rule in self.rules if rule.policy]

    @property
    def is_one_for_all(self) -> bool:
        """Whether one policy governs everything, so that no path needs to be looked at."""
        return not self.by_path

    @property
    def has_exempt_paths(self) -> bool:
        """Whether CORS is off for some paths."""
        prefixes = {rule.prefix for rule, _ in self.governed}
        return "/" not in prefixes or len(prefixes) < len(self.rules)

    @property
    def single(self) -> EdgePolicy:
        """The policy, for targets that can have only one."""
        return self.governed[0][1]


def edge_of(source: Policy | PathPolicies, where: str) -> tuple[Edge, list[Finding]]:
    """Make the intermediate form of a policy.

    Args:
        source: The policy, or policies by path.
        where: Where it is written, such as `cors.toml`; shown in comments.

    Returns:
        The form, and an error for each of the policy's expressions that is left out of
        it, since the engines do not agree on it.
    """
    policies = source.policies if isinstance(source, PathPolicies) else {"/": source}
    findings: list[Finding] = []
    rules = []
    for number, prefix in enumerate(sorted(policies, key=lambda p: (-len(p.encode()), p)), 1):
        policy = policies[prefix]
        made = None if policy is None else _edge_policy(policy, prefix, findings)
        rules.append(Rule(prefix, made, str(number)))
    digest = hashlib.sha256(repr(_value(source)).encode("utf-8", "backslashreplace")).hexdigest()
    by_path = isinstance(source, PathPolicies)
    return Edge(tuple(rules), by_path, digest[:8], _one_line(where)), findings


def _edge_policy(policy: Policy, prefix: str, findings: list[Finding]) -> EdgePolicy:
    regexes: list[str] = []
    for pattern in policy.origins.regexes:
        try:
            regexes += _checked(common_expressions(pattern), policy)
        except NotCommon as problem:
            findings.append(
                error(
                    "regex-dialect",
                    f"the expression {pattern.pattern!a} cannot be written for other"
                    f" engines: {problem}.",
                    "Write it with literals, classes, groups and *, +, ?, {m,n} only, or name"
                    " the origins.",
                    prefix,
                )
            )
    return EdgePolicy(policy, tuple(policy.origins.patterns), tuple(regexes))


# With credentials, a policy refuses what an expression matches of plain http, but for
# loopback hosts; and it refuses opaque origins (`_origins/matcher.py`).
_SECURE: Final = re.compile(
    r"https://|(?!http:)[a-z-]+://|http://(?:localhost|127\\\.0\\\.0\\\.1|\\\[::1\\\])(?=$|:|\(\?::)"
)


def _checked(expressions: tuple[str, ...], policy: Policy) -> tuple[str, ...]:
    """Refuse expressions of which the policy refuses a part, whatever they match."""
    for expression in expressions:
        if not policy.dangerously_allow_null_origin and any(
            re.fullmatch(expression, origin) for origin in OPAQUE_ORIGINS
        ):
            raise NotCommon("it matches an opaque origin, which the policy refuses")
        insecure = policy.allow_credentials and not policy.dangerously_allow_insecure_origins
        if insecure and not _SECURE.match(expression):
            raise NotCommon(
                "it may match origins of plain http, which the policy refuses with credentials:"
                " begin each alternative with 'https://'"
            )
    return expressions


def _value(source: Policy | PathPolicies) -> object:
    if isinstance(source, PathPolicies):
        return sorted((prefix, _value(p) if p else None) for prefix, p in source.policies.items())
    fields = (getattr(source, name) for name in source.field_names())
    return [[getattr(e, "pattern", e) for e in f] if isinstance(f, tuple) else f for f in fields]


def _one_line(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text[:200])
