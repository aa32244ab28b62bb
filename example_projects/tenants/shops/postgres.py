"""The origins in PostgreSQL, which announces every change by itself."""

import os

import psycopg

from cors_wsgi.tenants import postgres_changes

DSN = os.environ["DATABASE"]


def connect() -> psycopg.Connection:
    return psycopg.connect(DSN, autocommit=True)


def origins_of(shop: str) -> list[str] | None:
    with connect() as connection:
        query = "SELECT origin FROM cors_origin WHERE tenant = %s LIMIT 1000"
        rows = connection.execute(query, (shop,)).fetchall()
    return [origin for (origin,) in rows] or None


def allow(shop: str, origin: str) -> None:
    with connect() as connection:
        query = "INSERT INTO cors_origin VALUES (%s, %s) ON CONFLICT DO NOTHING"
        connection.execute(query, (shop, origin))


def revoke(shop: str, origin: str) -> None:
    with connect() as connection:
        query = "DELETE FROM cors_origin WHERE tenant = %s AND origin = %s"
        connection.execute(query, (shop, origin))


changes = postgres_changes(connect, "cors_origin")
