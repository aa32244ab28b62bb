"""Hears of changes from PostgreSQL: LISTEN and NOTIFY."""

import selectors
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._log import get_logger
from cors_wsgi.tenants._listening import HEARTBEAT, Changes, check_synchronous, is_collected

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.pq.abc import PGconn

_BLOCKS_GEVENT: Final = (
    "tenants: psycopg was imported before gevent patched the program, so a query blocks all "
    "greenlets; call gevent.monkey.patch_all() first, in gunicorn.conf.py if you use --preload"
)


def postgres_changes(connect: "Callable[[], Connection[Any]]", channel: str) -> Changes:
    """Return what listens for changes on a channel of PostgreSQL, for `changes`.

    Whatever changes a tenant's origins notifies the channel with the tenant's key, or with
    nothing for all of them; the trigger that `cors-wsgi tenants sql` prints does.

    Args:
        connect: Makes a connection with psycopg 3: to the server itself, since notifications pass
            no transaction pooler, and to the primary, since a standby does not listen. It is
            closed in the end, so it must not be one of a pool.
        channel: The channel.

    Raises:
        TypeError: If `connect` is no function, or an asynchronous one.
    """
    check_synchronous("connect", connect)

    def changes() -> Iterator[str | None]:
        from psycopg import sql  # noqa: PLC0415 - 70 ms, and not everybody has it

        _check_gevent()
        with closing(connect()) as connection:
            connection.autocommit = True
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            yield None
            encoding = connection.info.encoding
            for payload in _payloads(connection.pgconn):
                yield payload.decode(encoding) or None

    return changes


def _payloads(connection: "PGconn") -> Iterator[bytes]:
    """Yield the payloads of notifications, until nobody is told of them.

    psycopg would wait in C, which blocks all greenlets of gevent.

    Raises:
        TimeoutError: If the server does not answer any more.
        psycopg.OperationalError: If the connection is lost.
    """
    while True:
        if not _can_read(connection, HEARTBEAT):
            if is_collected():
                return
            _check_answers(connection)
        connection.consume_input()
        while notification := connection.notifies():
            yield notification.extra


def _check_answers(connection: "PGconn") -> None:
    """Check that the server answers: a network that is cut says nothing."""
    deadline = time.monotonic() + HEARTBEAT
    connection.send_query(b"")
    while True:
        while connection.is_busy():
            if not _can_read(connection, deadline - time.monotonic()):
                raise TimeoutError("PostgreSQL does not answer")
            connection.consume_input()
        if connection.get_result() is None:
            return


def _can_read(connection: "PGconn", seconds: float) -> bool:
    """Wait until there is something to read; tell whether there is.

    `select.select` would not do: it takes no file number above 1023, which a busy process has.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(connection.socket, selectors.EVENT_READ)
        return bool(selector.select(max(seconds, 0)))


def _check_gevent() -> None:
    monkey, waiting = sys.modules.get("gevent.monkey"), sys.modules.get("psycopg.waiting")
    if monkey is None or waiting is None or not monkey.is_module_patched("select"):
        return
    if waiting.wait is getattr(waiting, "wait_c", None):
        get_logger().warning(_BLOCKS_GEVENT)
