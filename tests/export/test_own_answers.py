"""What a server answers itself: preflights before a login, and its own 401 with the headers."""

from pathlib import Path

import pytest
from export import servers
from export.backend import running_backend
from export.judging import Judge
from export.policies import PATTERNS

from cors_wsgi import Policy
from cors_wsgi.export import export

ORIGIN = "https://a.example.com"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
#: The application's own rules in the same file, for everything.
LOGIN = """
AuthType Basic
AuthName secret
AuthUserFile {home}/nobody
Require valid-user
"""
ERROR_PAGE = "\nErrorDocument 401 /error.html\nRewriteRule ^error - [L]\n"
PROGRAMS = ["nginx", "apache", "htaccess", "caddy", "haproxy"]
MANY = Policy(
    allow_origins=[*(f"https://tenant-{n}.example.com" for n in range(1000)), "https://*.x.example"]
)


def answered(judge: Judge, method: str, target: str, headers: dict[str, str]) -> tuple[int, str]:
    response = judge.ask(method, target, headers)
    allowed = [v for n, v in response.headers if n.lower() == "access-control-allow-origin"]
    return response.status, ", ".join(allowed)


def installed(server: str) -> None:
    wanted = {"apache": "apache2", "htaccess": "apache2"}.get(server, server)
    if servers.program(wanted) is None:
        pytest.skip(f"{wanted} is not installed")


@pytest.mark.parametrize("more", [pytest.param("", id="bare"), pytest.param(ERROR_PAGE, id="page")])
@pytest.mark.parametrize("server", PROGRAMS)
def test_a_preflight_precedes_the_login_and_a_401_has_the_headers(
    server: str, more: str, home: Path
) -> None:
    installed(server)
    files = dict(export(server, PATTERNS).files)
    if server == "htaccess":
        own = LOGIN.format(home=home) + more
        files[".htaccess"] = files[".htaccess"]._replace(text=files[".htaccess"].text + own)
    elif server == "apache":
        files["cors.conf"] = files["cors.conf"]._replace(text=files["cors.conf"].text + more)
    elif more:
        pytest.skip("only Apache redirects to a page for an error")
    with (
        running_backend() as backend,
        getattr(servers, server)(files, home, backend.port) as port,
        Judge(port, PATTERNS) as judge,
    ):
        assert answered(judge, "OPTIONS", "/secret/x", PREFLIGHT) == (204, ORIGIN)
        assert answered(judge, "GET", "/secret/x", {"Origin": ORIGIN}) == (401, ORIGIN)
        assert answered(judge, "GET", "/secret/x", {"Origin": "https://evil.example"}) == (401, "")


def test_nginx_refuses_a_large_body_with_the_headers(home: Path) -> None:
    installed("nginx")
    files = export("nginx", PATTERNS).files
    with (
        running_backend() as backend,
        servers.nginx(files, home, backend.port) as port,
        Judge(port, PATTERNS) as judge,
    ):
        headers = {"Origin": ORIGIN, "Content-Length": "2000"}

        assert answered(judge, "POST", "/x", headers) == (413, ORIGIN)


@pytest.mark.parametrize("server", [*PROGRAMS, "envoy", "express_5", "fastapi"])
def test_a_thousand_origins_are_served(server: str, home: Path) -> None:
    if server not in ("envoy", "fastapi"):
        installed("npm" if server == "express_5" else server)
    files = export(server.partition("_")[0], MANY).files
    with (
        running_backend() as backend,
        getattr(servers, server)(files, home, backend.port) as port,
        Judge(port, MANY) as judge,
    ):
        for origin in (
            "https://tenant-0.example.com",
            "https://tenant-999.example.com",
            "https://a.x.example",
        ):
            assert answered(judge, "OPTIONS", "/", {**PREFLIGHT, "Origin": origin})[1] == origin
        stranger = {**PREFLIGHT, "Origin": "https://tenant-1000.example.com"}
        assert answered(judge, "OPTIONS", "/", stranger)[1] == ""
