"""The SQL that `cors-wsgi tenants sql` prints, in a real PostgreSQL."""

import queue
import re
import threading
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tenants.rows import BAD_ROWS, PIECES
from tenants.servers import PostgreSQL

from cors_wsgi import Policy
from cors_wsgi.doctor.cli import cli
from cors_wsgi.tenants import postgres_changes

TEMPLATE = Policy.template()


def printed(*options: str) -> str:
    return CliRunner().invoke(cli, ["tenants", "sql", *options]).stdout


@pytest.fixture(scope="module", params=[(), ("--by-origin",)], ids=["", "by origin"])
def options(request: pytest.FixtureRequest) -> tuple[str, ...]:
    given: tuple[str, ...] = request.param
    return given


@pytest.fixture(scope="module")
def table(postgres: PostgreSQL, options: tuple[str, ...]) -> Iterator[psycopg.Connection]:
    postgres.execute(printed(*options))
    with psycopg.connect(postgres.address, autocommit=True) as connection:
        yield connection
    postgres.execute("DROP TABLE cors_origin; DROP FUNCTION cors_origin_announce")


def accepts(table: psycopg.Connection, origin: str, tenant: str = "shop") -> bool:
    try:
        with table.transaction(force_rollback=True):
            table.execute("INSERT INTO cors_origin VALUES (%s, %s)", (tenant, origin))
    except (psycopg.errors.CheckViolation, psycopg.DataError):
        return False
    return True


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example",
        "http://localhost:3000",
        "http://127.0.0.1:8080",
        "https://[::1]:8443",
        "https://xn--shp-sna.example",
        "https://a_b.example",
        "moz-extension://0c1f9ee4-2d0f-4d0e-9b2c-3f8f8d1d2c4b",
        "tauri://localhost",
        "http://shop.example:443",
    ],
)
def test_a_plain_origin_is_accepted(table: psycopg.Connection, origin: str) -> None:
    assert accepts(table, origin)
    assert TEMPLATE.policy([origin]).allow_origins == (origin,)


# Whether plain http is allowed depends on the template.
WRONG = [row for row in BAD_ROWS if isinstance(row, str) and row != "http://shop.example"]


@pytest.mark.parametrize("origin", WRONG, ids=ascii)
def test_what_is_no_plain_origin_is_refused(table: psycopg.Connection, origin: str) -> None:
    assert not accepts(table, origin)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8))
def test_what_the_policy_allows_the_table_accepts(
    table: psycopg.Connection, pieces: list[str]
) -> None:
    origin = "".join(pieces).replace("\x00", "")
    if TEMPLATE.policy([origin]).allow_origins:
        assert accepts(table, origin)


@pytest.mark.parametrize("tenant", ["", "x" * 256, "\u00e9" * 128])
def test_a_key_that_cannot_be_announced_is_refused(table: psycopg.Connection, tenant: str) -> None:
    assert not accepts(table, "https://shop.example", tenant)


# Statements, the keys that they announce by tenant, and those by origin.
CHANGES = [
    ("INSERT INTO cors_origin VALUES ('shop', 'https://a')", ["shop"], ["https://a"]),
    ("UPDATE cors_origin SET origin = 'https://b'", ["shop"], ["https://a", "https://b"]),
    ("UPDATE cors_origin SET tenant = 'cafe'", ["shop", "cafe"], ["https://b"]),
    ("DELETE FROM cors_origin", ["cafe"], ["https://b"]),
    ("TRUNCATE cors_origin", [None], [None]),
    (
        "INSERT INTO cors_origin SELECT 'shop', 'https://a' || generate_series(1, 3)",
        ["shop"],
        ["https://a1", "https://a2", "https://a3"],
    ),
    ("TRUNCATE cors_origin", [None], [None]),
]


def test_every_change_is_announced(
    table: psycopg.Connection, postgres: PostgreSQL, options: tuple[str, ...]
) -> None:
    heard: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        try:
            for change in postgres_changes(postgres.connect, "cors_origin")():
                heard.put(change)
        except psycopg.OperationalError:
            pass  # the server is ended before the thread

    threading.Thread(target=listen, daemon=True).start()
    assert heard.get(timeout=5) is None
    for statement, tenants, origins in CHANGES:
        table.execute(statement)
        keys = origins if options else tenants
        assert [heard.get(timeout=5) for _ in keys] == keys
    assert heard.empty()


def test_an_origin_is_found_by_its_index(
    table: psycopg.Connection, options: tuple[str, ...]
) -> None:
    with table.transaction():
        table.execute("SET LOCAL enable_seqscan = off")
        query = "EXPLAIN SELECT FROM cors_origin WHERE origin = 'https://shop.example'"
        plan = "\n".join(line for (line,) in table.execute(query).fetchall())
    assert ("cors_origin_origin_idx" in plan) is bool(options)


def test_no_line_is_too_wide_to_read_but_the_expression() -> None:
    wide = [line for line in printed().splitlines() if len(line) > 100]
    assert all(re.match(r"\s+AND origin ~ ", line) for line in wide)
