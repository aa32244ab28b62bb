"""CORS for WSGI applications: one policy, and preflights that cannot fail."""

from cors_wsgi._evaluate import Decision, Request
from cors_wsgi._policy import Policy
from cors_wsgi._problems import InvalidPolicy, Problem
from cors_wsgi._resolve import PathPolicies
from cors_wsgi._sources import policy_from_environ, policy_from_mapping, policy_from_toml
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
