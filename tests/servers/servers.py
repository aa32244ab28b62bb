"""Real servers, each started as a process of its own and stopped by its handle."""

import contextlib
import os
import shutil
import signal
import site
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engines.processes import free_port

import cors_wsgi

HERE = Path(__file__).parent
MODULES = Path("/usr/lib/apache2/modules")
WSGI = "application:application"
ASGI = "asgi_applications:application"

Command = Callable[[int, Path], list[str]]


def program(name: str) -> str:
    """Return a command from this Python's folder of programs."""
    return str(Path(sys.executable).with_name(name))


def _ours(name: str) -> Command:
    return lambda port, _: [sys.executable, str(HERE / "serve.py"), name, str(port)]


def _gunicorn(*options: str) -> Command:
    return lambda port, _: [program("gunicorn"), f"--bind=127.0.0.1:{port}", *options, WSGI]


def _waitress(port: int, _: Path) -> list[str]:
    return [program("waitress-serve"), f"--listen=127.0.0.1:{port}", WSGI]


def _granian(port: int, _: Path) -> list[str]:
    return [program("granian"), "--interface=wsgi", "--host=127.0.0.1", f"--port={port}", WSGI]


def _uwsgi(port: int, _: Path) -> list[str]:
    module = ["--wsgi-file", str(HERE / "application.py"), "--callable", "application"]
    http = ["--http-socket", f"127.0.0.1:{port}", "--http-keepalive", "--add-header", "X-Server: u"]
    # It has to be told of the virtual environment, and to end with its signal.
    return [program("uwsgi"), "--master", "--die-on-term", "-H", sys.prefix, *http, *module]


def _hypercorn(port: int, _: Path) -> list[str]:
    return [program("hypercorn"), f"--bind=127.0.0.1:{port}", f"wsgi:{WSGI}"]


def _uvicorn(http: str) -> Command:
    return lambda port, _: [program("uvicorn"), f"--port={port}", f"--http={http}", ASGI]


def _granian_asgi(port: int, _: Path) -> list[str]:
    return [program("granian"), "--interface=asgi", "--host=127.0.0.1", f"--port={port}", ASGI]


def _hypercorn_asgi(port: int, _: Path) -> list[str]:
    return [program("hypercorn"), f"--bind=127.0.0.1:{port}", ASGI]


def _daphne(port: int, _: Path) -> list[str]:
    return [program("daphne"), "-b", "127.0.0.1", "-p", str(port), ASGI]


APACHE = """\
ServerRoot {directory}
PidFile {directory}/pid
ErrorLog {directory}/error.log
ServerName localhost
Listen 127.0.0.1:{port}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
{user}
WSGIDaemonProcess app processes=1 threads=4 python-path={path}
WSGIProcessGroup app
WSGIApplicationGroup %{{GLOBAL}}
{alias}
<Directory {scripts}>
    Require all granted
</Directory>
"""


def apache_configuration(port: int, directory: Path, alias: str, scripts: Path) -> Path:
    """Write the configuration of Debian's Apache and mod_wsgi, for an alias to a script.

    It runs Debian's Python, so it needs pure packages only.
    """
    packages = [str(Path(cors_wsgi.__file__).parents[1]), *site.getsitepackages(), str(scripts)]
    # It refuses to serve as root.
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    configuration = directory / "apache.conf"
    configuration.write_text(
        APACHE.format(
            directory=directory,
            port=port,
            modules=MODULES,
            user=user,
            path=":".join(packages),
            alias=alias,
            scripts=scripts,
        )
    )
    return configuration


def _apache(port: int, directory: Path) -> list[str]:
    alias = f"WSGIScriptAlias / {HERE}/application.py"
    configuration = apache_configuration(port, directory, alias, HERE)
    return ["apache2", "-DFOREGROUND", "-f", str(configuration)]


SERVERS: dict[str, Command] = {
    "wsgiref": _ours("wsgiref"),
    "werkzeug": _ours("werkzeug"),
    "cheroot": _ours("cheroot"),
    "gunicorn-sync": _gunicorn("--worker-class=sync"),
    "gunicorn-gthread": _gunicorn("--worker-class=gthread", "--threads=4"),
    "gunicorn-gevent": _gunicorn("--worker-class=gevent"),
    "waitress": _waitress,
    "granian": _granian,
    "uwsgi": _uwsgi,
    "hypercorn": _hypercorn,
    "mod_wsgi": _apache,
}
ASGI_SERVERS: dict[str, Command] = {
    "uvicorn-httptools": _uvicorn("httptools"),
    "uvicorn-h11": _uvicorn("h11"),
    "hypercorn-asgi": _hypercorn_asgi,
    "granian-asgi": _granian_asgi,
    "daphne": _daphne,
}


def missing(name: str) -> str | None:
    """Return what a server lacks here, or None."""
    if name == "mod_wsgi":
        there = shutil.which("apache2") and (MODULES / "mod_wsgi.so").exists()
        return None if there else "Debian's libapache2-mod-wsgi-py3"
    return None


@contextlib.contextmanager
def running(name: str, directory: Path, *options: str, asgi: str = ASGI) -> Iterator[int]:
    """Run a server, with more options or another ASGI application; return its port."""
    port = free_port()
    command = {**SERVERS, **ASGI_SERVERS}[name](port, directory)
    command = [asgi if part == ASGI else part for part in command]
    log = directory / "log"
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONWARNINGS": "default"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            cwd=HERE,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            wait_for(port, process, log)
            yield port
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            # Its workers, too: hypercorn's outlives it while an application still answers.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server accepts connections."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
