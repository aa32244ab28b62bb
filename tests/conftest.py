"""What every test starts with."""

import pytest

from cors_wsgi import _log


@pytest.fixture(autouse=True)
def _nothing_logged_yet() -> None:
    """Let each test see what is logged once in a process."""
    _log._logged.clear()
