"""The shops, as their page uses them."""

import time

import httpx
import pytest
from engines import axe, browsers
from engines.processes import free_port
from examples.running import EXAMPLES, command_of, running

README = EXAMPLES / "tenants" / "README.md"


@pytest.mark.parametrize("database", ["", "sqlite"], ids=["PostgreSQL", "SQLite"])
def test_four_workers_obey_what_the_page_changes(database: str) -> None:
    command, port = command_of(README), str(free_port())
    with (
        running(command, PORT=port, DATABASE=database) as address,
        httpx.Client(base_url=address, headers={"Origin": address}, timeout=20) as page,
    ):
        wait_for(page)
        assert page.get("/").text.startswith("<!doctype html>")
        for _ in range(2):
            change = page.put("/shops/toys/origins", json={"origin": address})
            assert change.status_code == 204
            wait_until_all(page, address, allowed=True)
            prices = page.get("/prices", headers={"Host": f"toys.localhost:{port}"})
            assert prices.json()["prices"] == {"kite": 12, "top": 3}
            assert prices.headers["Access-Control-Allow-Origin"] == address
            assert page.get("/shops/toys/origins").json() == [address]
            page.request("DELETE", "/shops/toys/origins", json={"origin": address})
            wait_until_all(page, address, allowed=False)
            prices = page.get("/prices", headers={"Host": f"toys.localhost:{port}"})
            assert "Access-Control-Allow-Origin" not in prices.headers


def test_what_the_page_refuses() -> None:
    command, port = command_of(README), str(free_port())
    with (
        running(command, PORT=port, DATABASE="sqlite") as address,
        httpx.Client(base_url=address, headers={"Origin": address}, timeout=20) as page,
    ):
        wait_for(page)
        wrong = page.put("/shops/toys/origins", json={"origin": "https://toys.example/"})
        assert wrong.status_code == 422
        assert "ends with a slash" in wrong.json()["problem"]
        stranger = {"Origin": "https://stranger.example"}
        path = "/shops/toys/origins"
        assert page.put(path, json={"origin": address}, headers=stranger).status_code == 403
        assert page.put("/shops/none/origins", json={"origin": address}).status_code == 404
        assert page.get("/prices", headers={"Host": "none.localhost"}).status_code == 404


def test_a_reader_of_the_page_sees_all_four_workers_obey() -> None:
    axe.require()
    command, port = command_of(README), str(free_port())
    with (
        running(command, PORT=port, DATABASE="sqlite") as address,
        httpx.Client(base_url=address, timeout=20) as page,
        browsers.launch("chromium") as browser,
    ):
        wait_for(page)
        browser.goto(address)
        for button, shown in [("allow", "yes"), ("revoke", "no")]:
            browser.evaluate(f"document.getElementById('{button}').click()")
            workers = f"document.querySelectorAll('.worker.{shown}').length"
            deadline = time.monotonic() + 20
            while browser.evaluate(workers) < 4:
                assert time.monotonic() < deadline, browser.evaluate("document.body.innerText")
                time.sleep(0.05)
            assert axe.faults(browser) == []


def wait_for(page: httpx.Client) -> None:
    """gunicorn says nothing of its own; the address is printed before it listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            page.get("/")
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def wait_until_all(page: httpx.Client, origin: str, *, allowed: bool) -> None:
    deadline = time.monotonic() + 20
    agreed: set[int] = set()
    while len(agreed) < 4:
        answer = page.get("/shops/toys/worker", params={"origin": origin}).json()
        if answer["allowed"] is allowed:
            agreed.add(answer["worker"])
        else:
            agreed.discard(answer["worker"])
        assert time.monotonic() < deadline, agreed
