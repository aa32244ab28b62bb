"""The Django site: its own tests, its checks, and its one command.

Each in a process of its own, since Django's settings are for a whole process.
"""

import os
import subprocess
from pathlib import Path

import httpx
import pytest
from engines.processes import free_port
from examples.running import EXAMPLES, FRONT_END, command_of, cors, running

FOLDER = EXAMPLES / "django_site"
*MANAGE, SERVE = command_of(FOLDER / "README.md")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["test", "shop"], id="its own tests pass"),
        pytest.param(["check", "--fail-level", "WARNING"], id="its checks find nothing"),
        pytest.param(["makemigrations", "--check"], id="its migrations are complete"),
    ],
)
def test_manage(command: list[str], tmp_path: Path) -> None:
    python, *rest = MANAGE
    done = subprocess.run(
        [python, "-W", "error", *rest, *command],
        env=os.environ | {"CORS_ALLOW_ORIGINS": FRONT_END, "SHOP_DB": str(tmp_path / "shop")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_one_command(tmp_path: Path) -> None:
    command = [*MANAGE, SERVE, f"127.0.0.1:{free_port()}"]
    with running(command, SHOP_DB=str(tmp_path / "shop.sqlite3")) as address:
        answer = httpx.get(f"{address}/api/orders/", headers={"Origin": FRONT_END})
    assert answer.status_code == 403
    assert cors(answer.headers.multi_items()) == {
        "Allow-Origin": FRONT_END,
        "Allow-Credentials": "true",
        "Vary": "Cookie, Origin",
    }
