"""The Flask API, as it is called from a browser."""

import importlib
import sys
from collections.abc import Iterator

import httpx
import pytest
from examples.running import EXAMPLES, FRONT_END, STRANGER, command_of, cors, running
from flask.testing import FlaskClient

FOLDER = EXAMPLES / "flask_api"
EXPOSED = {"Expose-Headers": "Location, X-Total-Count"}
NAMED = {"Allow-Origin": FRONT_END, "Allow-Credentials": "true", "Vary": "Origin"}
PREFLIGHT = NAMED | {
    "Allow-Methods": "GET, POST, PATCH, DELETE",
    "Allow-Headers": "Authorization, Content-Type",
    "Max-Age": "600",
}
ADA = {"user": "ada", "password": "tea-time"}


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("CORS_ALLOW_ORIGINS", FRONT_END)
    app = importlib.import_module("bookings").create_app()
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = FRONT_END
    yield client
    for name in [name for name in sys.modules if name.partition(".")[0] == "bookings"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        pytest.param("/session", "POST", id="to log in"),
        pytest.param("/bookings/1", "PATCH", id="to a view that requires a login"),
        pytest.param("/bookings", "POST", id="to a URL that is redirected"),
        pytest.param("/nowhere", "POST", id="to a URL that is not there"),
    ],
)
def test_a_preflight_is_answered(browser: FlaskClient, path: str, method: str) -> None:
    answer = browser.options(path, headers={"Access-Control-Request-Method": method})
    assert answer.status_code == 204
    assert cors(answer.headers) == PREFLIGHT


def test_a_page_books_a_room(browser: FlaskClient) -> None:
    assert browser.post("/session", json=ADA).json == {"user": "ada"}
    answer = browser.post("/bookings/", json={"room": "Attic", "hour": 11})
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/bookings/2"
    assert cors(answer.headers) == NAMED | EXPOSED | {"Vary": "Cookie, Origin"}

    assert browser.patch("/bookings/2", json={"hour": 12}).json["hour"] == 12
    listed = browser.get("/bookings/")
    assert [booking["hour"] for booking in listed.json] == [9, 12]
    assert listed.headers["X-Total-Count"] == "2"
    assert browser.delete("/bookings/2").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "/bookings/", None, 401, id="nobody has logged in"),
        pytest.param("POST", "/session", {"user": "ada"}, 401, id="no password"),
        pytest.param("POST", "/session", {"user": "eve", "password": ""}, 401, id="a stranger"),
        pytest.param("POST", "/session", [], 400, id="no user"),
        pytest.param("POST", "/session", None, 415, id="no JSON"),
        pytest.param("GET", "/nowhere", None, 404, id="no such page"),
    ],
)
def test_a_page_reads_the_errors(
    browser: FlaskClient, method: str, path: str, body: object, status: int
) -> None:
    answer = browser.open(path, method=method, json=body)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == FRONT_END


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/rooms", {"Allow-Origin": "*"}, id="may read the rooms, as every page may"),
        pytest.param("/hours", {"Vary": "Origin"}, id="may not read the hours, being no partner"),
        pytest.param("/plan.svg", {"Vary": "Origin"}, id="may not read the plan"),
        pytest.param("/health", {}, id="finds no CORS on the health check"),
    ],
)
def test_a_stranger(browser: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = browser.get(path, headers={"Origin": STRANGER})
    assert answer.status_code == 200
    assert cors(answer.headers) == headers


def test_the_partner_may_read_the_hours(browser: FlaskClient) -> None:
    answer = browser.get("/hours", headers={"Origin": "https://calendar.example"})
    assert answer.json == [9]
    assert cors(answer.headers) == {"Allow-Origin": "https://calendar.example", "Vary": "Origin"}


def test_its_one_command() -> None:
    *command, port = command_of(FOLDER / "README.md")
    assert port == "8002"
    with running([*command, "0"]) as address:
        answer = httpx.get(f"{address}/session", headers={"Origin": FRONT_END})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == FRONT_END
