from typing import Any

import psycopg
from django.db import connection

from cors_wsgi import Policy
from cors_wsgi.tenants import StoredPolicies, by_host, postgres_changes
from shops.models import Origin


def connect() -> Any:
    return psycopg.connect(**connection.get_connection_params())


policies = StoredPolicies(
    key=by_host(below="api.example"),
    load=Origin.load_origins,
    template=Policy.template(allow_credentials=True),
    changes=postgres_changes(connect, "cors_origin") if connection.vendor == "postgresql" else None,
)
