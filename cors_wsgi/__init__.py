"""CORS for WSGI applications: one policy, and preflights that cannot fail."""

from typing import TYPE_CHECKING, Any

from cors_wsgi._policy import Policy
from cors_wsgi._problems import InvalidPolicy, Problem
from cors_wsgi._resolve import PathPolicies
from cors_wsgi._sources import policy_from_environ, policy_from_mapping, policy_from_toml
from cors_wsgi._wsgi import CORSMiddleware

if TYPE_CHECKING:
    from cors_wsgi._evaluate import Decision, Request

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


def __getattr__(name: str) -> Any:
    # PEP 562: an application serves requests without them; they are for whoever asks why.
    if name in ("Decision", "Request"):
        from cors_wsgi import _evaluate  # noqa: PLC0415 - as said

        return getattr(_evaluate, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
