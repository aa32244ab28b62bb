"""The doctor on servers that were not made for it: the demo's, and the example projects.

The demo's broken applications were written by their own story, for people; its fixed side has the
example applications at its root, as they are in their folders.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from doctor.broken_servers.examining import examine, named
from engines.processes import PATIENCE
from examples.running import EXAMPLES, FRONT_END, command_of, running
from versions import needs_routers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis

PYTHON = command_of(EXAMPLES / "legacy_wsgi" / "README.md")[0]
ADA = {"user": "ada", "password": "tea-time"}

# What the page does before the fetch and a command cannot: it shows the URL as an image, which
# fills the browser's cache. Nobody has to be told; the missing `Vary` is seen.
BY_ITS_RISK = "flask/cache-poisoned"
# The same for a header that is only read: it is no failure of the fetch.
ALLOWED = "flask/response-header-hidden"


@dataclass(frozen=True)
class Demo:
    """The running demo: its page, its rows by id, its servers, and who is logged in there."""

    page: str
    rows: dict[str, Any]
    others: dict[str, dict[str, str]]
    cookies: dict[str, str]
    token: str

    def check(self, row: dict[str, Any], side: str, prefix: str) -> Diagnosis:
        call, adapter = row["call"], row["adapter"]
        cookies = self.cookies.get(adapter)
        csrf = cookies.partition("csrftoken=")[2].partition(";")[0] if cookies else ""
        headers = tuple(
            (name, value.replace("{csrf}", csrf).replace("{token}", self.token))
            for name, value in call["headers"].items()
        )
        _, diagnosis = examine(
            f"{self.others[adapter][side]}{prefix}{call['path']}",
            self.page,
            timeout=PATIENCE,
            method=call["method"],
            headers=headers,
            body=call["body"],
            credentials=call["credentials"] == "include",
            cookie=cookies,
        )
        return diagnosis

    def checks(self, side: str) -> dict[str, Diagnosis]:
        """What is said of one side's applications, by row."""
        return {
            name: self.check(row, side, f"/{row['failure']}") for name, row in self.rows.items()
        }


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running([PYTHON, str(EXAMPLES / "demo"), "--port", "0"]) as page:
        data = httpx.get(f"{page}/demo.json", timeout=PATIENCE).json()
        rows = {row["id"]: row for row in data["rows"]}
        others = data["others"]
        login = httpx.post(f"{others['fastapi']['fixed']}/token", json=ADA, timeout=PATIENCE)
        token = login.json()["token"]
        yield Demo(page, rows, others, _cookies(page, others), token)


def _cookies(page: str, others: dict[str, dict[str, str]]) -> dict[str, str]:
    """The Cookie headers of somebody who has logged in."""
    flask, django = others["flask"]["fixed"], others["django"]["fixed"]
    headers = {"Origin": page}
    found = {}
    with httpx.Client(headers=headers, timeout=PATIENCE) as client:
        client.post(f"{flask}/session", json=ADA).raise_for_status()
        found["flask"] = _header(client)
    with httpx.Client(headers=headers, timeout=PATIENCE) as client:
        token = client.get(f"{django}/csrf/").json()["csrfToken"]
        login = client.post(f"{django}/login/", json=ADA, headers={"X-CSRFToken": token})
        login.raise_for_status()
        found["django"] = _header(client)
    return found


def _header(client: httpx.Client) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


@needs_routers
def test_every_broken_application_is_named(demo: Demo) -> None:
    said = demo.checks("broken")
    failures = {name: row["failure"] for name, row in demo.rows.items()}
    beside = {BY_ITS_RISK, ALLOWED}
    assert {name: one.failure for name, one in said.items() if name not in beside} == {
        name: failure for name, failure in failures.items() if name not in beside
    }
    assert {name for name in beside if failures[name] in named(said[name])} == beside


@needs_routers
def test_every_fixed_application_is_allowed_and_nothing_is_wrong_with_it(demo: Demo) -> None:
    said = demo.checks("fixed")
    crash = "The page can read this answer, and its 500 is the application's own."
    assert {name: _alarms(one) for name, one in said.items()} == {
        name: ("allowed", [crash] if row["answer"] == 500 else [])
        for name, row in demo.rows.items()
    }


@needs_routers
def test_the_example_projects_raise_no_alarm(demo: Demo) -> None:
    said = {name: demo.check(row, "fixed", "") for name, row in demo.rows.items()}
    assert {name: _alarms(one) for name, one in said.items()} == {
        name: ("allowed", []) for name in demo.rows
    }


DJANGO = "django.core.wsgi:get_wsgi_application()"
IN_PROCESS: list[Any] = [
    pytest.param("django_site", DJANGO, "/orders/", "POST", "django", id="Django"),
    pytest.param("flask_api", "bookings:create_app()", "/bookings/", "POST", "flask", id="Flask"),
    pytest.param("legacy_wsgi", "wsgi:application", "/items/2", "PUT", "wsgi", id="plain WSGI"),
    pytest.param(
        "fastapi_api",
        "kitchen:app",
        "/orders",
        "POST",
        "fastapi",
        id="FastAPI",
        marks=needs_routers,
    ),
]


@pytest.mark.parametrize(("folder", "target", "path", "method", "stack"), IN_PROCESS)
def test_each_example_is_checked_without_a_port(
    *, folder: str, target: str, path: str, method: str, stack: str, tmp_path: Path
) -> None:
    command = [PYTHON, "-m", "cors_wsgi.doctor", "check", target, path, "--json"]
    done = subprocess.run(
        [*command, "-o", FRONT_END, "-X", method, "-H", "Content-Type: application/json"],
        cwd=EXAMPLES / folder,
        env=os.environ
        | {
            "CORS_ALLOW_ORIGINS": FRONT_END,
            "SHOP_DB": str(tmp_path / "shop.sqlite3"),
            "STOCKROOM_DB": str(tmp_path / "stockroom.sqlite3"),
            "DJANGO_SETTINGS_MODULE": "shop.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    check = json.loads(done.stdout)["checks"][0]
    assert (check["verdict"], check["stack"]) == ("allowed", stack)
    assert [one["text"] for one in check["findings"] if one["level"] == "warning"] == []


def _alarms(said: Diagnosis) -> tuple[str, list[str]]:
    return said.verdict, [one.text for one in said.findings if one.level == "warning"]
