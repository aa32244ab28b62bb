"""What every test starts with, and leaves behind."""

import logging
import signal
from collections.abc import Iterator

import pytest

from cors_wsgi import _log

# A shell's job in the background ignores Ctrl-C, and so would every server that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The module that takes longest, mostly waiting: last, one process would do it while others idle.
_FIRST = "tenants/test_live.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""
    items.sort(key=lambda item: not item.nodeid.startswith(f"tests/{_FIRST}"))


@pytest.fixture(autouse=True)
def _nothing_logged_yet() -> None:
    """Let each test see what is logged once in a process."""
    _log._logged.clear()


@pytest.fixture(autouse=True)
def _no_logging_left_set_up() -> Iterator[None]:
    """Undo what a framework, Litestar say, does to the root logger when its application is made."""
    root = logging.getLogger()
    level, handlers = root.level, [*root.handlers]
    yield
    root.setLevel(level)
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
