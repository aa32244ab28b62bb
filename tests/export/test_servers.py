"""What is exported, on the real servers, judged by the browser model against the policy."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from export import servers
from export.backend import running_backend
from export.judging import Judge, Source, differences
from export.policies import PATTERNS, THREE_PATHS, WRITTEN, random_policies

from cors_wsgi.export import File, export

if TYPE_CHECKING:
    from collections.abc import Callable

SERVERS = {
    "nginx": "nginx",
    "apache": "apache",
    "htaccess": "htaccess",
    "caddy": "caddy",
    "haproxy": "haproxy",
    "envoy": "envoy",
    "express_4": "express",
    "express_5": "express",
    "fastapi": "fastapi",
    "lambda_1": "lambda",
    "lambda_2": "lambda",
    "lambda_node_1": "lambda-node",
    "lambda_node_2": "lambda-node",
}
PROGRAMS = {
    "nginx": "nginx",
    "apache": "apache2",
    "htaccess": "apache2",
    "caddy": "caddy",
    "haproxy": "haproxy",
    "express_4": "npm",
    "express_5": "npm",
    "lambda_node_1": "node",
    "lambda_node_2": "node",
}
RANDOM = random_policies(20, seed=1)
# What is exported as a program decides with the same code, and takes longer to start.
FEW = 6
CASES = [
    pytest.param(server, name, id=f"{server}-{name}")
    for server, target in SERVERS.items()
    for name in [*RANDOM][
        : FEW if target in ("express", "fastapi", "lambda", "lambda-node") else None
    ]
]
# What a target refuses of the written policies.
REFUSED = {
    ("envoy", "all methods and headers"): {"star-with-credentials"},
}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    wanted = PROGRAMS.get(name)
    if wanted and servers.program(wanted) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{wanted} is not installed")
        pytest.skip(f"{wanted} is not installed")
    return name


def served(server: str, source: Source, files: dict[str, File], home: Path) -> list[str]:
    """Run a server with these files; return where it differs from the policy."""
    run: Callable[[dict[str, File], Path, int], servers.Served] = getattr(servers, server)
    with (
        running_backend() as backend,
        run(files, home, backend.port) as port,
        Judge(port, source, **servers.JUDGED.get(server, {})) as judge,
    ):
        return differences(judge)


@pytest.mark.parametrize("name", WRITTEN)
def test_the_server_decides_as_the_policy(server: str, name: str, home: Path) -> None:
    result = export(SERVERS[server], WRITTEN[name])

    refused = {finding.code for finding in result.errors}
    assert refused == REFUSED.get((server, name), set())
    if not refused:
        assert served(server, WRITTEN[name], result.files, home) == []


@pytest.mark.parametrize(("server", "name"), CASES, indirect=["server"])
def test_the_server_decides_as_a_random_policy(server: str, name: str, home: Path) -> None:
    result = export(SERVERS[server], RANDOM[name])

    if result.errors:
        assert result.files == {}
    else:
        assert served(server, RANDOM[name], result.files, home) == []


# One mistake for each server: the file, what is written there, and what is put in its place.
BROKEN = {
    "nginx": (
        "cors-server.conf",
        " always;\nadd_header Access-Control-Allow-Credentials",
        ";\nadd_header Access-Control-Allow-Credentials",
    ),
    "apache": (
        "cors.conf",
        "Header always set Access-Control-Allow-Origin",
        "Header set Access-Control-Allow-Origin",
    ),
    "htaccess": (".htaccess", "Require all granted", "Require all denied"),
    "caddy": ("cors.caddy", '))?)$" ', '))?)" '),
    "haproxy": (
        "cors.cfg",
        "set-var(txn.cors_origin) req.fhdr(Origin)",
        "set-var(txn.cors_origin) req.hdr(Origin)",
    ),
    "envoy": ("cors.json", '"APPEND_IF_EXISTS_OR_ADD"', '"OVERWRITE_IF_EXISTS"'),
    "express_4": ("cors.js", "isReplaced(name)) res", "false) res"),
    "express_5": ("cors.js", "new RegExp(`^(?:${expression})$`)", "new RegExp(expression)"),
    "fastapi": ("cors_fastapi.py", "re.fullmatch(policy", "re.match(policy"),
    "lambda_1": ("cors.py", "if not is_replaced(n)", ""),
    "lambda_2": ("cors.py", "merged_vary(given, policy", "merged_vary([], policy"),
    "lambda_node_1": ("cors.mjs", "!isReplaced(name)", "true"),
    "lambda_node_2": ("cors.mjs", 'policy.any_origin ? "*" : origin', '"*"'),
}


def test_a_mistake_in_what_was_exported_is_found(server: str, home: Path) -> None:
    name, right, wrong = BROKEN[server]
    source = THREE_PATHS if server != "envoy" else PATTERNS
    files = dict(export(SERVERS[server], source).files)
    assert right in files[name].text
    files[name] = files[name]._replace(text=files[name].text.replace(right, wrong))

    assert served(server, source, files, home) != []
