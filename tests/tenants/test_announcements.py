"""What is announced by PostgreSQL, Redis and Valkey is heard; so is that they are gone."""

import contextlib
import queue
import resource
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
import pytest
from redis import RedisCluster, exceptions
from redis import asyncio as asyncio_redis
from tenants.servers import PostgreSQL, Redis, Server

from cors_wsgi.tenants._listening import listen
from cors_wsgi.tenants._postgres import postgres_changes
from cors_wsgi.tenants._redis import redis_changes, redis_tracking


class Heard:
    """Listens in a thread, and puts what is heard into a queue; at last the exception."""

    def __init__(self, changes: Callable[[], Iterable[str | None]]) -> None:
        self.queue: queue.Queue[object] = queue.Queue()
        self.changes = changes
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            for change in self.changes():
                self.queue.put(change)
        except Exception as error:
            self.queue.put(type(error))

    def next(self, seconds: float = 5) -> object:
        return self.queue.get(timeout=seconds)


@pytest.fixture
def heartbeat(monkeypatch: pytest.MonkeyPatch) -> float:
    """How long listeners wait for a word, so that the tests are quick."""
    monkeypatch.setattr("cors_wsgi.tenants._postgres.HEARTBEAT", 0.3)
    monkeypatch.setattr("cors_wsgi.tenants._redis.HEARTBEAT", 0.3)
    return 0.3


@pytest.fixture
def listening_to_postgres(postgres: PostgreSQL) -> Iterator[Heard]:
    heard = Heard(postgres_changes(postgres.connect, 'odd "channel"'))
    assert heard.next() is None
    yield heard
    end_of_postgres(postgres, heard)


def end_of_postgres(postgres: PostgreSQL, heard: Heard) -> None:
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE query LIKE 'LISTEN%%' OR query = ''"
    )
    heard.thread.join(5)
    assert not heard.thread.is_alive()


def test_postgres_announces(postgres: PostgreSQL, listening_to_postgres: Heard) -> None:
    for payload in ("shop", "caf\u00e9", "", "x" * 7999):
        postgres.execute("SELECT pg_notify(%s, %s)", 'odd "channel"', payload)
        assert listening_to_postgres.next() == (payload or None)
    with psycopg.connect(postgres.address) as connection:
        for number in range(1000):
            connection.execute("SELECT pg_notify(%s, %s)", ('odd "channel"', f"shop-{number}"))
    assert [listening_to_postgres.next() for _ in range(1000)] == [f"shop-{n}" for n in range(1000)]


def test_postgres_is_asked_whether_it_is_there(
    postgres: PostgreSQL, heartbeat: float, listening_to_postgres: Heard
) -> None:
    time.sleep(3 * heartbeat)
    with psycopg.connect(postgres.address) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE query = '' AND state = 'idle'"
        assert connection.execute(query).fetchone()[0] >= 1
    postgres.execute("SELECT pg_notify(%s, %s)", 'odd "channel"', "shop")
    assert listening_to_postgres.next() == "shop"


def test_postgres_is_heard_in_a_process_that_has_a_thousand_files_open(
    postgres: PostgreSQL,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1024):
            stack.enter_context(socket.socket())
        heard = Heard(postgres_changes(postgres.connect, "cors"))
        assert heard.next() is None
        postgres.execute("SELECT pg_notify('cors', 'shop')")
        assert heard.next() == "shop"
        end_of_postgres(postgres, heard)


def test_nobody_listens_to_postgres_for_policies_that_are_collected(
    postgres: PostgreSQL, heartbeat: float
) -> None:
    assert_listening_ends(postgres_changes(postgres.connect, "cors"))


def test_nobody_listens_to_redis_for_policies_that_are_collected(
    redis: Redis, heartbeat: float
) -> None:
    assert_listening_ends(redis_changes(redis.connect, "cors"))


class Told:
    """Is told of changes, as the store of policies is."""

    def __init__(self) -> None:
        self.is_hearing = False

    def hear(self, *, hearing: bool) -> None:
        self.is_hearing = hearing

    def announce(self, key: str) -> None:
        """Change nothing."""


def assert_listening_ends(changes: Callable[[], Iterable[str | None]]) -> None:
    told = Told()
    thread = threading.Thread(target=listen, args=(weakref.ref(told), changes), daemon=True)
    thread.start()
    while not told.is_hearing:
        time.sleep(0.01)
    del told
    thread.join(5)
    assert not thread.is_alive()


async def connect_later() -> None:
    """Make no connection that a thread can use."""


@pytest.mark.parametrize("helper", [postgres_changes, redis_changes, redis_tracking])
@pytest.mark.parametrize(
    ("connect", "message"),
    [
        pytest.param("dbname=shop", "connect has to be a function, not 'dbname=shop'", id="text"),
        pytest.param(connect_later, "connect cannot be asynchronous", id="a coroutine function"),
    ],
)
def test_a_function_that_cannot_connect_is_refused(
    helper: Callable[..., object], connect: object, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        helper(connect, "cors")


@pytest.mark.parametrize("helper", [redis_changes, redis_tracking])
@pytest.mark.parametrize(
    ("client", "kind"),
    [
        pytest.param(
            asyncio_redis.Redis(), r"redis\.asyncio\.client\.Redis", id="an asynchronous client"
        ),
        pytest.param(
            RedisCluster.__new__(RedisCluster), r"redis\.cluster\.RedisCluster", id="a cluster"
        ),
    ],
)
def test_a_client_that_cannot_listen_is_named(
    helper: Callable[..., Callable[[], Iterable[None]]], client: Any, kind: str
) -> None:
    with pytest.raises(TypeError, match=rf"connect has to return a synchronous .* not {kind}$"):
        next(iter(helper(lambda: client, "cors")()))


def test_a_redis_client_publishes(redis: Redis) -> None:
    heard = Heard(redis_changes(redis.connect, "cors"))
    assert heard.next() is None
    publisher = redis.connect()
    for payload in ("shop", "caf\u00e9", ""):
        publisher.publish("cors", payload)
        assert heard.next() == (payload or None)
    publisher.client_kill_filter(_type="pubsub")
    assert heard.next() is exceptions.ConnectionError


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="as it is by default"),
        pytest.param({"protocol": 2}, id="RESP2"),
        pytest.param({"protocol": 3}, id="RESP3"),
        pytest.param({"decode_responses": True, "socket_timeout": 0.1}, id="text, and impatient"),
    ],
)
def test_redis_announces_what_is_written(redis: Redis, options: dict[str, object]) -> None:
    heard = Heard(redis_tracking(lambda: redis.connect(**options), "cors:"))
    assert heard.next() is None
    writer = redis.connect()
    writer.sadd("cors:shop", "https://shop.example")
    assert heard.next() == "shop"
    writer.set("other", "1")
    writer.srem("cors:shop", "https://shop.example")
    assert heard.next() == "shop"
    writer.set("cors:brief", "1", px=1)
    assert heard.next() == "brief"
    time.sleep(0.01)
    assert writer.get("cors:brief") is None
    assert heard.next() == "brief"
    writer.flushall()
    assert heard.next() is None
    writer.client_kill_filter(_type="pubsub")
    assert heard.next() is exceptions.ConnectionError


def test_redis_is_asked_whether_it_is_there(redis: Redis, heartbeat: float) -> None:
    heard = Heard(redis_changes(redis.connect, "cors"))
    assert heard.next() is None
    time.sleep(3 * heartbeat)
    redis.connect().publish("cors", "shop")
    assert heard.next() == "shop"
    redis.connect().client_kill_filter(_type="pubsub")
    assert heard.next() is exceptions.ConnectionError


def test_postgres_that_hangs_is_not_waited_for(postgres: PostgreSQL, heartbeat: float) -> None:
    heard = Heard(postgres_changes(postgres.connect, "cors"))
    assert heard.next() is None
    assert error_while_stopped(postgres, heard) is TimeoutError


@pytest.mark.parametrize("helper", [redis_changes, redis_tracking])
def test_redis_that_hangs_is_not_waited_for(
    redis: Redis, heartbeat: float, helper: Callable[..., Callable[[], Iterable[None]]]
) -> None:
    heard = Heard(helper(redis.connect, "cors"))
    assert heard.next() is None
    assert error_while_stopped(redis, heard) is exceptions.TimeoutError


def error_while_stopped(server: Server, heard: Heard) -> object:
    server.stop()
    try:
        return heard.next()
    finally:
        server.go_on()


def test_gevent_that_patches_too_late_is_warned_of(postgres: PostgreSQL) -> None:
    program = f"""
import logging, threading
logging.basicConfig(format="%(message)s")
import psycopg
from cors_wsgi.tenants._postgres import postgres_changes
from gevent import monkey; monkey.patch_all()
import gevent
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0.01)
gevent.spawn(tick)
heard = []
def listen():
    for change in postgres_changes(lambda: psycopg.connect({postgres.address!r}), "cors")():
        heard.append(change)
gevent.spawn(listen)
gevent.sleep(1)
psycopg.connect({postgres.address!r}, autocommit=True).execute("NOTIFY cors, 'shop'")
gevent.sleep(0.2)
print(heard, len(ticks) > 60)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "[None, 'shop'] True\n"
    assert done.stderr.startswith("tenants: psycopg was imported before gevent patched")
