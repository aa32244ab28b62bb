import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tenants.servers import REDIS, VALKEY, PostgreSQL, Redis, running


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which another user may not enter."""
    with tempfile.TemporaryDirectory(prefix="cors-wsgi-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Iterator[PostgreSQL]:
    (folder / "postgres").mkdir()
    with running(PostgreSQL(folder / "postgres")) as server:
        yield server


@pytest.fixture(scope="session", params=["redis", "valkey"])
def redis(folder: Path, request: pytest.FixtureRequest) -> Iterator[Redis]:
    binary = {"redis": REDIS, "valkey": VALKEY}[request.param]
    (folder / request.param).mkdir()
    with running(Redis(folder / request.param, str(binary))) as server:
        yield server
