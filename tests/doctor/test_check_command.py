"""`cors-wsgi check` as a person runs it: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from doctor.broken_servers.cases import allowing, good, plain, preflight
from doctor.broken_servers.serving import Answer, Asked, Hang, serving
from jsonschema import Draft202012Validator
from rich.status import Status

from cors_wsgi import Policy, policy_from_mapping
from cors_wsgi.browser import HTTPRequest, HTTPResponse
from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.transport.http import BODY_LIMIT, HTTPTransport
from cors_wsgi.export import export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from doctor.broken_servers.serving import BrokenServer

PAGE = "http://localhost:3000"
SCHEMA = json.loads((files("cors_wsgi.doctor.check") / "check.schema.json").read_text())
PUT = ("-X", "PUT", "-H", "Content-Type: application/json")


def _rude(asked: Asked) -> Answer:
    """Control sequences in every place that a server can fill."""
    evil = "\x1b]0;owned\x07\x1b[31m"
    lines = (("Access-Control-Allow-Origin", evil), ("Server", evil), ("Vary", evil))
    return Answer(200, lines, f"<title>{evil}</title>")


def _stream(asked: Asked) -> Answer:
    """Promises more than it sends, and keeps the connection open."""
    answer = allowing(asked)
    return answer._replace(headers=(*answer.headers, ("Content-Length", "100")), hangs=True)


CASES = {
    "/good": good,
    "/plain": plain,
    "/rude": _rude,
    "/stream": _stream,
    "/405": preflight(405, ("Server", "Werkzeug/3.1 Python/3.12")),
    "/415": preflight(415, ("Server", "Werkzeug/3.1 Python/3.12")),
    "/hang": lambda asked: Hang(),
}


@pytest.fixture(scope="module")
def server() -> Iterator[BrokenServer]:
    with serving(CASES) as broken_servers:
        yield broken_servers


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments])


def words(result: Result) -> str:
    """What was printed, whatever its line breaks."""
    return " ".join(result.stdout.split())


def first_line(result: Result) -> list[str]:
    """The verdict, and the failure's id at the right."""
    return re.split(r" {2,}", result.stdout.partition("\n")[0])


def test_allowed_is_exit_code_0(server: BrokenServer) -> None:
    result = run(f"{server.origin}/good", "-o", PAGE)
    assert result.exit_code == 0
    assert result.stdout.startswith(
        f"✓ Allowed: the page can read the answer\n  GET {server.origin}/good from {PAGE}\n"
    )


def test_blocked_is_exit_code_1_with_the_fix_of_the_stack_that_shows(server: BrokenServer) -> None:
    result = run(f"{server.origin}/405", "-o", PAGE, *PUT)
    assert result.exit_code == 1
    assert first_line(result) == ["✗ Blocked: the preflight was answered 405", "preflight-405"]
    assert "from flask_cors_wsgi import CORS" in result.stdout
    assert f'allow_origins=["{PAGE}"]' in result.stdout


def test_any_other_status_of_a_preflight_has_a_title_and_a_fix_too(server: BrokenServer) -> None:
    result = run(f"{server.origin}/415", "-o", PAGE, *PUT)
    assert result.exit_code == 1
    assert first_line(result) == ["✗ Blocked: the preflight was answered 415", "preflight-status"]
    assert "from flask_cors_wsgi import CORS" in result.stdout


@pytest.mark.parametrize("stack", ["flask", "django", "fastapi", "wsgi"])
def test_a_whole_set_up_takes_the_place_of_the_one_that_shows(
    server: BrokenServer, stack: str
) -> None:
    given = run(f"{server.origin}/good", "-o", PAGE, "-H", "X-Unlisted: 1", "--stack", stack)
    assert first_line(given)[1] == "header-missing"
    assert "Put this in the place of the CORS set-up that is there. Keep the other" in words(given)
    missing = run(f"{server.origin}/405", "-o", PAGE, *PUT, "--stack", stack)
    assert "Put this in the place" not in words(missing)
    proxied = run(f"{server.origin}/good", "-o", PAGE, "-H", "X-Unlisted: 1", "--stack", "nginx")
    assert "Put this in the place" not in words(proxied)
    assert "Remove other `add_header` lines for CORS there" in words(proxied)
    refused = run(f"{server.origin}/405", "-o", "null", *PUT, "--stack", stack)
    assert ", in the policy. Use -v" in words(refused)  # and no line for code that is not there


def test_no_stack_is_asked_for_where_none_has_lines_to_change(server: BrokenServer) -> None:
    api = server.origin.replace("127.0.0.1", "0.0.0.0")  # which browsers do not take for loopback
    result = run(f"{api}/good", "-o", "https://app.example")
    assert result.exit_code == 1
    assert first_line(result) == [
        "✗ Blocked: an https page may not call a plain http address",
        "mixed-content",
    ]
    assert "Fix Call the API over https." in words(result)
    assert "--stack" not in result.stdout


def test_nobody_there_is_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as adapter:
        port = adapter.getsockname()[1]
    result = run(f"http://127.0.0.1:{port}/", "-o", PAGE)
    assert result.exit_code == 2
    assert first_line(result) == [
        "? Could not tell: the server gave no HTTP answer",
        "preflight-no-answer",
    ]
    assert "The connection was refused" in words(result)


def test_an_answer_that_never_comes_is_waited_for_as_long_as_said(server: BrokenServer) -> None:
    result = run(f"{server.origin}/hang", "-o", PAGE, "--timeout", "0.2")
    assert result.exit_code == 2
    assert "There was no answer in time" in words(result)


@pytest.mark.parametrize(("forced", "is_shown"), [("", False), ("1", True)])
def test_what_is_waited_for_is_shown_on_a_terminal_only(
    server: BrokenServer, forced: str, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(Status, "update", lambda status, text: drawn.append(text))
    monkeypatch.setenv("FORCE_COLOR", forced)
    result = run(f"{server.origin}/good", "-o", PAGE, "--no-probe")
    assert drawn == [f"GET {server.origin}/good"] * is_shown
    assert ("\x1b" in result.stderr) is is_shown


def test_a_port_that_does_not_speak_http_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as adapter:
        threading.Thread(target=_greet, args=(adapter, 3), daemon=True).start()
        result = run(f"http://127.0.0.1:{adapter.getsockname()[1]}/", "-o", PAGE, "--timeout", "1")
    assert result.exit_code == 2
    assert "The answer is not HTTP" in words(result)


def _greet(adapter: socket.socket, times: int) -> None:
    for _ in range(times):
        try:
            connection, _ = adapter.accept()
        except OSError:
            return
        with connection:
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def test_the_stack_is_the_one_that_is_told(server: BrokenServer) -> None:
    result = run(f"{server.origin}/405", "-o", PAGE, *PUT, "--stack", "django")
    assert "django_cors_wsgi" in result.stdout


# What is asked for below, and the credentials that the server's answers allow.
ASKED = Policy(
    allow_origins=[PAGE],
    allow_methods=["PUT"],
    allow_headers=["Content-Type"],
    allow_credentials=True,
)


def code_for(server: BrokenServer, stack: str) -> str:
    """The code that is printed for a stack."""
    result = run(f"{server.origin}/405", "-o", PAGE, *PUT, "--stack", stack, "--json")
    code: str = json.loads(result.stdout)["checks"][0]["fix"]["code"]
    return code


@pytest.mark.parametrize("stack", ["nginx", "apache", "htaccess", "haproxy"])
def test_the_fix_for_a_server_is_what_is_exported(server: BrokenServer, stack: str) -> None:
    exported = export(stack, ASKED).files.values()
    texts = [file.text.partition("\n\n")[2].strip() for file in exported]

    assert [text for text in texts if text not in code_for(server, stack)] == []


@pytest.mark.parametrize("stack", ["caddy", "envoy", "lambda", "api-gateway-rest"])
def test_what_is_too_long_to_read_is_exported_by_a_command(
    server: BrokenServer, stack: str
) -> None:
    policy, command, *_ = code_for(server, stack).split("\n\n")

    assert policy_from_mapping(tomllib.loads(policy.partition("\n")[2])) == ASKED
    assert f"\ncors-wsgi export {stack} cors.toml --out ." in command


@pytest.mark.parametrize(
    ("page", "arguments", "stack", "said"),
    [
        pytest.param(
            "http://app.example",
            [*PUT, "--credentials"],
            "nginx",
            "A policy refuses this. 'http://app.example' is plain http",
            id="what no policy allows",
        ),
        pytest.param(
            PAGE,
            ["-X", "PROPFIND"],
            "api-gateway-http",
            "API Gateway for HTTP APIs does not take the method PROPFIND.",
            id="what the stack cannot say",
        ),
    ],
)
def test_what_cannot_be_exported_is_told_and_nothing_is_pasted(
    server: BrokenServer, page: str, arguments: list[str], stack: str, said: str
) -> None:
    result = run(f"{server.origin}/405", "-o", page, *arguments, "--stack", stack)

    assert said in words(result)
    assert "Run the same command again" not in words(result)


@pytest.mark.parametrize("path", ["/good", "/405", "/plain", "/rude", "/nowhere"])
def test_the_json_is_what_the_schema_says(server: BrokenServer, path: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    result = run(f"{server.origin}{path}", "-o", PAGE, "-o", "https://b.example", *PUT, "--json")
    Draft202012Validator(SCHEMA).validate(json.loads(result.stdout))
    assert [check["origin"] for check in json.loads(result.stdout)["checks"]] == [
        PAGE,
        "https://b.example",
    ]


def test_what_a_server_sends_cannot_steer_the_terminal(server: BrokenServer) -> None:
    for arguments in ([], ["--json"], PUT):
        output = run(f"{server.origin}/rude", "-o", PAGE, *arguments).stdout
        assert "owned" in output
        assert all(char.isprintable() or char == "\n" for char in output)


def test_a_body_without_end_is_read_as_far_as_it_helps() -> None:
    sent: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as adapter:
        flood = threading.Thread(target=_flood, args=(adapter, sent))
        flood.start()
        url = f"http://127.0.0.1:{adapter.getsockname()[1]}/"
        answer = HTTPTransport(timeout=5).send(HTTPRequest("GET", url))
        flood.join()
    assert isinstance(answer, HTTPResponse)
    assert len(answer.body) == BODY_LIMIT
    assert sum(sent) < 16 * 1024 * 1024  # what the kernel may hold, at most


def _flood(adapter: socket.socket, sent: list[int]) -> None:
    connection, _ = adapter.accept()
    with connection:
        connection.recv(1000)
        try:
            sent.append(connection.send(b"HTTP/1.1 200 OK\r\n\r\n"))
            while sum(sent) < 64 * 1024 * 1024:
                sent.append(connection.send(b"x" * 65536))
        except OSError:
            return


def test_a_stream_that_never_ends_has_its_verdict_soon(server: BrokenServer) -> None:
    """Its headers are there: what the body does is nobody's business."""
    start = time.monotonic()
    result = run(f"{server.origin}/stream", "-o", PAGE, "--timeout", "30")
    assert result.exit_code == 0
    assert result.stdout.startswith("✓ Allowed")
    assert time.monotonic() - start < 25


def test_a_server_that_drips_ends_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as adapter:
        stop = threading.Event()
        threading.Thread(target=_drip, args=(adapter, stop), daemon=True).start()
        result = run(
            f"http://127.0.0.1:{adapter.getsockname()[1]}/", "-o", PAGE, "--timeout", "0.5"
        )
        stop.set()
    assert result.exit_code == 2
    assert "There was no answer in time" in words(result)


def _drip(adapter: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = adapter.accept()
        except OSError:
            return
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.wait(0.1):
                    connection.sendall(b"x")
            except OSError:
                continue


def test_only_safe_methods_go_over_the_wire_unless_send_is_said(server: BrokenServer) -> None:
    server.asked.clear()
    run(f"{server.origin}/good", "-o", PAGE, "-X", "PUT")
    assert {asked.method for _, asked in server.asked} == {"OPTIONS", "GET"}
    server.asked.clear()
    run(f"{server.origin}/good", "-o", PAGE, "-X", "PUT", "--send")
    assert [asked.method for _, asked in server.asked].count("PUT") == 1


def test_what_is_sent_for_real_is_sent_once(server: BrokenServer) -> None:
    """A POST without a preflight, of which every look around could be another one."""
    server.asked.clear()
    where = ("--direct", f"{server.origin}/good?direct")
    run(f"{server.origin}/plain", "-o", PAGE, "-d", "text", "-H", "User-Agent: x", "--send", *where)
    assert [asked.method for _, asked in server.asked].count("POST") == 1


def test_secrets_are_sent_and_not_printed(server: BrokenServer) -> None:
    for arguments in ([], ["--json"]):
        server.asked.clear()
        secret = ("-H", "Authorization: Bearer hunter2")
        result = run(f"{server.origin}/good", "-o", PAGE, *secret, *arguments)
        assert "hunter2" not in result.output
        assert any("authorization" in asked.headers for _, asked in server.asked)


def test_a_file_gives_a_summary_and_the_worst_exit_code(
    server: BrokenServer, tmp_path: Path
) -> None:
    urls = tmp_path / "urls.txt"
    urls.write_text(
        f"# what the front end calls\n{server.origin}/good\n"
        f"PUT {server.origin}/405 https://b.example\nhttp://127.0.0.1:8/\n"
    )
    result = run("--file", str(urls), "-o", PAGE)
    assert result.exit_code == 1
    assert [line.split() for line in result.stdout.splitlines()[1:7]] == [
        ["Allowed", "-", "GET", f"{server.origin}/good"],
        ["from", PAGE],
        ["Blocked", "preflight-405", "PUT", f"{server.origin}/405"],
        ["from", "https://b.example"],
        ["Could", "not", "tell", "preflight-no-answer", "GET", "http://127.0.0.1:8/"],
        ["from", PAGE],
    ]


WRONG: list[Any] = [
    pytest.param([], "cors-wsgi check https://api", id="nothing at all"),
    pytest.param(["http://127.0.0.1/"], "--origin http://localhost:3000", id="no origin"),
    pytest.param(["http://127.0.0.1/", "-o", "http://x/"], "not an origin", id="no such origin"),
    pytest.param(["ftp://127.0.0.1/", "-o", PAGE], "not an http", id="another scheme"),
    pytest.param(["http://127.0.0.1/", "-o", PAGE, "-H", "x"], "Name: value", id="no header"),
    pytest.param(["http://127.0.0.1/", "-o", PAGE, "-X", "TRACE"], "forbidden", id="TRACE"),
    pytest.param(["http://127.0.0.1/", "-o", PAGE, "--stack", "x"], "no stack", id="no such stack"),
    pytest.param(
        ["no.such.module:app", "-o", PAGE], "there is no module 'no' here", id="no such module"
    ),
    pytest.param(["json:decoder", "-o", PAGE], "cannot be called", id="no application"),
    pytest.param(
        ["locale:getlocale", "-o", PAGE],
        "If it makes one, write locale:getlocale()",
        id="a factory that is not called",
    ),
    pytest.param(
        ["shop/api.py", "/x", "-o", PAGE], "such as shop.api:app.", id="a module's file and a path"
    ),
    pytest.param(["http://127.0.0.1/", "-o", "*"], "no slash at the end\n", id="any origin"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_what_cannot_be_asked_is_said_and_nothing_is_sent(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_an_application_is_checked_without_a_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hooked.py").write_text(
        "import flask\napp = flask.Flask(__name__)\n"
        "@app.before_request\ndef login(): flask.abort(401)\n"
        "@app.get('/data')\ndef data(): return {}\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "hooked", raising=False)
    result = run("hooked:app", "/data", "-o", PAGE, *PUT)
    assert result.exit_code == 1
    assert first_line(result) == ["✗ Blocked: the preflight was answered 401", "preflight-auth"]
    assert "from flask_cors_wsgi import CORS" in result.stdout


@pytest.mark.parametrize(
    ("framework", "middleware", "place"),
    [
        pytest.param("flask.Flask", "cors_wsgi", "wsgi_app", id="Flask"),
        pytest.param("quart.Quart", "cors_wsgi.asgi", "asgi_app", id="Quart"),
    ],
)
def test_an_application_that_calls_itself_is_told_what_to_wrap(
    framework: str, middleware: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "itself.py").write_text(
        f"import {framework.partition('.')[0]}, {middleware}, cors_wsgi\n"
        f"app = {framework}(__name__)\n"
        f"policy = cors_wsgi.Policy(allow_origins='{PAGE}')\n"
        f"app.{place} = {middleware}.CORSMiddleware(app, policy)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "itself", raising=False)
    result = run("itself:app", "/", "-o", PAGE)
    said = f"Write app.{place} = CORSMiddleware(app.{place}, policy)"
    assert (result.exit_code, said in " ".join(result.output.split())) == (2, True)


SCRIPT = """
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"ok"]
other = application
"""
NAMED: list[Any] = [
    pytest.param("shop.wsgi", 1, "application = CORSMiddleware(application,", id="a file"),
    pytest.param("./shop.wsgi:other", 1, "other = CORSMiddleware(other,", id="a name in a file"),
    pytest.param("shop.wsgi:othr", 2, "Did you mean shop.wsgi:other?", id="a name misspelt"),
    pytest.param("shap.wsgi", 2, "there is no file", id="a file that is not there"),
    pytest.param("the_site.wsgi:other", 1, "other = CORSMiddleware(other,", id="a module's name"),
    pytest.param("shap.wsgi:other", 2, "no module 'shap'", id="a package that is not there"),
]


@pytest.mark.parametrize(("target", "code", "said"), NAMED)
def test_a_wsgi_file_names_an_application_as_for_serve(
    target: str, code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.wsgi").write_text(SCRIPT)
    (tmp_path / "the_site").mkdir()
    (tmp_path / "the_site" / "wsgi.py").write_text(SCRIPT)
    monkeypatch.chdir(tmp_path)
    result = run(target, "/x", "-o", PAGE)
    assert (result.exit_code, said in " ".join(result.output.split())) == (code, True)


def test_what_an_application_prints_is_not_in_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "talkative_shop.py").write_text(
        "print('imported')\n"
        "def app(environ, start_response):\n"
        "    print('called')\n"
        "    start_response('200 OK', [])\n"
        "    return [b'']\n"
    )
    said = run("talkative_shop:app", "/items", "--origin", PAGE, "--json")
    assert json.loads(said.stdout)["version"]
    assert {"imported", "called"} <= {*said.stderr.split()}
