"""`check` and `policy` take an ASGI application by its import path."""

from pathlib import Path

import pytest

from cors_wsgi.doctor import main

API = """
import asyncio
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi_cors_wsgi import CORS, cors_policy
from cors_wsgi import Policy

app = FastAPI()
CORS(app, Policy(allow_origins=["https://app.example"]))

@app.put("/items")
def save(): return 1

@app.get("/crashes")
def crashes(): 1 / 0

@app.get("/endless")
async def endless():
    async def events():
        while True:
            yield b"data: 1"
            await asyncio.sleep(0.1)
    return StreamingResponse(events())

@app.get("/exempt")
@cors_policy(None)
def exempt(): return 1
"""


@pytest.mark.parametrize(
    ("path", "options", "code", "words"),
    [
        pytest.param("/crashes", [], 0, "the answer, which is 500", id="a crash"),
        pytest.param("/endless", [], 0, "Allowed", id="a stream without an end"),
        pytest.param(
            "/items", ["-X", "PUT"], 1, "app.state.cors_wsgi.policy.replace(", id="a fix to paste"
        ),
        pytest.param(
            "/items", ["-X", "PATCH"], 1, 'allow_methods=["PATCH"]', id="a method that is refused"
        ),
        pytest.param("/exempt", [], 1, "This view is exempt from CORS", id="an exempt view"),
    ],
)
def test_check(  # noqa: PLR0917 - a row and its fixtures
    path: str,
    options: list[str],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    name = f"asgi_api_{path[1:]}"
    (tmp_path / f"{name}.py").write_text(API)
    monkeypatch.chdir(tmp_path)
    command = ["cors-wsgi", "check", f"{name}:app", path, "-o", "https://app.example", *options]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == code
    assert words in " ".join(capsys.readouterr().out.split())
    # The report says it: what the policy logs of refusals would only hide it.
    assert [one for one in caplog.records if one.levelname in {"INFO", "WARNING"}] == []
