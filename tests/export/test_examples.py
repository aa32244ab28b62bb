"""The configurations that the documentation shows around the files: each server takes its own."""

import subprocess
from pathlib import Path

import pytest
from export import servers
from export.policies import PATTERNS
from export.test_own_answers import installed

from cors_wsgi.export import CAPABILITIES, export

# What is around an example in a whole file, and the command that checks the file.
AROUND = {
    "nginx": ("pid nginx.pid; events {{}}\n{example}", "nginx -t -p {home} -c {file} -e stderr"),
    "apache": (
        "ServerName localhost\nListen 8080\nErrorLog /dev/stderr\nDefaultRuntimeDir {home}\n"
        + "".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
            for name in servers.MODULES.split()
        )
        + "{example}",
        "apache2 -t -d {home} -f {file}",
    ),
    "caddy": ("{example}", "caddy validate --adapter caddyfile --config {file}"),
    "haproxy": (
        (
            "defaults\n    mode http\n    timeout connect 1s\n    timeout client 1s\n"
            "    timeout server 1s\n{example}backend application\n    server one 127.0.0.1:8000\n"
        ),
        "haproxy -c -f {file}",
    ),
}


def test_every_example_is_tried() -> None:
    assert AROUND.keys() == {name for name, one in CAPABILITIES.items() if one.example}


@pytest.mark.parametrize("target", AROUND)
def test_the_server_takes_the_example(target: str, home: Path) -> None:
    installed(target)
    files = export(target, PATTERNS).files
    servers.write(files, home)
    example = CAPABILITIES[target].example
    if target == "haproxy":
        example = example.replace("# here the lines of cors.cfg", files["cors.cfg"].text)
    whole, command = AROUND[target]
    (home / "whole").write_text(whole.format(example=example, home=home))
    name, *arguments = command.format(home=home, file=home / "whole").split()
    ran = subprocess.run(
        [servers.program(name) or "", *arguments],
        cwd=home,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
