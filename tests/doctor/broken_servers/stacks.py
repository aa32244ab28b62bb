"""The real part of the broken servers: frameworks and servers as people set them up.

Each stack is a program of its own on a port of its own; it ends with the test.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from engines import npm
from engines.processes import free_port, laboratory, running, wait_for

PROGRAMS = Path(__file__).with_name("programs")
TOKEN = {"headers": (("Authorization", "Bearer t"),)}
PUT = {"method": "PUT", "headers": (("Content-Type", "application/json"),), "body": "{}"}
Command = Callable[[Path, int, bool], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that fails in one way.

    `command` makes, from a directory, a port and whether it is the fixed one, the command that
    starts it; `needs` is the program without which it cannot run; `direct` is the path at which
    the application answers past what is in front of it.
    """

    id: str
    name: str
    command: Command
    needs: str = sys.executable
    path: str = "/data"
    ask: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    beside: bool = False
    direct: str | None = None


def require(program: str) -> None:
    """Skip the calling test where a program is missing; on CI, fail it."""
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed here", pytrace=False)
        pytest.skip(f"{program} is not installed here")


@contextlib.contextmanager
def started(stack: Stack, *, fixed: bool, page: str = "") -> Iterator[str]:
    """The origin of the running stack, which may allow a page's origin."""
    port = free_port()
    which = "fixed" if fixed else "broken"
    environ = {**stack.environ, "PORT": str(port), "PAGE": page, "BROKEN_SERVERS": which}
    with laboratory() as lab:
        command = stack.command(lab, port, fixed)
        with running(command, lab, environ) as process:
            wait_for(lambda: _answers(port, stack.path), stack.name, process, lab)
            yield f"http://127.0.0.1:{port}"


def _answers(port: int, path: str) -> bool:
    """Ask once, which also uses up what a limit allows."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
        client.request("GET", path)
        client.getresponse().read()
    return True


def python(program: str) -> Command:
    """The command of a Python program."""
    return lambda lab, port, fixed: [sys.executable, str(PROGRAMS / program)]


def express(lab: Path, port: int, fixed: bool) -> list[str]:
    """The command of the Express applications."""
    shutil.copy(PROGRAMS / "express_app.js", node_modules().parent)
    return ["node", str(node_modules().parent / "express_app.js")]


def node_modules() -> Path:
    """Express and its middleware `cors`."""
    return npm.install("express@4", "cors@2")


def nginx(*, location: str, fixed_location: str, more: str = "") -> Command:
    """The command of an nginx with a location, and `more` beside its server."""

    def command(lab: Path, port: int, fixed: bool) -> list[str]:
        inside = fixed_location if fixed else location
        config = _NGINX.replace("LOCATION", inside).replace("MORE", more)
        config = config.replace("LAB", str(lab)).replace("PORT", str(port))
        config = config.replace("DEAD", str(free_port()))
        (lab / "nginx.conf").write_text(config)
        (lab / "data.json").write_text("{}")
        return ["nginx", "-c", str(lab / "nginx.conf"), "-e", "stderr"]

    return command


_NGINX = """
daemon off;
user root;  # or its worker may not read the laboratory; a warning where it is not root's
pid LAB/nginx.pid;
worker_processes 1;
error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path LAB/body;
  proxy_temp_path LAB/proxy;
  fastcgi_temp_path LAB/fastcgi;
  uwsgi_temp_path LAB/uwsgi;
  scgi_temp_path LAB/scgi;
  server {
    listen 127.0.0.1:PORT;
    LOCATION
  }
  MORE
}
"""
_PREFLIGHT = """
      if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin $http_origin always;
        add_header Access-Control-Allow-Methods "GET, PUT" always;
        add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;
        add_header Access-Control-Max-Age 600 always;
        add_header Vary Origin always;
        return 204;
      }
"""
_ORIGIN = "add_header Access-Control-Allow-Origin $http_origin"
# The upstream of nginx here is another server of the same nginx, on no port that
# somebody else could take.
BACKEND = f"""
  server {{
    listen unix:LAB/back.sock;
    location / {{
      {_PREFLIGHT}
      {_ORIGIN} always;
      add_header Vary Origin always;
      default_type application/json;
      return 200 "{{}}";
    }}
  }}
"""


def _apache(*, broken: str, fixed: str) -> Command:
    def command(lab: Path, port: int, is_fixed: bool) -> list[str]:
        (lab / "data").write_text("{}")
        config = _APACHE.replace("LAB", str(lab)).replace("PORT", str(port))
        (lab / "httpd.conf").write_text(config + (fixed if is_fixed else broken))
        return ["apache2", "-f", str(lab / "httpd.conf"), "-DFOREGROUND"]

    return command


_MODULES = "mpm_event authz_core headers rewrite dir alias"
_APACHE = (
    "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in _MODULES.split()
    )
    + """
ServerName localhost
Listen 127.0.0.1:PORT
PidFile LAB/httpd.pid
DefaultRuntimeDir LAB
ErrorLog /dev/stderr
DocumentRoot LAB
<Directory LAB>
  Require all granted
</Directory>
"""
)

STACKS = [
    Stack(
        id="preflight-auth",
        name="Flask, a before_request login and flask-cors",
        command=python("flask_app.py"),
        ask=TOKEN,
    ),
    Stack(
        id="preflight-auth",
        name="Django, django-cors-headers below a key check",
        command=python("django_app.py"),
        path="/data/",
        ask=TOKEN,
    ),
    Stack(
        id="preflight-405",
        name="FastAPI without CORS",
        command=python("fastapi_app.py"),
        ask=PUT,
        environ={"KIND": "none"},
    ),
    Stack(
        id="origin-missing",
        name="FastAPI, the origin not listed",
        command=python("fastapi_app.py"),
        ask=PUT,
        environ={"KIND": "list"},
    ),
    Stack(
        id="error-without-cors",
        name="FastAPI, an exception past the CORS middleware",
        command=python("fastapi_app.py"),
        environ={"KIND": "crash"},
    ),
    Stack(
        id="origin-missing",
        name="Express, cors after the routes",
        command=express,
        needs="npm",
        ask=TOKEN,
        environ={"KIND": "after"},
    ),
    Stack(
        id="origin-missing",
        name="Express without CORS",
        command=express,
        needs="npm",
        ask=PUT,
        environ={"KIND": "none"},
    ),
    Stack(
        id="origin-missing",
        name="Express, an allow-list that throws",
        command=express,
        needs="npm",
        ask=PUT,
        environ={"KIND": "throws"},
    ),
    Stack(
        id="error-without-cors",
        name="Express, an error before cors and its own error handler",
        command=express,
        needs="npm",
        environ={"KIND": "error"},
    ),
    Stack(
        id="lost-at-proxy",
        name="nginx, proxy_hide_header",
        needs="nginx",
        direct="/direct/data",
        command=nginx(
            location="location / { proxy_hide_header Access-Control-Allow-Origin; "
            "proxy_pass http://unix:LAB/back.sock; } "
            "location /direct/ { proxy_pass http://unix:LAB/back.sock; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    Stack(
        id="origin-missing",
        name="nginx, proxy_hide_header, asked without --direct",
        needs="nginx",
        command=nginx(
            location="location / { proxy_hide_header Access-Control-Allow-Origin; "
            "proxy_pass http://unix:LAB/back.sock; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    Stack(
        id="lost-at-proxy",
        name="nginx, an Origin that is not handed on",
        needs="nginx",
        direct="/direct/data",
        command=nginx(
            location='location / { proxy_set_header Origin ""; '
            "proxy_pass http://unix:LAB/back.sock; } "
            "location /direct/ { proxy_pass http://unix:LAB/back.sock; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    Stack(
        id="lost-at-proxy",
        name="nginx, X-Accel-Redirect",
        needs="nginx",
        direct="/direct/data",
        command=nginx(
            location="location / { proxy_pass http://unix:LAB/back.sock; } "
            "location /protected/ { internal; alias LAB/; } "
            "location /direct/ { proxy_pass http://unix:LAB/back.sock; "
            "proxy_ignore_headers X-Accel-Redirect; proxy_pass_header X-Accel-Redirect; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; } "
            "location /protected/ { internal; alias LAB/; add_header Access-Control-Allow-Origin "
            "$upstream_http_access_control_allow_origin always; "
            "add_header Vary $upstream_http_vary always; }",
            more=BACKEND.replace(
                "default_type", "add_header X-Accel-Redirect /protected/data.json; default_type"
            ),
        ),
    ),
    Stack(
        id="error-without-cors",
        name="nginx, add_header without always",
        needs="nginx",
        command=nginx(
            location=f"location / {{ {_ORIGIN}; add_header Vary Origin; return 500; }}",
            fixed_location=f"location / {{ {_ORIGIN} always; add_header Vary Origin always; "
            "return 500; }",
        ),
    ),
    Stack(
        id="preflight-5xx",
        name="nginx, a dead upstream",
        needs="nginx",
        ask=PUT,
        command=nginx(
            location="location / { proxy_pass http://127.0.0.1:DEAD; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    Stack(
        id="preflight-redirect",
        name="nginx, a redirect to the slash",
        needs="nginx",
        ask=PUT,
        command=nginx(
            location="location = /data { return 301 /data/; }",
            fixed_location=f"location / {{ {_PREFLIGHT} proxy_pass http://unix:LAB/back.sock; }}",
            more=BACKEND,
        ),
    ),
    Stack(
        id="preflight-blocked-by-proxy",
        name="nginx, limit_except before an application",
        needs="nginx",
        ask=PUT,
        command=nginx(
            location="location / { limit_except GET PUT { deny all; } "
            "proxy_pass http://unix:LAB/back.sock; }",
            fixed_location="location / { limit_except GET PUT OPTIONS { deny all; } "
            "proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    Stack(
        id="origin-duplicate",
        name="nginx, a header that the application sets too",
        needs="nginx",
        command=nginx(
            location=f"location / {{ {_ORIGIN}; proxy_pass http://unix:LAB/back.sock; }}",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    Stack(
        id="preflight-405",
        name="nginx, a file",
        needs="nginx",
        path="/data.json",
        ask=TOKEN,
        command=nginx(
            location=f"location / {{ root LAB; {_ORIGIN}; add_header Vary Origin; }}",
            fixed_location=f"location / {{ root LAB; {_PREFLIGHT} {_ORIGIN}; "
            "add_header Vary Origin; }",
        ),
    ),
    Stack(
        id="origin-duplicate",
        name="Apache, both header tables",
        needs="apache2",
        command=_apache(
            broken='Header set Access-Control-Allow-Origin "*"\n'
            'Header always set Access-Control-Allow-Origin "*"\n',
            fixed='Header always set Access-Control-Allow-Origin "*"\n',
        ),
    ),
    Stack(
        id="origin-missing",
        name="Apache without CORS",
        needs="apache2",
        ask=TOKEN,
        command=_apache(
            broken="",
            fixed='Header always set Access-Control-Allow-Origin "*"\n'
            'Header always set Access-Control-Allow-Headers "Authorization"\n'
            'Header always set Access-Control-Max-Age "600"\n',
        ),
    ),
    Stack(
        id="preflight-blocked-by-proxy",
        name="Apache, LimitExcept without OPTIONS",
        needs="apache2",
        ask=PUT,
        command=_apache(
            broken='<Location "/">\n<LimitExcept GET PUT>\nRequire all denied\n</LimitExcept>\n'
            "</Location>\n",
            fixed='<Location "/">\n<LimitExcept GET PUT OPTIONS>\nRequire all denied\n'
            "</LimitExcept>\n</Location>\n"
            'Header always set Access-Control-Allow-Origin "*"\n'
            'Header always set Access-Control-Allow-Headers "Content-Type"\n'
            'Header always set Access-Control-Allow-Methods "PUT"\n'
            'Header always set Access-Control-Max-Age "600"\n',
        ),
    ),
]
