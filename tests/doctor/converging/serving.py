"""Real servers, one for each case, and as few processes as each stack allows."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.broken_servers.stacks import node_modules
from engines.processes import free_port, laboratory, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROGRAMS = Path(__file__).with_name("programs")


@contextlib.contextmanager
def served(stack: str, sources: Sequence[str]) -> Iterator[list[str]]:
    """The origins of servers, each with one of the sources."""
    ports = [free_port() for _ in sources]
    with laboratory() as lab:
        command = _COMMANDS[stack](lab, ports, sources)
        environ = {"PORTS": json.dumps(ports), "STACK": stack}
        with running(command, lab, environ) as process:
            origins = [f"http://127.0.0.1:{port}" for port in ports]
            for origin in origins:
                wait_for(lambda origin=origin: _answers(origin), stack, process, lab)
            yield origins


def _answers(origin: str) -> bool:
    with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{origin}/up"):
        pass
    return True


def _python(lab: Path, ports: Sequence[int], sources: Sequence[str]) -> list[str]:
    for number, source in enumerate(sources):
        (lab / f"case{number}.py").write_text(source)
    return [sys.executable, str(PROGRAMS / "python_apps.py"), str(lab)]


def _express(lab: Path, ports: Sequence[int], sources: Sequence[str]) -> list[str]:
    (lab / "node_modules").symlink_to(node_modules())
    for number, source in enumerate(sources):
        (lab / f"case{number}.js").write_text(source)
    shutil.copy(PROGRAMS / "express_apps.js", lab)
    return ["node", str(lab / "express_apps.js")]


def _nginx(lab: Path, ports: Sequence[int], sources: Sequence[str]) -> list[str]:
    paths = "\n".join(
        f"{name}_temp_path {lab}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    back = f"server {{ listen unix:{lab}/back.sock; location / {{ {_BACKEND} }} }}"
    servers = "\n".join(
        # Each case has maps of its own, whose names would clash.
        _numbered(source, number).replace("PORT", str(port)).replace("LAB", str(lab))
        for number, (source, port) in enumerate(zip(sources, ports, strict=True))
    )
    (lab / "nginx.conf").write_text(
        f"daemon off; pid {lab}/pid; error_log stderr; {user}\nevents {{}}\n"
        f"http {{ access_log off; server_names_hash_bucket_size 128;\n{paths}\n{servers}\n{back} }}"
    )
    return ["nginx", "-c", f"{lab}/nginx.conf", "-e", "stderr"]


_BACKEND = 'if ($request_method = OPTIONS) { return 405; } return 200 "ok";'


def _numbered(source: str, number: int) -> str:
    return source.replace("$cors_", f"$cors{number}_")


def _apache(lab: Path, ports: Sequence[int], sources: Sequence[str]) -> list[str]:
    modules = "mpm_event authz_core headers rewrite setenvif alias dir"
    loaded = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in modules.split()
    )
    for name in ("x", "up"):
        (lab / name).write_text("ok")
    hosts = "\n".join(
        f"Listen 127.0.0.1:{port}\n<VirtualHost 127.0.0.1:{port}>\nDocumentRoot {lab}\n{source}\n"
        "</VirtualHost>"
        for source, port in zip(sources, ports, strict=True)
    )
    (lab / "httpd.conf").write_text(
        f"{loaded}\nServerName localhost\nPidFile {lab}/pid\nDefaultRuntimeDir {lab}\n"
        f"ErrorLog /dev/stderr\nDocumentRoot {lab}\n<Directory {lab}>\nRequire all granted\n"
        f"</Directory>\n{hosts}\n"
    )
    return ["apache2", "-f", f"{lab}/httpd.conf", "-DFOREGROUND"]


_COMMANDS = {
    "wsgi": _python,
    "flask": _python,
    "django": _python,
    "fastapi": _python,
    "asgi": _python,
    "litestar": _python,
    "quart": _python,
    "express": _express,
    "nginx": _nginx,
    "apache": _apache,
}
