"""`cors-wsgi tenants`: what a database needs, for policies whose origins are in it."""

from __future__ import annotations

from typing import Final

import click

from cors_wsgi.tenants.sql import origin_index_sql, table_sql, triggers_sql

_HELP: Final = """\b
cors-wsgi tenants sql | psql shop

What a database needs whose rows are the origins of StoredPolicies or
StoredOrigins.
"""

_SQL_HELP: Final = """\b
cors-wsgi tenants sql | psql shop
cors-wsgi tenants sql --by-origin | psql shop

Print the table cors_origin(tenant, origin) for PostgreSQL, with a CHECK that
takes plain origins only, and triggers that announce every change on the
channel cors_origin, which postgres_changes(connect, "cors_origin") hears.
"""


@click.group("tenants", help=_HELP)
def tenants() -> None:
    """Print what a database needs."""


@tenants.command("sql", help=_SQL_HELP, short_help="Print the table and its triggers.")
@click.option(
    "--by-origin",
    is_flag=True,
    help="Announce the origins of changed rows, for StoredOrigins, and not their tenants.",
)
def sql(*, by_origin: bool) -> None:
    """Print the table and its triggers."""
    parts = [table_sql(), triggers_sql()]
    if by_origin:
        parts = [table_sql(), origin_index_sql(), triggers_sql(key="origin")]
    click.echo("\n".join(["BEGIN;\n", *parts, "COMMIT;"]))
