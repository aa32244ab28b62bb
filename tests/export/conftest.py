"""What the tests of servers have in common."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that a server may read which runs as another user, as Apache's does."""
    with tempfile.TemporaryDirectory(prefix="cors-wsgi-", ignore_cleanup_errors=True) as made:
        path = Path(made)
        path.chmod(0o755)
        yield path
