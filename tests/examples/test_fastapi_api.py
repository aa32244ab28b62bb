"""The FastAPI kitchen, as it is called from a browser."""

import importlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from examples.running import EXAMPLES, FRONT_END, STRANGER, command_of, cors, running
from starlette.testclient import TestClient
from versions import needs_routers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

pytestmark = needs_routers

FOLDER = EXAMPLES / "fastapi_api"
NAMED = {"Allow-Origin": FRONT_END, "Vary": "Origin", "Expose-Headers": "Location"}
PREFLIGHT = {
    "Allow-Origin": FRONT_END,
    "Vary": "Origin",
    "Allow-Methods": "PATCH",
    "Allow-Headers": "Authorization, Content-Type",
    "Max-Age": "600",
}
PUBLIC = {"Allow-Origin": "*"}
ADA = {"user": "ada", "password": "tea-time"}


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("CORS_ALLOW_ORIGINS", FRONT_END)
    app = importlib.import_module("kitchen").create_app()
    yield TestClient(app, headers={"Origin": FRONT_END})
    for name in [name for name in sys.modules if name.partition(".")[0] == "kitchen"]:
        del sys.modules[name]


def log_in(browser: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {browser.post('/token', json=ADA).json()['token']}"}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        pytest.param("/token", "POST", id="to log in"),
        pytest.param("/orders/1", "PATCH", id="to a view that requires a token"),
        pytest.param("/orders/", "POST", id="to a URL that is redirected"),
        pytest.param("/nowhere", "POST", id="to a URL that is not there"),
    ],
)
def test_a_preflight_is_answered(browser: TestClient, path: str, method: str) -> None:
    answer = browser.options(path, headers={"Access-Control-Request-Method": method})
    assert (answer.status_code, cors(answer.headers.items())) == (204, PREFLIGHT)


def test_a_page_orders(browser: TestClient) -> None:
    ada = log_in(browser)
    answer = browser.post("/orders", json={"dish": "soup"}, headers=ada)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/orders/1")
    assert cors(answer.headers.items()) == NAMED
    changed = browser.patch("/orders/1", json={"state": "done"}, headers=ada)
    done = {"number": 1, "dish": "soup", "state": "done", "by": "ada"}
    assert changed.json() == done
    assert browser.get("/orders", headers=ada).json() == [done]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "/orders", None, 401, id="no token"),
        pytest.param("POST", "/token", ADA | {"password": ""}, 401, id="no password"),
        pytest.param("POST", "/token", {"user": "eve", "password": ""}, 401, id="a stranger"),
        pytest.param("POST", "/token", {"user": "ada"}, 422, id="what FastAPI rejects"),
        pytest.param("PUT", "/orders", None, 405, id="another method"),
        pytest.param("GET", "/nowhere", None, 404, id="no such page"),
    ],
)
def test_a_page_reads_the_errors(
    browser: TestClient, method: str, path: str, body: object, status: int
) -> None:
    answer = browser.request(method, path, json=body)
    assert (answer.status_code, cors(answer.headers.items())) == (status, NAMED)


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        pytest.param("/menu", 200, PUBLIC, id="may read the menu, as every page may"),
        pytest.param("/orders", 401, {"Vary": "Origin"}, id="may not read the orders"),
        pytest.param("/health", 200, {}, id="finds no CORS on the health check"),
    ],
)
def test_a_stranger(browser: TestClient, path: str, status: int, headers: dict[str, str]) -> None:
    answer = browser.get(path, headers={"Origin": STRANGER})
    assert (answer.status_code, cors(answer.headers.items())) == (status, headers)


def test_its_one_command() -> None:
    *command, port = command_of(FOLDER / "README.md")
    assert port == "8004"
    with running([*command, "0"]) as address, httpx.Client(base_url=address) as page:
        page.headers["Origin"] = FRONT_END
        ada = log_in(page)
        told = {"number": 1, "dish": "pie", "state": "ordered"}
        live = address.replace("http", "ws") + "/live"
        with (
            page.stream("GET", "/progress", headers={"Origin": STRANGER}) as events,
            connect(live, origin=FRONT_END, proxy=None) as socket,
        ):
            assert cors(events.headers.items()) == PUBLIC
            lines = events.iter_lines()
            assert next(lines) == ": the kitchen is open"
            socket.send(ada["Authorization"].removeprefix("Bearer "))
            assert json.loads(socket.recv(20)) == {"watching": "ada"}
            httpx.post(f"{address}/orders", json={"dish": "pie"}, headers=ada)
            assert json.loads(socket.recv(20)) == told | {"by": "ada"}
            assert json.loads(next(line for line in lines if "data" in line)[6:]) == told
        with connect(live, origin=FRONT_END, proxy=None) as socket:
            socket.send("a guess")
            with pytest.raises(ConnectionClosed, match="1008"):
                socket.recv(20)
        with pytest.raises(InvalidStatus, match="403"):
            connect(live, origin=STRANGER, proxy=None)
