"""CORS for Python's web: one policy, and preflights that are answered before they can fail."""

from cors_wsgi._policy.decision import Decision, Request
from cors_wsgi._policy.fields import PolicyChanges, PolicyFields
from cors_wsgi._policy.hosts import HostPolicies
from cors_wsgi._policy.paths import PathPolicies
from cors_wsgi._policy.policy import Policy
from cors_wsgi._policy.sources import policy_from_environ, policy_from_mapping, policy_from_toml
from cors_wsgi._problems import InvalidPolicy, Problem
from cors_wsgi._wsgi import CORSMiddleware

__all__ = [
    "CORSMiddleware",
    "Decision",
    "HostPolicies",
    "InvalidPolicy",
    "PathPolicies",
    "Policy",
    "PolicyChanges",
    "PolicyFields",
    "Problem",
    "Request",
    "policy_from_environ",
    "policy_from_mapping",
    "policy_from_toml",
]
