"""The code that the command prints, given to what reads that kind of code.

It is taken from the output of `explain ID --stack NAME`. What it comes to where it is pasted is
tried in `test_fixes` and `test_check_converges_on_servers`.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import h11
import pytest
from click.testing import CliRunner
from doctor.broken_servers.serving import Answer, serving
from doctor.broken_servers.stacks import require
from doctor.converging.pasting import exported, printed
from doctor.proxies import apache, caddy, haproxy, nginx
from export.servers import envoy_config

from cors_wsgi import Policy, catalogue, policy_from_toml
from cors_wsgi.doctor.cli import cli
from cors_wsgi.export import export
from cors_wsgi.export.readers import read

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://api.example/data"
BACKEND = "http://127.0.0.1:9/app"

FIXES = [
    (id_, stack, fix)
    for stack in catalogue.stacks()
    for id_ in catalogue.failures()
    if (fix := catalogue.fix(id_, stack)).stack == stack
]


def fixes(*languages: str, stacks: tuple[str, ...] = ()) -> list[Any]:
    """One failure for each code that is printed in these languages, or for these stacks."""
    found: dict[tuple[str, str], str] = {}
    for id_, stack, fix in FIXES:
        if fix.language in languages or stack in stacks:
            found.setdefault((stack, fix.code), id_)
    return [pytest.param(id_, stack, id=f"{stack}, {id_}") for (stack, _), id_ in found.items()]


@pytest.mark.parametrize(("id_", "stack"), fixes("python"))
def test_python(id_: str, stack: str) -> None:
    compile(printed(id_, stack), stack, "exec")


@pytest.mark.parametrize(("id_", "stack"), fixes("javascript"))
def test_javascript(id_: str, stack: str, tmp_path: Path) -> None:
    require("node")
    file = tmp_path / "printed.mjs"
    file.write_text(printed(id_, stack))
    checked = subprocess.run(["node", "--check", file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(("id_", "stack"), fixes("http"))
def test_a_response(id_: str, stack: str) -> None:
    code = printed(id_, stack)
    head = code if code.startswith("HTTP/") else f"HTTP/1.1 200 OK\n{code}"
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "api.example")]))
    client.receive_data(head.replace("\n", "\r\n").encode() + b"\r\n")
    assert isinstance(client.next_event(), h11.Response)


@pytest.mark.parametrize(("id_", "stack"), fixes("console"))
def test_a_command(id_: str, stack: str) -> None:
    """It runs as it stands, but for the address."""
    with serving({"/data": lambda asked: Answer(200)}) as server:
        command = printed(id_, stack).removeprefix("$ ").replace(URL, f"{server.origin}/data")
        asked = server.asked
        if command.startswith("cors-wsgi "):
            result = CliRunner().invoke(cli, shlex.split(command)[1:])
            assert result.exit_code == 1, result.output
        else:
            require("curl")
            subprocess.run(["sh", "-e", "-c", command], check=True, capture_output=True)
    assert {name for name, _ in asked} == {"/data"}


def in_a_directory(code: str, backend: str) -> Any:
    """What stands in an .htaccess may stand in a directory's block, and is read there at once."""
    return apache(f'<Directory "/">\n{code}\n</Directory>\n', backend)


# How each program is told to read its configuration and to do no more.
PROXIES: dict[str, tuple[Any, Callable[[list[str]], list[str]]]] = {
    "nginx": (nginx, lambda command: [*command, "-t"]),
    "apache": (apache, lambda command: [*command, "-t"]),
    "htaccess": (in_a_directory, lambda command: [*command, "-t"]),
    "haproxy": (haproxy, lambda command: [*command, "-c"]),
    "caddy": (caddy, lambda command: [command[0], "validate", *command[2:]]),
}


@pytest.mark.parametrize(("id_", "stack"), fixes(stacks=tuple(PROXIES)))
def test_a_proxys_configuration(id_: str, stack: str, tmp_path: Path) -> None:
    configured, only_reading = PROXIES[stack]
    command = only_reading(configured(printed(id_, stack), BACKEND)(tmp_path, 9, True))
    require(command[0])
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("id_", "stack"), fixes(stacks=("envoy",)))
def test_envoy(id_: str, stack: str, tmp_path: Path) -> None:
    exported(printed(id_, stack), tmp_path)
    written = json.loads((tmp_path / "cors.json").read_text())
    assert read("envoy", written).source == policy_from_toml(tmp_path / "cors.toml")
    envoy = str(Path(sys.executable).with_name("envoy"))
    require(envoy)
    whole = tmp_path / "envoy.json"
    whole.write_text(json.dumps(envoy_config(written, 9, 9)))
    command = [envoy, "--mode", "validate", "-c", str(whole), "--log-level", "error"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("id_", "stack"), fixes("json"))
def test_an_http_api_of_aws(id_: str, stack: str) -> None:
    """It is read back as a policy, with nothing left to decide."""
    reading = read(stack, json.loads(printed(id_, stack)))
    assert (reading.problems, reading.undecided) == ((), ())
    assert isinstance(reading.source, Policy)


@pytest.mark.parametrize(("id_", "stack"), fixes(stacks=("api-gateway-rest", "lambda")))
def test_what_is_exported_to_aws(id_: str, stack: str, tmp_path: Path) -> None:
    code = printed(id_, stack)
    if "cors-wsgi export" not in code:
        return
    exported(code, tmp_path)
    policy = policy_from_toml(tmp_path / "cors.toml")
    assert isinstance(policy, Policy)
    name, written = next(iter(export(stack, policy, source="cors.toml").files.items()))
    assert (tmp_path / name).read_text() == written.text


# What may stand in what, as far as the fixes go.
# Source: %windir%\\system32\\inetsrv\\config\\schema\\IIS_schema.xml
IIS = {
    "configuration": {"system.webServer"},
    "system.webServer": {"handlers"},
    "handlers": {"remove"},
    "remove": set(),
}


@pytest.mark.parametrize(("id_", "stack"), fixes("xml"))
def test_iis(id_: str, stack: str) -> None:
    root = ET.fromstring(printed(id_, stack))
    assert root.tag == "configuration"
    for element in root.iter():
        assert {child.tag for child in element} <= IIS[element.tag]
    assert [set(one.attrib) for one in root.iter("remove")] == [{"name"}]


def test_each_code_has_a_judge() -> None:
    """Beside the above, CloudFormation's YAML is tried in `export/test_cloudformation`."""
    judged = {"python", "javascript", "http", "console", "json", "xml", "yaml"}
    stacks = {*PROXIES, "envoy", "api-gateway-rest", "lambda"}
    left = {
        (fix.stack, fix.code.strip())
        for stack in catalogue.stacks()
        for id_ in catalogue.failures()
        if (fix := catalogue.fix(id_, stack)).language not in judged and fix.stack not in stacks
    }
    assert sorted(left) == [
        ("cloudflare", '(http.request.method eq "OPTIONS")'),
        ("cloudflare", '(http.request.method ne "OPTIONS")'),
        ("cloudflare", '(starts_with(http.request.uri.path, "/api/"))'),
        ("http", "Skip challenges and bot checks for the API's paths, OPTIONS first of all."),
    ]
