"""Starts the shops: a database, and gunicorn with four workers. It ends with Ctrl-C."""
# ruff: noqa: S603, T201 - it runs programs, and says where

import contextlib
import importlib.util
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
PORT = int(os.environ.get("PORT", "8003"))


def postgres_binaries() -> Path | None:
    """Return where PostgreSQL's programs are, if it and psycopg are installed and may run."""
    if importlib.util.find_spec("psycopg") is None:
        return None
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1] if found else None


@contextlib.contextmanager
def private_postgres(binaries: Path, folder: Path) -> Iterator[str]:
    """Run a PostgreSQL of its own, which listens on a socket in the folder; its address."""
    user = None
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        user = "postgres"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "shops", "-A", "trust", "-N"],
        user=user,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    options = [f"unix_socket_directories={folder}", "listen_addresses=", "fsync=off"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *(part for o in options for part in ("-c", o))],
        user=user,
        cwd=folder,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"host={folder} dbname=postgres user=shops"
        create_table(address)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # its "fast" shutdown
        server.wait()


def create_table(address: str) -> None:
    """Create the table of `cors-wsgi tenants sql`, as soon as the server is there."""
    import psycopg  # noqa: PLC0415 - the example runs without it, too

    from cors_wsgi.tenants.sql import table_sql, triggers_sql  # noqa: PLC0415 - the same

    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(address) as connection:
                connection.execute(table_sql() + triggers_sql())
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """Give the address of the database to use: the one that is given, or one of its own."""
    given = os.environ.get("DATABASE", "")
    binaries = postgres_binaries()
    if given not in ("", "sqlite"):
        yield given
    elif given == "sqlite" or binaries is None:
        yield f"sqlite:{folder / 'shops.sqlite'}"
    else:
        with private_postgres(binaries, folder) as address:
            yield address


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="shops-") as name, database(Path(name)) as address:
        kind = "SQLite, polled" if address.startswith("sqlite:") else "PostgreSQL"
        print(f"The shops' origins are in {kind}. Open http://127.0.0.1:{PORT}/", flush=True)
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{PORT}"]
        command += ["--workers", "4", "--worker-class", "gthread", "--keep-alive", "0"]
        command += ["--log-level", "warning", "shops.api:app"]
        server = subprocess.Popen(
            command,
            cwd=FOLDER,
            env={**os.environ, "DATABASE": address},
            start_new_session=True,  # so that Ctrl-C is ours alone
        )
        try:
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
