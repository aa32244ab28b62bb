"""What every test starts with."""

import signal

import pytest

from cors_wsgi import _log

# A shell's job in the background ignores Ctrl-C, and so would every server that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nothing_logged_yet() -> None:
    """Let each test see what is logged once in a process."""
    _log._logged.clear()
