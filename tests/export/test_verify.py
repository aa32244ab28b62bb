"""`cors-wsgi verify` finds nothing on what `cors-wsgi export` made."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from export import servers
from export.backend import running_backend
from export.test_servers import SERVERS

from cors_wsgi import policy_from_toml
from cors_wsgi.doctor.cli import cli
from cors_wsgi.export import export

POLICY = """
["/api"]
allow_origins = ["https://partner.example.org", "https://*.example.com", "http://localhost:*"]
allow_methods = ["PUT"]
allow_headers = ["Authorization"]
allow_credentials = true
expose_headers = ["X-Request-Id"]

["/api/public"]
allow_origins = "*"

["/api/internal"]
allow_origins = "https://admin.example.com"
"""


@pytest.mark.parametrize("server", ["nginx", "apache", "caddy", "haproxy", "envoy", "lambda_1"])
def test_verify_finds_nothing(server: str, home: Path) -> None:
    policy = home / "cors.toml"
    policy.write_text(POLICY)
    files = export(SERVERS[server], policy_from_toml(policy)).files
    with (
        running_backend() as backend,
        getattr(servers, server)(files, home, backend.port) as port,
    ):
        url = f"http://127.0.0.1:{port}"
        result = CliRunner().invoke(cli, ["verify", url, str(policy), "--also", "/api/own"])

    assert result.exit_code == 0, result.output
