"""Which pages may call a shop's API: its rows in the database, and nothing else."""

import os

from cors_wsgi import Policy
from cors_wsgi.tenants import StoredPolicies, by_host

if os.environ["DATABASE"].startswith("sqlite:"):
    from shops import sqlite as database
else:
    from shops import postgres as database

__all__ = ["database", "policies", "shop_of"]

shop_of = by_host(below="localhost")

policies = StoredPolicies(
    key=shop_of,
    load=database.origins_of,
    template=Policy.template(allow_credentials=True, allow_methods=["PUT"]),
    changes=database.changes,
    unknown_for=1,  # so that a shop's first origin is seen soon on SQLite, too
)
