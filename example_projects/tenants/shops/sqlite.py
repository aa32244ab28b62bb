"""The origins in a file of SQLite, which announces nothing: so it is polled."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

FILE = os.environ["DATABASE"].removeprefix("sqlite:")
TABLE = """
CREATE TABLE IF NOT EXISTS cors_origin (
    tenant TEXT NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (tenant, origin)
)
"""


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(FILE, isolation_level=None)
    connection.execute(TABLE)
    return connection


def origins_of(shop: str) -> list[str] | None:
    with closing(connect()) as connection:
        query = "SELECT origin FROM cors_origin WHERE tenant = ? LIMIT 1000"
        rows = connection.execute(query, (shop,)).fetchall()
    return [origin for (origin,) in rows] or None


def allow(shop: str, origin: str) -> None:
    with closing(connect()) as connection:
        connection.execute("INSERT OR IGNORE INTO cors_origin VALUES (?, ?)", (shop, origin))


def revoke(shop: str, origin: str) -> None:
    with closing(connect()) as connection:
        query = "DELETE FROM cors_origin WHERE tenant = ? AND origin = ?"
        connection.execute(query, (shop, origin))


def changes() -> Iterator[None]:
    """Yield when something has changed: SQLite does not tell what."""
    with closing(connect()) as connection:
        known = None
        while True:
            [version] = connection.execute("PRAGMA data_version").fetchone()
            if version != known:
                known = version
                yield None
            time.sleep(0.2)
