"""CORS for WSGI applications: one policy, and preflights that cannot fail."""

import importlib
import typing

from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi._problems import InvalidPolicy, Problem

if typing.TYPE_CHECKING:
    from cors_wsgi._policy.decision import Decision, Request
    from cors_wsgi._policy.sources import policy_from_environ, policy_from_mapping, policy_from_toml
    from cors_wsgi._wsgi import CORSMiddleware

__all__ = [
    "CORSMiddleware",
    "Decision",
    "InvalidPolicy",
    "PathPolicies",
    "Policy",
    "Problem",
    "Request",
    "policy_from_environ",
    "policy_from_mapping",
    "policy_from_toml",
]

# Imported when they are asked for (PEP 562): most applications serve without them.
_ON_DEMAND: typing.Final = {
    "CORSMiddleware": "_wsgi",
    "Decision": "_policy.decision",
    "Request": "_policy.decision",
    "policy_from_environ": "_policy.sources",
    "policy_from_mapping": "_policy.sources",
    "policy_from_toml": "_policy.sources",
}


def __getattr__(name: str) -> typing.Any:
    if name in _ON_DEMAND:
        return getattr(importlib.import_module(f"cors_wsgi.{_ON_DEMAND[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
