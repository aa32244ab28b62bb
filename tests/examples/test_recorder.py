"""What the demo's servers write down, for the page to show."""

import importlib
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from examples.running import EXAMPLES
from werkzeug.test import Client

RUN = str(uuid.UUID(int=1))


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(EXAMPLES / "demo"))
    yield importlib.import_module("recorder")
    del sys.modules["recorder"]


def application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Set-Cookie", "session=secret; Path=/"), ("X-Long", "x" * 1000)])
    return [b"body"]


def test_an_exchange_is_kept_without_its_secrets(module: Any) -> None:
    recorder = module.Recorder()
    answer = Client(recorder.recorded(application), use_cookies=False).put(
        f"/items/2?run={RUN}",
        headers={
            "Authorization": "Basic c2VjcmV0",
            "Cookie": "session=secret; other=secret",
            "Origin": "http://127.0.0.1:8765",
            "X-CSRFToken": "secret",
            "User-Agent": "not shown",
        },
    )
    assert answer.data == b"body"
    assert recorder.exchanges(RUN) == [
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
            "status": "200 OK",
            "response_headers": [("Set-Cookie", "session=…"), ("X-Long", "x" * 300)],
        }
    ]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="no run"),
        pytest.param("run=", id="an empty run"),
        pytest.param("run=../../etc", id="no UUID"),
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
        client.get(f"/?run={uuid.UUID(int=number + 2)}")
    assert recorder.exchanges(RUN) == []
    assert len(recorder.exchanges(str(uuid.UUID(int=2)))) == 1
