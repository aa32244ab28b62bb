"""Real servers in front of an application, and real CORS layers that refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.broken_servers.stacks import (
    BACKEND,
    PUT,
    TOKEN,
    Stack,
    express,
    nginx,
    python,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from doctor.broken_servers.stacks import Command

# The application behind it is another site of the same Caddy, which says what Gunicorn does.
_CADDY = """
{
  admin off
  auto_https off
}
http://127.0.0.1:PORT {
  handle_path /direct/* {
    reverse_proxy unix/LAB/back.sock
  }
  SITE
}
http:// {
  bind unix/LAB/back.sock
  header Server gunicorn
  header Access-Control-Allow-Origin {header.Origin}
  header Vary Origin
  @preflight method OPTIONS
  header @preflight Access-Control-Allow-Methods "GET, PUT"
  header @preflight Access-Control-Allow-Headers Content-Type
  header @preflight Access-Control-Max-Age 600
  respond @preflight 204
  respond "{}"
}
"""
_PROXY = "reverse_proxy unix/LAB/back.sock"
_HAPROXY = """
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend api
  bind 127.0.0.1:PORT
  RULE
  http-request return status 204 hdr Access-Control-Allow-Origin %[req.hdr(origin)] \
hdr Access-Control-Allow-Methods "GET, PUT" hdr Access-Control-Allow-Headers Content-Type \
hdr Access-Control-Max-Age 600 hdr Vary Origin if METH_OPTIONS
  http-request return status 200 content-type application/json string "{}" \
hdr Access-Control-Allow-Origin %[req.hdr(origin)] hdr Vary Origin
"""


def _caddy(*, broken: str, fixed: str = _PROXY) -> Command:
    def command(lab: Path, port: int, is_fixed: bool) -> Sequence[str]:
        config = _CADDY.replace("SITE", fixed if is_fixed else broken)
        (lab / "Caddyfile").write_text(config.replace("PORT", str(port)).replace("LAB", str(lab)))
        config_file = str(lab / "Caddyfile")
        return ["caddy", "run", "--config", config_file, "--adapter", "caddyfile"]

    return command


def _haproxy(lab: Path, port: int, fixed: bool) -> Sequence[str]:
    rule = "" if fixed else "http-request deny if METH_OPTIONS"
    config = _HAPROXY.replace("PORT", str(port)).replace("RULE", rule)
    (lab / "haproxy.cfg").write_text(config)
    return ["haproxy", "-db", "-f", str(lab / "haproxy.cfg")]


FRONTS = [
    Stack(
        id="preflight-blocked-by-proxy",
        name="Caddy, a method matcher before an application",
        needs="caddy",
        ask=PUT,
        command=_caddy(broken=f"@api method GET PUT\n  reverse_proxy @api {_PROXY.split()[1]}"),
    ),
    Stack(
        id="lost-at-proxy",
        name="Caddy, header_down",
        needs="caddy",
        direct="/direct/data",
        command=_caddy(broken=f"{_PROXY} {{\n    header_down -Access-Control-Allow-Origin\n  }}"),
    ),
    Stack(
        id="preflight-blocked-by-proxy",
        name="HAProxy, OPTIONS denied",
        needs="haproxy",
        ask=PUT,
        command=_haproxy,
    ),
    Stack(
        id="rate-limited",
        name="nginx, limit_req",
        needs="nginx",
        command=nginx(
            location="location / { limit_req zone=few; proxy_pass http://unix:LAB/back.sock; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=f"limit_req_zone $binary_remote_addr zone=few:1m rate=1r/m;\n{BACKEND}",
        ),
    ),
    Stack(
        id="preflight-auth",
        name="nginx, auth_basic before an application",
        needs="nginx",
        ask=TOKEN,
        command=nginx(
            location='location / { auth_basic "api"; auth_basic_user_file LAB/data.json; '
            "proxy_pass http://unix:LAB/back.sock; }",
            fixed_location="location / { proxy_pass http://unix:LAB/back.sock; }",
            more=BACKEND,
        ),
    ),
    *(
        Stack(
            id=f"{kind}-missing",
            name=f"aiohttp-cors, the {kind} not listed",
            command=python("aiohttp_app.py"),
            ask=PUT,
            environ={"KIND": kind},
        )
        for kind in ("origin", "method", "header")
    ),
    *(
        Stack(
            id=f"{kind}-missing",
            name=f"FastAPI, the {kind} not listed",
            command=python("fastapi_app.py"),
            ask=ask,
            environ={"KIND": kind},
        )
        for kind, ask in (("method", PUT), ("header", TOKEN))
    ),
    Stack(
        id="preflight-auth",
        name="FastAPI, a login middleware that was added after CORS",
        command=python("fastapi_app.py"),
        ask=TOKEN,
        environ={"KIND": "login"},
    ),
    Stack(
        id="origin-missing",
        name="flask-cors, the origin not listed",
        command=python("flask_app.py"),
        ask=TOKEN,
        environ={"KIND": "list"},
    ),
    Stack(
        id="origin-missing",
        name="django-cors-headers, the origin not listed",
        command=python("django_app.py"),
        path="/data/",
        ask=TOKEN,
        environ={"KIND": "list"},
    ),
    Stack(
        id="origin-missing",
        name="Express, cors on the routes alone",
        command=express,
        needs="npm",
        ask=PUT,
        environ={"KIND": "routes"},
    ),
    Stack(
        id="rate-limited",
        name="Express, a limiter before cors",
        command=express,
        needs="npm",
        environ={"KIND": "limited"},
    ),
]
