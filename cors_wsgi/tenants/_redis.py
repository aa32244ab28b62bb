"""Hears of changes from Redis or Valkey: what is published, or every write below a prefix."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._choosing import is_asynchronous
from cors_wsgi.tenants._listening import HEARTBEAT, Changes, check_synchronous, is_collected

if TYPE_CHECKING:
    from redis import Redis

# Source: https://redis.io/docs/latest/develop/reference/client-side-caching/
_INVALIDATIONS: Final = "__redis__:invalidate"


def redis_changes(connect: "Callable[[], Redis]", channel: str) -> Changes:
    """Return what listens for changes on a channel of Redis, for `changes`.

    The code that changes a tenant's origins publishes the tenant's key on the channel, or an
    empty message for all of them.

    Args:
        connect: Makes a client with redis-py or valkey-py.
        channel: The channel.

    Raises:
        TypeError: If `connect` is no function, or an asynchronous one.
    """
    check_synchronous("connect", connect)

    def changes() -> Iterator[str | None]:
        with _connection(connect()) as connection:
            for payload in _messages(connection, channel):
                yield payload.decode() if payload else None

    return changes


def redis_tracking(connect: "Callable[[], Redis]", prefix: str) -> Changes:
    """Return what listens for writes to the keys below a prefix, for `changes`.

    Redis 6 or newer, or Valkey, announces them by itself ("server-assisted client-side caching"):
    nobody has to publish anything. A cluster needs one for each of its primaries.

    Args:
        connect: Makes a client with redis-py or valkey-py.
        prefix: What the name of a tenant's key in Redis begins with; the rest is the key here.

    Raises:
        TypeError: If `connect` is no function, or an asynchronous one.
    """
    check_synchronous("connect", connect)

    def changes() -> Iterator[str | None]:
        with _connection(connect()) as connection:
            number = _call(connection, "CLIENT", "ID")
            # To itself: messages then arrive as those of a channel, in the one connection.
            _call(
                connection,
                "CLIENT",
                "TRACKING",
                "ON",
                "REDIRECT",
                number,
                "BCAST",
                "PREFIX",
                prefix,
            )
            for names in _messages(connection, _INVALIDATIONS):
                # Nothing is named when everything was flushed.
                for name in names or [None]:
                    yield name and name.decode(errors="replace").removeprefix(prefix)

    return changes


@contextmanager
def _connection(client: "Redis") -> Iterator[Any]:
    """Open a connection that speaks RESP2, which tells messages from answers by itself.

    It does not connect again by itself, since what was missed meanwhile would go unnoticed.
    """
    pool = _pool_of(client)
    options = {
        name: value
        for name, value in pool.connection_kwargs.items()
        if not name.startswith("maint_notifications")  # which RESP2 does not have
    }
    options |= {"protocol": 2, "socket_timeout": HEARTBEAT}
    connection = pool.connection_class(**options)
    try:
        connection.connect()
        yield connection
    finally:
        connection.disconnect()
        client.close()


def _pool_of(client: Any) -> Any:
    """Return the pool of a client, which knows how to connect.

    Raises:
        TypeError: If the client is asynchronous, or one of a cluster.
    """
    pool = getattr(client, "connection_pool", None)
    if pool is None or is_asynchronous(client.execute_command):
        kind = type(client)
        message = (
            "connect has to return a synchronous client of one server, such as redis.Redis(...), "
            f"since a thread listens with it, not {kind.__module__}.{kind.__qualname__}"
        )
        raise TypeError(message)
    return pool


def _call(connection: Any, *command: Any) -> Any:
    connection.send_command(*command, check_health=False)
    return connection.read_response(disable_decoding=True)


def _messages(connection: Any, channel: str) -> Iterator[Any]:
    """Subscribe to a channel; yield None once that is done, and then each message's payload.

    It ends when nobody is told of them.

    Raises:
        TimeoutError: If the server does not answer any more.
        redis.ConnectionError: If the connection is lost.
    """
    _call(connection, "SUBSCRIBE", channel)
    yield None
    while True:
        if not connection.can_read(HEARTBEAT):
            if is_collected():
                return
            connection.send_command("PING", check_health=False)
        message = connection.read_response(disable_decoding=True)
        if message[0] == b"message":
            yield message[2]
