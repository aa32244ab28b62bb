"""Start an example by the command that its README gives, and end it as a person does."""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "example_projects"
FRONT_END = "http://localhost:3000"
STRANGER = "https://stranger.example"

# What the examples read, and a developer may have set.
SETTINGS = ("CORS_ALLOW_ORIGINS", "DATABASE", "DJANGO_SETTINGS_MODULE", "PORT", "SECRET_KEY")


def command_of(readme: Path) -> list[str]:
    """The first command of a README, with the programs of this interpreter."""
    text = re.search(r"```console\n\.venv/bin/(.*)\n```", readme.read_text())
    assert text, f"{readme} gives no command"
    program, *arguments = shlex.split(text[1])
    return [str(Path(sys.executable).parent / program), *arguments]


@contextlib.contextmanager
def running(
    command: list[str], *, stop: signal.Signals = signal.SIGINT, **environment: str
) -> Iterator[str]:
    """Run a server, wait for the address that it prints, and end it, cleanly, with Ctrl-C."""
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**inherited, **environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    # One that hangs at the start is killed.
    alarm = threading.Timer(120, process.kill)
    alarm.start()
    try:
        address = address_in(process.stdout)
        alarm.cancel()
        yield address
        # The last answer may still be on its way out of the server.
        time.sleep(0.5)
        process.send_signal(stop)
        # Only then is its output at an end: what it started may still hold it.
        assert process.wait(60) == 0
        rest = process.stdout.read()
        assert "Traceback" not in rest, rest
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def address_in(output: Iterable[str]) -> str:
    said = []
    for line in output:
        said.append(line)
        if address := re.search(r"http://127\.0\.0\.1:\d+", line):
            return address[0]
    raise AssertionError("no address in: " + "".join(said))


def cors(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The response's Access-Control-* headers and Vary, under short names."""
    found = [(name.title(), value) for name, value in headers]
    relevant = [
        (name, value) for name, value in found if name.startswith("Access-") or name == "Vary"
    ]
    assert len(dict(relevant)) == len(relevant), f"a header twice in {relevant}"
    return {name.removeprefix("Access-Control-"): value for name, value in relevant}
