import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tenants.servers import POSTGRES, REDIS, VALKEY, PostgreSQL, Redis, running


def require(program: str) -> None:
    """Skip a test whose server is not installed; continuous integration has them all."""
    if shutil.which(program) is None and not os.environ.get("CI"):
        pytest.skip(f"{program} is not installed")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which another user may not enter."""
    with tempfile.TemporaryDirectory(prefix="cors-wsgi-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Iterator[PostgreSQL]:
    require(POSTGRES)
    (folder / "postgres").mkdir()
    with running(PostgreSQL(folder / "postgres")) as server:
        yield server


@pytest.fixture(scope="session", params=["redis", "valkey"])
def redis(folder: Path, request: pytest.FixtureRequest) -> Iterator[Redis]:
    binary = {"redis": REDIS, "valkey": VALKEY}[request.param]
    require(binary)
    # A folder for each start: the tests of another file may have had the same server before.
    own = Path(tempfile.mkdtemp(prefix=request.param, dir=folder))
    with running(Redis(own, binary)) as server:
        yield server
