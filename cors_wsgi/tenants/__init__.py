"""Policies whose origins are in a database, and change while the application serves."""

from cors_wsgi.tenants.policies import StoredOrigins, StoredPolicies
from cors_wsgi.tenants.requests import by_host

__all__ = ["StoredOrigins", "StoredPolicies", "by_host"]

for _public in (StoredOrigins, StoredPolicies, by_host):
    _public.__module__ = __name__
