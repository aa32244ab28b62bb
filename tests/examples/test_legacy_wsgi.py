"""The old WSGI application, as it is called from a browser."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

import httpx
import pytest
from examples.running import EXAMPLES, FRONT_END, STRANGER, command_of, cors, running
from werkzeug.test import Client, TestResponse

FOLDER = EXAMPLES / "legacy_wsgi"
NAMED = {"Allow-Origin": FRONT_END, "Vary": "Origin"}
PREFLIGHT = NAMED | {
    "Allow-Methods": "GET, PUT",
    "Allow-Headers": "Authorization, Content-Type",
    "Max-Age": "600",
}


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("CORS_ALLOW_ORIGINS", FRONT_END)
    monkeypatch.setenv("STOCKROOM_DB", str(tmp_path / "stockroom.sqlite3"))
    yield importlib.import_module("stockroom"), importlib.import_module("wsgi")
    for name in ("stockroom", "wsgi"):
        del sys.modules[name]


@pytest.fixture
def browser(modules: tuple[Any, Any]) -> Client:
    return Client(validator(modules[1].application))


def preflight(client: Client, path: str, method: str) -> TestResponse:
    headers = {"Origin": FRONT_END, "Access-Control-Request-Method": method}
    return client.options(path, headers=headers, buffered=True)


def test_on_its_own_it_refuses_the_preflight(modules: tuple[Any, Any]) -> None:
    assert preflight(Client(modules[0].application), "/items/2", "PUT").status_code == 404


def test_a_page_changes_a_count(browser: Client) -> None:
    answer = preflight(browser, "/items/2", "PUT")
    assert answer.status_code == 204
    assert cors(answer.headers) == PREFLIGHT

    answer = browser.put(
        "/items/2",
        json={"count": 7},
        auth=("ada", "tea-time"),
        headers={"Origin": FRONT_END},
        buffered=True,
    )
    assert answer.json == {"id": 2, "name": "Darjeeling", "count": 7, "price": 780}
    assert cors(answer.headers) == NAMED


@pytest.mark.parametrize(
    ("path", "password", "status"),
    [
        pytest.param("/items", "coffee-time", 401, id="a wrong password"),
        pytest.param("/items/99", "tea-time", 404, id="no such item"),
        pytest.param("/items/x", "tea-time", 404, id="no such page"),
    ],
)
def test_a_page_reads_the_errors(browser: Client, path: str, password: str, status: int) -> None:
    origin = {"Origin": FRONT_END}
    answer = browser.get(path, auth=("ada", password), headers=origin, buffered=True)
    assert answer.status_code == status
    assert cors(answer.headers) == NAMED


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/prices", {"Allow-Origin": "*"}, id="may read the prices"),
        pytest.param("/items", {"Vary": "Origin"}, id="may not read the items"),
        pytest.param("/else", {}, id="finds no policy, and no headers, elsewhere"),
    ],
)
def test_a_stranger(browser: Client, path: str, headers: dict[str, str]) -> None:
    answer = browser.get(path, headers={"Origin": STRANGER}, buffered=True)
    assert cors(answer.headers) == headers


def test_its_one_command(tmp_path: Path) -> None:
    environment = {"PORT": "0", "STOCKROOM_DB": str(tmp_path / "stockroom.sqlite3")}
    with running(command_of(FOLDER / "README.md"), **environment) as address:
        answer = httpx.get(f"{address}/prices", headers={"Origin": STRANGER})
    assert answer.json() == {"Assam": 450, "Darjeeling": 780, "Sencha": 620}
    assert cors(answer.headers.multi_items()) == {"Allow-Origin": "*"}
