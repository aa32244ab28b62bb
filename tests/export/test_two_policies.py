"""Two policies in one server, each exported into a folder of its own."""

import re
from pathlib import Path

import pytest
from engines.processes import free_port, listens
from export import servers
from export.judging import Judge

from cors_wsgi import Policy
from cors_wsgi.export import export

OURS, THEIRS = "https://ours.example", "https://theirs.example"
POLICIES = {
    OURS: Policy(allow_origins=[OURS], allow_headers=["x-$"], allow_credentials=True),
    THEIRS: Policy(allow_origins=[THEIRS], expose_headers=["x-$"], max_age=5),
}
NGINX = """
pid nginx.pid; error_log nginx.log; daemon off;
events {{ }}
http {{
    access_log off;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
    uwsgi_temp_path t4; scgi_temp_path t5;
    include 0/cors-http.conf;
    include 1/cors-http.conf;
    server {{ listen 127.0.0.1:{0}; include 0/cors-server.conf; return 200; }}
    server {{ listen 127.0.0.1:{1}; include 1/cors-server.conf; return 200; }}
}}
"""


def test_each_server_of_nginx_has_its_own(home: Path) -> None:
    if servers.program("nginx") is None:
        pytest.skip("nginx is not installed")
    ports = [free_port(), free_port()]
    for number, policy in enumerate(POLICIES.values()):
        (home / str(number)).mkdir()
        servers.write(export("nginx", policy).files, home / str(number))
    (home / "nginx.conf").write_text(NGINX.format(*ports))
    command = [servers.program("nginx") or "", "-p", str(home), "-c", "nginx.conf"]

    with servers.listening(command, home, ports[0]):
        assert listens(ports[1])
        allowed = {
            (own, origin): allowed_origin(port, policy, origin)
            for port, (own, policy) in zip(ports, POLICIES.items(), strict=True)
            for origin in POLICIES
        }

    assert allowed == {
        (own, origin): [origin] if own == origin else [] for own in POLICIES for origin in POLICIES
    }


def allowed_origin(port: int, policy: Policy, origin: str) -> list[str]:
    with Judge(port, policy) as judge:
        response = judge.ask("GET", "/", {"Origin": origin})
    return [v for name, v in response.headers if name.lower() == "access-control-allow-origin"]


def test_the_lists_of_haproxy_may_be_in_one_folder() -> None:
    many = [
        Policy(allow_origins=[f"https://{name}-{number}.example" for number in range(30)])
        for name in ("ours", "theirs")
    ]
    ours, theirs = (export("haproxy", policy).files for policy in many)

    assert ours.keys() & theirs.keys() == {"cors.cfg"}
    for files in (ours, theirs):
        [named] = re.findall(r"-f (\S+)", files["cors.cfg"].text)
        assert files.keys() == {"cors.cfg", named}
