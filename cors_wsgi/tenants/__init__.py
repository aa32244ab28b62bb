"""Policies whose origins are in a database, and change while the application serves."""

from cors_wsgi._policy.policy import PolicyTemplate
from cors_wsgi.tenants._policies import StoredOrigins, StoredPolicies
from cors_wsgi.tenants._postgres import postgres_changes
from cors_wsgi.tenants._redis import redis_changes, redis_tracking
from cors_wsgi.tenants._requests import by_host

__all__ = [
    "PolicyTemplate",
    "StoredOrigins",
    "StoredPolicies",
    "by_host",
    "postgres_changes",
    "redis_changes",
    "redis_tracking",
]

for _public in (
    *(PolicyTemplate, StoredOrigins, StoredPolicies, by_host),
    *(postgres_changes, redis_changes, redis_tracking),
):
    _public.__module__ = __name__
