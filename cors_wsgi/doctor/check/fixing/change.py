"""A policy that is there, changed so that it allows what is wanted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cors_wsgi._fetch_standard import SAFELISTED_METHODS

if TYPE_CHECKING:
    from cors_wsgi import Policy
    from cors_wsgi.catalogue import Wanted

_INDENT = "    "
_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Change:
    """What to change in a policy.

    Attributes:
        added: The values to add to each list, by field.
        set: The values to put in place of what is there, by field.
        remarks: What the change ends, in sentences.
    """

    added: dict[str, tuple[str, ...]] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.set)

    def fields(self, policy: Policy) -> dict[str, Any]:
        """Return the new values of the fields that change."""
        added = {name: [*getattr(policy, name), *values] for name, values in self.added.items()}
        return {**added, **self.set}

    def applied(self, policy: Policy) -> Policy:
        """Return the changed policy.

        Raises:
            InvalidPolicy: If the result is refused.
        """
        return policy.replace(**self.fields(policy))

    def call(self, owner: str, policy: Policy) -> str:
        """Return the call of `replace` that makes the change.

        Args:
            owner: The expression that the policy is reached by.
            policy: The policy.
        """
        arguments = [
            f"{name}={_addition(owner, name, getattr(policy, name), values)}"
            for name, values in self.added.items()
        ]
        arguments += [f"{name}={_literal(value)}" for name, value in self.set.items()]
        line = f"{owner}.replace({', '.join(arguments)})"
        if len(line) <= _WIDTH:
            return line
        inside = "".join(f"\n{_INDENT}{argument}," for argument in arguments)
        return f"{owner}.replace({inside}\n)"


def change(policy: Policy, wanted: Wanted) -> Change:
    """Return what a policy lacks of what is wanted."""
    added: dict[str, tuple[str, ...]] = {}
    put: dict[str, Any] = {}
    remarks: list[str] = []
    methods = tuple(one for one in wanted.methods if not _allows_method(policy, one))
    headers = tuple(one for one in wanted.headers if not _allows_header(policy, one))
    credentials = wanted.credentials and not policy.allow_credentials
    origin = wanted.origins[0]
    if credentials and policy.origins.any:
        put["allow_origins"] = [origin]
        remarks.append(
            f"This ends `*`: with credentials, only {origin} can read the answers. List the other "
            "origins that need them."
        )
    elif not policy.allows_origin(origin):
        added["allow_origins"] = (origin,)
    if methods:
        added["allow_methods"] = methods
    if headers:
        added["allow_headers"] = headers
    if credentials:
        put["allow_credentials"] = True
        if "*" in policy.expose_headers:
            put["expose_headers"] = []
            remarks.append("`*` in expose_headers does not work with credentials: name them.")
    if wanted.preflight_status not in {None, policy.preflight_status}:
        put["preflight_status"] = wanted.preflight_status
    if wanted.max_age not in {None, policy.max_age}:
        put["max_age"] = wanted.max_age
    return Change(added, put, tuple(remarks))


def _allows_method(policy: Policy, method: str) -> bool:
    listed = policy.allows_any_method or method in policy.allow_methods
    return listed or method in SAFELISTED_METHODS


def _allows_header(policy: Policy, name: str) -> bool:
    listed = {one.lower() for one in policy.allow_headers}
    return policy.allows_any_header or name.lower() in listed


def _addition(owner: str, name: str, present: tuple[Any, ...], values: tuple[str, ...]) -> str:
    new = ", ".join(json.dumps(value) for value in values)
    return f"[*{owner}.{name}, {new}]" if present else f"[{new}]"


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | str) else repr(value)
