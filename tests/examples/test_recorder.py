"""What the demo's servers write down, for the page to show."""

import dataclasses
import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from examples.running import EXAMPLES
from werkzeug.test import Client

from cors_wsgi import transports
from cors_wsgi.browser import HTTPRequest

RUN = "00000001"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(EXAMPLES / "demo"))
    yield importlib.import_module("recorder")
    del sys.modules["recorder"]


def application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Set-Cookie", "session=secret; Path=/"), ("X-Long", "x" * 1000)])
    return [b"body"]


async def asgi_application(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"set-cookie", b"session=secret; Path=/"), (b"x-long", b"x" * 1000)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"body"})


def by_wsgi(recorder: Any) -> Any:
    return transports.wsgi(recorder.recorded(application))


def by_asgi(recorder: Any) -> Any:
    return transports.asgi(recorder.recorded_asgi(asgi_application))


@pytest.mark.parametrize(
    ("send", "status"),
    [pytest.param(by_wsgi, "200 OK", id="WSGI"), pytest.param(by_asgi, "200", id="ASGI")],
)
def test_an_exchange_is_kept_without_its_secrets(module: Any, send: Any, status: str) -> None:
    recorder = module.Recorder()
    headers = (
        ("Authorization", "Basic c2VjcmV0"),
        ("Cookie", "session=secret; other=secret"),
        ("Origin", "http://127.0.0.1:8765"),
        ("X-CSRFToken", "secret"),
        ("User-Agent", "not shown"),
    )
    request = HTTPRequest("PUT", f"http://localhost/items/2?run={RUN}", headers)
    assert send(recorder)(request).body == b"body"
    assert [dataclasses.asdict(exchange) for exchange in recorder.exchanges(RUN)] == [
        {
            "method": "PUT",
            "path": "/items/2",
            "request_headers": [
                ("Host", "localhost"),
                ("Origin", "http://127.0.0.1:8765"),
                ("Authorization", "Basic …"),
                ("Cookie", "session=…; other=…"),
                ("X-CSRFToken", "…"),
            ],
            "status": status,
            "response_headers": [("Set-Cookie", "session=…"), ("X-Long", "x" * 300)],
        }
    ]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="no run"),
        pytest.param("run=", id="an empty run"),
        pytest.param("run=../../etc", id="no name of a run"),
    ],
)
def test_a_request_of_no_run_is_not_kept(module: Any, query: str) -> None:
    recorder = module.Recorder()
    assert Client(recorder.recorded(application)).get(f"/?{query}").status_code == 200
    assert recorder.exchanges(query.partition("=")[2]) == []


def test_what_is_kept_has_bounds(module: Any) -> None:
    recorder = module.Recorder()
    client = Client(recorder.recorded(application))
    for _ in range(20):
        client.get(f"/?run={RUN}")
    assert len(recorder.exchanges(RUN)) == module.MOST_EXCHANGES
    for number in range(module.MOST_RUNS):
        client.get(f"/?run={number + 2:08x}")
    assert recorder.exchanges(RUN) == []
    assert len(recorder.exchanges("00000002")) == 1
