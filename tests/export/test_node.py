"""The programs for Node.js, on what a server alone does not show: each prints what comes of it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from export.policies import APP, PUBLIC

from cors_wsgi.export import export

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")

WRITE_HEAD = """
const http = require("node:http");
const cors = require("./cors.js");
const server = http.createServer((req, res) => {
  req.originalUrl = req.url;
  res.setHeader("X-Kept", "1");
  res.setHeader("Set-Cookie", "replaced=1");
  cors(req, res, () => res.writeHead(200, GIVEN).end());
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  http.get({ port, host: "127.0.0.1", headers: { origin: "ORIGIN" } }, (res) => {
    console.log(JSON.stringify(res.headersDistinct));
    process.exit();
  });
});
"""
CALL = """
import { cors } from "./cors.mjs";
const handler = cors(async (event) => HANDLED);
console.log(JSON.stringify(await handler(EVENT, {})));
"""
REQUEST = {"httpMethod": "GET", "path": "/", "headers": {"Origin": APP}}


def printed(target: str, name: str, program: str, home: Path) -> Any:
    """Return what a program prints, beside what was exported."""
    for file, made in export(target, PUBLIC).files.items():
        (home / file).write_text(made.text)
    (home / name).write_text(program)
    command = ["node", name]
    ran = subprocess.run(command, cwd=home, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param('{ "Set-Cookie": ["a=1", "b=2"], "Content-Length": 0 }', id="an object"),
        pytest.param(
            '["Set-Cookie", "a=1", "set-cookie", "b=2", "Content-Length", "0"]', id="a flat list"
        ),
        pytest.param(
            '[["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"], ["Content-Length", 0]]', id="pairs"
        ),
    ],
)
def test_no_header_that_is_named_twice_is_lost(given: str, tmp_path: Path) -> None:
    program = WRITE_HEAD.replace("GIVEN", given).replace("ORIGIN", APP)
    headers = printed("express", "program.js", program, tmp_path)

    assert headers["set-cookie"] == ["a=1", "b=2"]
    assert headers["content-length"] == ["0"]
    assert headers["x-kept"] == ["1"]
    assert headers["access-control-allow-origin"] == ["*"]


def test_an_answer_that_json_does_not_have_is_a_crash(tmp_path: Path) -> None:
    program = CALL.replace("HANDLED", "({ count: 1n })").replace("EVENT", json.dumps(REQUEST))
    response = printed("lambda-node", "program.mjs", program, tmp_path)

    assert response["statusCode"] == 500
    assert response["headers"]["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"Records": []}, id="a queue"),
        pytest.param({"path": "/key"}, id="another function, with a path of its own"),
        pytest.param(None, id="nothing"),
    ],
)
def test_an_event_that_is_no_request_reaches_the_handler(event: Any, tmp_path: Path) -> None:
    program = CALL.replace("HANDLED", "event").replace("EVENT", json.dumps(event))

    assert printed("lambda-node", "program.mjs", program, tmp_path) == event
