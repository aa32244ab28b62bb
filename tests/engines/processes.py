"""Start a program that cannot outlive the tests, on a port that is its own; end it whole."""

import contextlib
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

#: Seconds that a browser may take to start, to answer, or to load a page.
PATIENCE = 60.0

# Below the ports that the system hands out by itself, so that no client and no server on port 0
# can be given one of these in the moment before its server listens. Each process of the tests
# walks through a part of its own, from anywhere.
_PART = 4_000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw4").removeprefix("gw")) % 5
_PORTS = list(range(12_000 + _WORKER * _PART, 12_000 + (_WORKER + 1) * _PART))
_FROM_ANYWHERE = itertools.cycle(_PORTS[(start := random.randrange(_PART)) :] + _PORTS[:start])


def free_port() -> int:
    """Return a port that nobody listens on, for a server that cannot choose one."""
    for port in itertools.islice(_FROM_ANYWHERE, _PART):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError(f"of the ports {_PORTS[0]} to {_PORTS[-1]}, none is free")


def listens(port: int) -> bool:
    """Return True if a server listens on a port of this machine; raise OSError until it does."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


class BrowserError(Exception):
    """A browser did not start, ended by itself, or did not answer in time."""


@contextlib.contextmanager
def laboratory() -> Iterator[Path]:
    """An empty directory for a browser's profile, home and temporary files; removed at the end."""
    lab = Path(tempfile.mkdtemp(prefix="cors-wsgi-"))
    try:
        yield lab
    finally:
        # A killed browser's last child may still be writing for a moment.
        for _ in range(20):
            shutil.rmtree(lab, ignore_errors=True)
            if not lab.exists():
                break
            time.sleep(0.1)


@contextlib.contextmanager
def running(
    command: Sequence[str],
    lab: Path,
    environ: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a session of its own, at home in `lab`, until the block ends.

    What it prints goes to a file in `lab`, for the error that says why it died.
    """
    # The kernel ends it with us even if we are killed (prctl(2), PR_SET_PDEATHSIG).
    setpriv = shutil.which("setpriv")
    guarded = [setpriv, "--pdeathsig", "KILL", "--", *command] if setpriv else list(command)
    home = {name: str(lab) for name in ("HOME", "TMPDIR", "XDG_RUNTIME_DIR")} | {
        name: str(lab / "xdg") for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    }
    with (
        _log_of(command, lab).open("wb") as log,
        subprocess.Popen(
            guarded,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | home | dict(environ or {}),
            start_new_session=True,
            pass_fds=pass_fds,
            cwd=cwd,
        ) as process,
    ):
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(
    probe: Callable[[], Found | None], what: str, process: subprocess.Popen[bytes], lab: Path
) -> Found:
    """Call `probe` until it returns something; complain if the process ends or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while True:
        # OSError: nobody listens yet. ValueError: a file that is half written.
        with contextlib.suppress(OSError, ValueError):
            found = probe()
            if found is not None:
                return found
        if process.poll() is not None:
            why = f"ended with status {process.returncode}"
        elif time.monotonic() > deadline:
            why = f"did not come up within {PATIENCE:.0f} s"
        else:
            time.sleep(0.05)
            continue
        logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in lab.glob("*.log"))
        raise BrowserError(f"{what} {why}. It printed:\n{logs}")


def _log_of(command: Sequence[str], lab: Path) -> Path:
    return lab / f"{Path(command[0]).name}.log"
