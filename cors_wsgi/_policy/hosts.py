"""Policies by host."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from cors_wsgi._origins.origin import split_port
from cors_wsgi._origins.parser import parse, punycode
from cors_wsgi._policy.fields import check_keys
from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import EXAMPLE, Policy, deny_all, policy_for_origins
from cors_wsgi._policy.requests import RequestMapping, host_of, normal_host
from cors_wsgi._policy.sources import policy_from_mapping
from cors_wsgi._problems import InvalidPolicy, Problem

FIELD: Final = "hosts"

_Given = Policy | PathPolicies | Mapping[str, Any] | Literal[False] | None


class HostPolicies:
    """Policies by the host that a request names.

    Case, port and a final dot do not matter. On a host that is not listed, or without a `Host`
    header, nobody is allowed.

    Args:
        policies: The policies by host, such as `"shop.api.example"`. Each is a `Policy`,
            `PathPolicies`, or a mapping of either; `None` or `False` switches CORS off for a host.

    Attributes:
        warnings: The warnings of every policy.

    Raises:
        InvalidPolicy: With every problem in every policy, and every name that is not a host.
    """

    __slots__ = ("_policies", "warnings")

    def __init__(self, policies: Mapping[str, _Given]) -> None:
        check_keys(policies, f"HostPolicies({{'shop.api.example': {EXAMPLE}}})")
        problems = [*_host_problems(policies)]
        self._policies: dict[str, Policy | PathPolicies | None] = {}
        for host, given in policies.items():
            try:
                self._policies[normal_host(str(host)) or ""] = _read(host, given)
            except InvalidPolicy as error:
                problems.extend(error.problems)
        if problems:
            raise InvalidPolicy(problems)
        self.warnings = tuple(
            warning.at(host)
            for host, policy in self._policies.items()
            if policy
            for warning in policy.warnings
        )

    @property
    def policies(self) -> Mapping[str, Policy | PathPolicies | None]:
        """The policies by host, in normal form. They do not change: make others of them."""
        return MappingProxyType(self._policies)

    def policy_for(self, request: RequestMapping) -> Policy | None:
        """Return the policy that governs a request, or `None`.

        Args:
            request: A WSGI environ or an ASGI scope.
        """
        host = host_of(request)
        if host is None:
            return deny_all("the request names no host")
        if host not in self._policies:
            return deny_all("no policy is listed for its host")
        policy = self._policies[host]
        return None if policy is None else policy.policy_for(request)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HostPolicies) and self._policies == other._policies

    __hash__ = None  # type: ignore[assignment] # it holds a dictionary

    def __repr__(self) -> str:
        return f"HostPolicies({self._policies!r})"


HostPolicies.__module__ = "cors_wsgi"


def _read(host: str, given: object) -> Policy | PathPolicies | None:
    """Read what stands for the policy of a host."""
    if given is None or given is False:
        return None
    if isinstance(given, Policy | PathPolicies):
        return given
    if isinstance(given, Mapping):
        try:
            return policy_from_mapping(given)
        except InvalidPolicy as error:
            raise InvalidPolicy(problem.at(host) for problem in error.problems) from None
    hint = f"Write {policy_for_origins(given)}, or None to switch CORS off."
    raise InvalidPolicy([Problem("host-policy", FIELD, host, "has no policy.", hint)])


def _meant(host: object) -> str:
    """Return the host that was probably meant."""
    authority = str(host).rpartition("://")[2].partition("/")[0].strip("*. \t\r\n")
    host = split_port(authority)[0]
    for text in (authority, f"[{authority}]", host, punycode(host) or ""):
        origin, _ = parse(f"https://{text}")
        if origin is not None and not origin.is_pattern:
            return origin.host
    return "shop.api.example"


def _host_problems(policies: Mapping[Any, Any]) -> Iterator[Problem]:
    if not policies:
        hint = "Name one: 'shop.api.example'."
        yield Problem("host-missing", FIELD, policies, "names no host.", hint)
    normal: set[str] = set()
    for host in policies:
        name = normal_host(host) if isinstance(host, str) else None
        origin, problems = parse(f"https://{name}")
        if not name or problems or origin is None or origin.is_pattern:
            message = "is not a host name."
            hint = f"Write it without a scheme, a path or a wildcard: {_meant(host)!r}."
            yield Problem("host-invalid", FIELD, host, message, hint)
        elif name in normal:
            yield Problem("host-duplicate", FIELD, host, "is listed twice.", "Remove one.")
        else:
            normal.add(name)
