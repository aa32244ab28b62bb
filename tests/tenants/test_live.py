"""Several workers obey a database: what is granted, revoked, killed and stopped under traffic."""

import contextlib
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest
from engines.processes import free_port
from redis import Redis as Client
from tenants.servers import PostgreSQL, Redis

from cors_wsgi.tenants.sql import drop_triggers_sql, table_sql, triggers_sql

HERE = Path(__file__).parent
STEADY = "https://steady.example"
SHOP = "https://shop.example"
GEVENT_CONF = "from gevent import monkey; monkey.patch_all()\n"
# Between two requests of a client, in seconds: who asked without a pause would take the time that
# the workers need.
PAUSE = 0.01


class Site:
    """A server with two workers, and a page of a tenant that never stops asking."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.refused = 0
        self.times: list[float] = []
        self._stop = threading.Event()

    def get(self, tenant: str, origin: str) -> tuple[str, bool]:
        """The process that answered, and whether it allowed the origin."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            headers = {"Host": f"{tenant}.api.example", "Origin": origin, "Connection": "close"}
            connection.request("GET", "/", headers=headers)
            response = connection.getresponse()
            allowed = response.headers["Access-Control-Allow-Origin"] == origin
            assert response.headers["Vary"] == "Origin"
            return response.read().decode(), allowed

    def all_say(
        self, expected: bool, *, tenant: str = "shop", origin: str = SHOP, within: float = 10
    ) -> float:
        """Wait until both workers allow or refuse an origin.

        Returns:
            After how many seconds a request was sent that got the other answer still.
        """
        lag = 0.0
        began = time.monotonic()
        agreed: set[str] = set()
        while len(agreed) < 2:
            asked = time.monotonic() - began
            assert asked < within, f"not all workers say {expected}"
            worker, allowed = self.get(tenant, origin)
            if allowed is expected:
                agreed.add(worker)
            else:
                agreed.discard(worker)
                lag = asked
            time.sleep(PAUSE)
        return lag

    def never_says_yes(self, seconds: float, *, origin: str = SHOP) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert not self.get("shop", origin)[1]
            time.sleep(PAUSE)

    @contextlib.contextmanager
    def traffic(self) -> Iterator[None]:
        """The steady tenant's page asks all the time, and is allowed every time."""
        self.refused, self.times = 0, []
        self._stop.clear()
        thread = threading.Thread(target=self._ask)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
        assert len(self.times) > 20
        assert self.refused == 0

    def _ask(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            _, allowed = self.get("steady", STEADY)
            self.times.append(time.monotonic() - began)
            self.refused += not allowed
            time.sleep(PAUSE)


@contextlib.contextmanager
def serving(
    folder: Path,
    arguments: list[str],
    *,
    application: str = "live_application:application",
    **environment: str,
) -> Iterator[Site]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += [*arguments, "--graceful-timeout", "1", application]
    with served(folder, command, port, **environment) as site:
        yield site


@contextlib.contextmanager
def serving_asgi(folder: Path, application: str, where: Path, **environment: str) -> Iterator[Site]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--workers", "2"]
    command += ["--app-dir", str(where), "--lifespan", "off"]
    command += ["--timeout-graceful-shutdown", "1", application]
    with served(folder, command, port, **environment) as site:
        yield site


@contextlib.contextmanager
def served(folder: Path, command: list[str], port: int, **environment: str) -> Iterator[Site]:
    log = folder / "gunicorn.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command,
            cwd=HERE,
            env={**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=output,
            stderr=output,
        )
    try:
        site = Site(port)
        deadline = time.monotonic() + 30
        while True:
            try:
                site.get("steady", STEADY)
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        site.all_say(True, tenant="steady", origin=STEADY)
        yield site
    except AssertionError as error:
        error.add_note(log.read_text())
        raise
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Rows:
    """What is in the store, whichever it is."""

    def __init__(self, server: PostgreSQL | Redis, table: str = "cors_origin") -> None:
        self.server = server
        self.table = table
        self.grant("steady", STEADY)
        self.grant("shop", "https://other.example")

    def environment(self, store: str) -> dict[str, str]:
        """What tells the live application where the store is, and how it announces changes."""
        return {"STORE": store, "STORE_ADDRESS": self.server.address}

    def grant(self, tenant: str, origin: str) -> None:
        if isinstance(self.server, PostgreSQL):
            query = f"INSERT INTO {self.table} (tenant, origin) VALUES (%s, %s)"
            self.server.execute(query, tenant, origin)
        else:
            self._redis(lambda client: client.sadd(f"cors:{tenant}", origin), tenant)

    def revoke(self, tenant: str, origin: str) -> None:
        if isinstance(self.server, PostgreSQL):
            query = f"DELETE FROM {self.table} WHERE tenant = %s AND origin = %s"
            self.server.execute(query, tenant, origin)
        else:
            self._redis(lambda client: client.srem(f"cors:{tenant}", origin), tenant)

    def _redis(self, write: Callable[[Client], object], tenant: str) -> None:
        assert isinstance(self.server, Redis)
        with self.server.connect() as client:
            write(client)
            client.publish("cors", tenant)


@pytest.fixture
def rows_in_postgres(postgres: PostgreSQL) -> Iterator[Rows]:
    postgres.execute(table_sql() + triggers_sql())
    yield Rows(postgres)
    postgres.execute(drop_triggers_sql() + "DROP TABLE cors_origin")


@pytest.fixture
def rows_in_redis(redis: Redis) -> Iterator[Rows]:
    yield Rows(redis)
    redis.connect().flushall()


def change_revoke_and_grant_again(site: Site, rows: Rows, *, rounds: int) -> list[float]:
    """Grant and revoke; how many seconds after each commit a worker did not obey."""
    lags = []
    for _ in range(rounds):
        rows.grant("shop", SHOP)
        lags.append(site.all_say(True))
        rows.revoke("shop", SHOP)
        lags.append(site.all_say(False))
        site.never_says_yes(0.1)
    return lags


def assert_all_obey_whatever_happens(site: Site, rows: Rows) -> None:
    """Change the store's rows, kill it, stop it and start it again, in the middle of traffic."""
    site.all_say(False)
    with site.traffic():
        lags = change_revoke_and_grant_again(site, rows, rounds=3)
        rows.server.kill()
        site.never_says_yes(0.5)
        assert not site.get("never-asked", SHOP)[1]
        rows.server.start()
        site.never_says_yes(0.2)
        change_revoke_and_grant_again(site, rows, rounds=1)
        rows.server.stop()
        site.never_says_yes(1)
        rows.server.go_on()
        change_revoke_and_grant_again(site, rows, rounds=1)
    assert median(lags) <= 0.05
    # Whoever waits, waits for the store; those of known tenants never did.
    assert median(site.times) < 0.2


KINDS = [
    pytest.param(["--worker-class", "sync"], "", id="sync"),
    pytest.param(["--worker-class", "gthread", "--threads", "4"], "", id="gthread"),
    pytest.param(["--worker-class", "gthread", "--threads", "4", "--preload"], "", id="preload"),
    pytest.param(["--worker-class", "gevent"], "", id="gevent"),
    pytest.param(
        ["--worker-class", "gevent", "--preload"],
        GEVENT_CONF,
        id="gevent, preload, patched in gunicorn.conf.py",
    ),
]


@pytest.mark.parametrize(("arguments", "configuration"), KINDS)
def test_gunicorns_workers_obey_postgres(
    rows_in_postgres: Rows, tmp_path: Path, arguments: list[str], configuration: str
) -> None:
    (tmp_path / "gunicorn.conf.py").write_text(configuration)
    arguments = [*arguments, "--config", str(tmp_path / "gunicorn.conf.py")]
    with serving(tmp_path, arguments, **rows_in_postgres.environment("postgres")) as site:
        assert_all_obey_whatever_happens(site, rows_in_postgres)


@pytest.mark.parametrize(
    ("arguments", "store"),
    [
        ("--worker-class=sync", "redis published"),
        ("--worker-class=gthread --threads=4 --preload", "redis tracked"),
        ("--worker-class=gevent", "redis tracked"),
    ],
)
def test_gunicorns_workers_obey_redis(
    rows_in_redis: Rows, tmp_path: Path, arguments: str, store: str
) -> None:
    with serving(tmp_path, arguments.split(), **rows_in_redis.environment(store)) as site:
        assert_all_obey_whatever_happens(site, rows_in_redis)


@pytest.mark.parametrize(
    "application",
    [
        "live_application:asgi_application",
        "live_application:asgi_application_in_threads",
        "live_fastapi:app",
    ],
)
def test_uvicorns_workers_obey_postgres(
    rows_in_postgres: Rows, tmp_path: Path, application: str
) -> None:
    environment = rows_in_postgres.environment("postgres")
    with serving_asgi(tmp_path, application, HERE, **environment) as site:
        assert_all_obey_whatever_happens(site, rows_in_postgres)


def test_uvicorns_workers_obey_redis(rows_in_redis: Rows, tmp_path: Path) -> None:
    environment = rows_in_redis.environment("redis tracked")
    with serving_asgi(tmp_path, "live_fastapi:app", HERE, **environment) as site:
        assert_all_obey_whatever_happens(site, rows_in_redis)


def test_known_tenants_lose_nothing_when_their_time_runs_out_in_an_outage(
    rows_in_postgres: Rows, tmp_path: Path
) -> None:
    postgres = rows_in_postgres.server
    environment = rows_in_postgres.environment("postgres") | {"FRESH_FOR": "1"}
    arguments = ["--worker-class", "gthread", "--threads", "4"]
    with serving(tmp_path, arguments, **environment) as site:
        with site.traffic():
            postgres.stop()
            time.sleep(3)
            assert not site.get("never-asked", SHOP)[1]
            postgres.go_on()
        with site.traffic():
            postgres.kill()
            time.sleep(3)
            postgres.start()
        change_revoke_and_grant_again(site, rows_in_postgres, rounds=1)
