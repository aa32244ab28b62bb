"""`cors-wsgi verify`: what counts as a difference, how it is told, and servers that misbehave."""

from __future__ import annotations

import contextlib
import io
import json
import re
import socketserver
import threading
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask
import pytest
import starlette
import uvicorn
from click.testing import CliRunner, Result
from doctor.broken_servers.serving import Answer, Close, Hang
from doctor.broken_servers.serving import serving as serving_cases
from doctor.test_check_hostile import ANSWERS
from doctor.verifying.python import changed, serving
from flask_cors import CORS as FlaskCORS  # noqa: N811 - to tell it from ours
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware as StarletteCORS
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from cors_wsgi import CORSMiddleware, HostPolicies, Policy, catalogue
from cors_wsgi.doctor.attempts import attempts
from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.transport.http import HTTPTransport
from cors_wsgi.doctor.verify.codes import CODES
from cors_wsgi.doctor.verify.places import places
from cors_wsgi.doctor.verify.render import render
from cors_wsgi.doctor.verify.report import as_json
from cors_wsgi.doctor.verify.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from doctor.verifying.python import Edit, Headers

    from cors_wsgi.browser import HTTPRequest

SCHEMA = json.loads((files("cors_wsgi.doctor.verify") / "verify.schema.json").read_text())
APP, OTHER = "https://app.example", "https://partner.example"
FIELDS: dict[str, Any] = {
    "allow_origins": [APP, OTHER],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-Api-Key"],
    "expose_headers": ["X-Id"],
    "allow_credentials": True,
}
PRIVATE = Policy(**FIELDS)
PUBLIC = Policy(allow_origins="*", allow_methods=["PUT"], allow_headers=["X-Api-Key"])


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    found = environ["PATH_INFO"] in {"/", "/api"}
    start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain")])
    return [b"hello"]


WITH_A_PAGE = {f"{one.kind} {code}" for code, one in CODES.items()} | {
    f"refuses {failure}" for failure in catalogue.failures()
}


def verified(url: str, policy: Policy, **more: Any) -> Any:
    """The report on a server that is to obey one policy."""
    return Verification(
        url=url,
        where="the policy",
        policies={},
        policy_for=lambda environ: policy,
        send=HTTPTransport(timeout=0.5).send,
        **more,
    ).run()


def codes(report: Any) -> set[str]:
    kinds = ("opens", "refuses", "warnings")
    found = {f"{kind} {one.code}" for kind in kinds for one in getattr(report, kind)}
    assert found <= WITH_A_PAGE
    return found


def test_each_trick_has_a_page() -> None:
    trusted = ("https://a.b.example", "http://a.b.example:8000", "https://x-*.b.example:*")
    policies = {each: Policy(allow_origins=[each]) for each in trusted}
    tricks = {
        f"opens {one.id}"
        for each, policy in policies.items()
        for one in attempts(each, policy.allows_origin)
    }
    assert tricks <= WITH_A_PAGE


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["verify", *arguments])


# What counts


def always(**headers: str) -> Edit:
    """Set headers, their names with underscores, on every answer."""

    def edit(environ: WSGIEnvironment, status: str, had: Headers) -> tuple[str, Headers]:
        return status, had | {name.replace("_", "-"): value for name, value in headers.items()}

    return edit


def longer(**lists: str) -> Edit:
    """Add entries to the lists that an answer has."""

    def edit(environ: WSGIEnvironment, status: str, had: Headers) -> tuple[str, Headers]:
        more = {name.replace("_", "-"): value for name, value in lists.items()}
        return status, {k: f"{v}, {more[k]}" if k in more else v for k, v in had.items()}

    return edit


def preflights(status: str, *, refused_only: bool = False) -> Edit:
    def edit(environ: WSGIEnvironment, was: str, had: Headers) -> tuple[str, Headers]:
        refused = "Access-Control-Allow-Origin" not in had
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS"
        return status if is_preflight and (refused or not refused_only) else was, had

    return edit


def reflected(environ: WSGIEnvironment, status: str, had: Headers) -> tuple[str, Headers]:
    origin = environ.get("HTTP_ORIGIN")
    mine = {"Access-Control-Allow-Origin": origin} if origin else {}
    return status, had | mine | {"Vary": "Origin"}


ALIKE: list[Any] = [
    pytest.param(
        Policy(**FIELDS | {"allow_origins": [APP]}),
        always(Access_Control_Allow_Origin=APP, Access_Control_Allow_Credentials="true"),
        id="one origin, sent to everybody",
    ),
    pytest.param(PRIVATE, preflights("200 OK"), id="preflights answered 200"),
    pytest.param(
        PRIVATE, preflights("403 Forbidden", refused_only=True), id="refused ones answered 403"
    ),
    pytest.param(
        PRIVATE,
        longer(
            Access_Control_Allow_Methods="GET, HEAD, POST",
            Access_Control_Allow_Headers="Accept, Accept-Language, Content-Language",
            Access_Control_Expose_Headers="Content-Type, Cache-Control, Set-Cookie",
        ),
        id="safelisted names among the lists",
    ),
    pytest.param(
        PRIVATE,
        longer(Access_Control_Allow_Methods="TRACE, put"),
        id="methods that no page can send",
    ),
    pytest.param(
        PRIVATE,
        lambda environ, status, had: (
            status,
            had
            if "Access-Control-Allow-Origin" in had
            else had
            | {
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Allow-Methods": "DELETE",
                "Access-Control-Allow-Headers": "X-Admin",
            },
        ),
        id="headers without Access-Control-Allow-Origin",
    ),
    pytest.param(PUBLIC, reflected, id="any origin reflected, with Vary"),
    pytest.param(PUBLIC, always(Vary="Origin"), id="* with Vary"),
]


@pytest.mark.parametrize(("policy", "edit"), ALIKE)
def test_what_browsers_decide_alike_is_no_difference(policy: Policy, edit: Edit) -> None:
    with serving(changed(CORSMiddleware(hello, policy), edit)) as url:
        assert codes(verified(url, policy)) == set()


def test_everybody_includes_the_origin_null() -> None:
    def named_only(
        environ: WSGIEnvironment, status: str, had: Headers
    ) -> tuple[str, Headers] | None:
        return (status, {}) if environ.get("HTTP_ORIGIN") == "null" else None

    with serving(changed(CORSMiddleware(hello, PUBLIC), named_only)) as url:
        report = verified(url, PUBLIC)

    assert {one.code for one in report.refuses} == {"origin-missing"}
    assert {one.message for one in report.refuses} == {
        "null cannot read responses",
        "preflights from null fail",
    }


OWN: list[Any] = [
    pytest.param({"allow_origins": [APP]}, id="one origin"),
    pytest.param(FIELDS, id="two origins, with credentials and every list"),
    pytest.param({"allow_origins": "*"}, id="everybody"),
    pytest.param({"allow_origins": "*", "expose_headers": "*"}, id="everybody reads all headers"),
    pytest.param(
        {"allow_origins": "*", "allow_methods": "*", "allow_headers": "*"},
        id="everybody may do everything",
    ),
    pytest.param(
        FIELDS | {"allow_methods": "*", "allow_headers": "*"},
        id="every method and header, with credentials",
    ),
    pytest.param({"allow_origins": ["https://*.pages.example"]}, id="subdomains"),
    pytest.param({"allow_origins": ["https://app-*.pages.example"]}, id="a part of a label"),
    pytest.param({"allow_origins": ["http://localhost:*"]}, id="any port"),
    pytest.param({"allow_origins": ["https://*.pages.example:*"]}, id="subdomains, any port"),
    pytest.param({"allow_origins": ["moz-extension://*"]}, id="any extension"),
    pytest.param({"allow_origins": ["http://[::1]:3000"]}, id="an IPv6 address"),
    pytest.param({"allow_origins": ["https://app.example:8443"]}, id="a port"),
    pytest.param(
        {"allow_origins": ["null", APP], "dangerously_allow_null_origin": True}, id="null"
    ),
    pytest.param(
        {"allow_origins": [re.compile(r"\Ahttps://pr-[0-9]+\.pages\.example\Z")]}, id="a regex"
    ),
    pytest.param({"allow_origins": [APP], "max_age": 0}, id="preflights that are never kept"),
    pytest.param({"allow_origins": [APP], "preflight_status": 200}, id="preflights of 200"),
    pytest.param({"allow_origins": [APP], "allow_methods": ["patch"]}, id="a method as written"),
    pytest.param({"allow_origins": [APP], "allow_headers": ["Content-Type"]}, id="JSON"),
    pytest.param({"allow_origins": [f"https://{i}.example" for i in range(1000)]}, id="many"),
]


@pytest.mark.parametrize("fields", OWN)
def test_our_own_middleware_obeys_every_policy(fields: dict[str, Any]) -> None:
    policy = Policy(**fields)
    with serving(CORSMiddleware(hello, policy)) as url:
        report = verified(url, policy)
    assert (codes(report), report.stopped) == (set(), None)


@contextlib.contextmanager
def serving_asgi(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            threading.Event().wait(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


PAGES = Policy(**FIELDS | {"allow_origins": [APP, "https://*.pages.example"]})
STARLETTE: list[Any] = [
    pytest.param(r"https://(?:[a-z0-9-]+\.)+pages\.example", set(), id="a right expression"),
    pytest.param(r"https://.*\.pages\.example", {"opens not-an-origin"}, id="a loose one"),
]


# Before 1.0, only allowed origins were told that the response depends on them.
OF_OLD_STARLETTES = set() if starlette.__version__ >= "1" else {"warnings no-vary"}


@pytest.mark.parametrize(("regex", "found"), STARLETTE)
def test_starlette(regex: str, found: set[str]) -> None:
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("hello"))])
    app.add_middleware(
        StarletteCORS,
        allow_origins=[APP],
        allow_origin_regex=regex,
        allow_methods=["GET", "HEAD", "POST", "PUT"],  # it refuses preflights for others
        allow_headers=["X-Api-Key"],
        expose_headers=["X-Id"],
        allow_credentials=True,
    )
    with serving_asgi(app) as url:
        # It always lists Content-Type, so a page that sends JSON passes.
        expected = {"warnings content-type-extra", *found}
        assert codes(verified(url, PAGES)) - OF_OLD_STARLETTES == expected


def test_flask_cors() -> None:
    app = flask.Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "hello")
    FlaskCORS(
        app,
        origins=[APP, OTHER],
        methods=["GET", "HEAD", "POST", "PUT"],
        allow_headers=["X-Api-Key"],
        expose_headers=["X-Id"],
        supports_credentials=True,
        max_age=600,
    )
    with serving(app) as url:
        assert codes(verified(url, PRIVATE)) == {
            "opens not-an-origin",  # it compares without regard to case
            "refuses preflight-404",  # the router answers preflights for what does not exist
            "warnings no-vary",  # not on responses to requests without an Origin
        }


def test_a_regex_without_an_example_is_told() -> None:
    policy = Policy(allow_origins=[re.compile(r"\Ahttps://(?=a)[a-z]{3}\.pages\.example\Z")])
    with serving(CORSMiddleware(hello, policy)) as url:
        assert codes(verified(url, policy)) == {"warnings regex-untried"}


# What is asked


def counted(app: WSGIApplication) -> tuple[WSGIApplication, Counter[tuple[str, str]]]:
    asked: Counter[tuple[str, str]] = Counter()

    def counting(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        asked[environ["REQUEST_METHOD"], environ["PATH_INFO"]] += 1
        return app(environ, start_response)

    return counting, asked


def test_no_path_is_asked_more_than_200_times_and_never_to_do_something() -> None:
    policy = Policy(
        allow_origins=[f"https://*.{i}.example" for i in range(100)]
        + [f"https://{i}.example" for i in range(1000)],
        allow_methods=[f"M{i}" for i in range(100)],
        allow_headers=[f"X-{i}" for i in range(100)],
        allow_credentials=True,
    )
    app, asked = counted(CORSMiddleware(hello, policy))
    with serving(app) as url:
        assert codes(verified(url, policy)) == set()
    paths: Counter[str] = Counter()
    for (_, path), times in asked.items():
        paths[path] += times
    assert max(paths.values()) <= 200
    assert {method for method, _ in asked} == {"GET", "HEAD", "OPTIONS"}


def test_prefixes_are_asked_from_the_root_and_the_urls_path_too(tmp_path: Path) -> None:
    policy = tmp_path / "cors.toml"
    policy.write_text('["/api"]\nallow_origins = "https://app.example"\n')
    app, asked = counted(hello)
    with serving(app) as url:
        run(f"{url}/v2/me?x=1", str(policy), "--also", "/login", "--also", "/café")
    paths = {path for _, path in asked}
    assert paths >= {"/api", "/v2/me", "/login", "/café".encode().decode("latin-1")}
    assert "/v2/me/api" not in paths


@pytest.mark.parametrize(
    ("prefixes", "path", "governing"),
    [
        pytest.param(["/api", "/api/v2"], "/api/v2-cors-wsgi-verify", "/api", id="the prefix"),
        pytest.param(["/", "/api"], "/api-cors-wsgi-verify", "/", id="every path"),
        pytest.param(["/api"], "/api-cors-wsgi-verify", "", id="none"),
        pytest.param(
            ["/café", "/café/v2"],
            "/caf%C3%A9/v2-cors-wsgi-verify",
            "/caf%C3%A9",
            id="past ASCII, as URLs have it",
        ),
    ],
)
def test_a_path_beside_a_prefix_belongs_to_the_prefix_that_governs_it(
    prefixes: list[str], path: str, governing: str
) -> None:
    asked = {
        place.path: place for place in places(dict.fromkeys(prefixes, PUBLIC), [], alone=False)
    }
    assert asked[path].of == governing


def test_policies_by_host_are_chosen_by_the_urls_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hosts_policy.py").write_text(
        "from cors_wsgi import HostPolicies\n"
        "HOSTS = HostPolicies({'127.0.0.1': {'/api': {'allow_origins': 'https://app.example'}},"
        " 'other.example': {'allow_origins': '*'}})\n"
    )
    monkeypatch.chdir(tmp_path)
    policy = HostPolicies({"127.0.0.1": {"/api": {"allow_origins": APP}}})
    with serving(CORSMiddleware(hello, policy)) as url:
        result = run(url, "hosts_policy:HOSTS", "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["opens"], report["refuses"]) == (0, [], [])


# How it is told

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
COST = re.compile(r" +\d+ requests, \d+\.\d s")


def loose(environ: WSGIEnvironment, status: str, had: Headers) -> tuple[str, Headers]:
    """The server of the example: it takes two strangers, and says Vary only to those allowed."""
    origin = environ.get("HTTP_ORIGIN", "")
    if origin in {"https://attackerapp.example", f"{APP}:444"}:
        return status, had | {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
        }
    if origin and "Access-Control-Allow-Origin" not in had:
        return status, {name: value for name, value in had.items() if name != "Vary"}
    return status, had


def test_it_reads_as_the_page_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGE.read_text("utf-8")
    example = re.search(
        r"```toml\n(.*?)```.*?```console\n\$ cors-wsgi verify \S+ cors.toml\n(.*?)```",
        page,
        re.DOTALL,
    )
    assert example
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cors.toml").write_text(example[1])
    policy = {"allow_origins": APP, "allow_methods": ["PUT"], "allow_credentials": True}
    with serving(changed(CORSMiddleware(hello, {"/api": policy}), loose)) as url:
        result = run(url, "cors.toml")
    assert COST.sub("", result.stdout) == COST.sub("", example[2]).lstrip("\n")
    assert (result.exit_code, result.stderr) == (1, "")


def test_a_server_that_obeys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cors.toml").write_text('allow_origins = "https://app.example"\n')
    with serving(CORSMiddleware(hello, Policy(allow_origins=APP))) as url:
        result = run(url, "cors.toml")
    assert COST.sub("", result.stdout, count=1) == "✓ The server obeys cors.toml\n"
    assert result.exit_code == 0


SERVERS: list[Any] = [
    pytest.param(lambda asked: Answer(), 1, id="a server without CORS"),
    pytest.param(
        lambda asked: Answer(200, (("Access-Control-Allow-Origin", asked.origin or "*"),)),
        1,
        id="a server that reflects",
    ),
    pytest.param(lambda asked: Close(), 2, id="a server that closes"),
]


@pytest.mark.parametrize(("case", "exit_code"), SERVERS)
def test_the_json_is_what_the_schema_says(
    case: Callable[..., Any], exit_code: int, tmp_path: Path
) -> None:
    (tmp_path / "cors.toml").write_text('allow_origins = "https://app.example"\n')
    Draft202012Validator.check_schema(SCHEMA)
    with serving_cases({"/api": case}) as server:
        result = run(f"{server.origin}/api", str(tmp_path / "cors.toml"), "--json")
    Draft202012Validator(SCHEMA).validate(json.loads(result.stdout))
    assert result.exit_code == exit_code
    assert result.stdout.isascii()


# Servers that misbehave

RIGHT = b"Access-Control-Allow-Origin: https://app.example\r\n"


@contextlib.contextmanager
def raw(answer: Callable[[int], bytes], *, endless: bytes = b"") -> Iterator[str]:
    """A server that sends bytes by the number of the request, or closes if there are none."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.server.count += 1  # type: ignore[attr-defined]
            with contextlib.suppress(OSError):
                self.request.recv(65536)
                self.request.sendall(answer(self.server.count))  # type: ignore[attr-defined]
                while endless:
                    self.request.sendall(endless)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128
        count = 0

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


OK = b"HTTP/1.1 204 OK\r\n" + RIGHT + b"Connection: close\r\n\r\n"
HOSTILE: list[Any] = [
    pytest.param(lambda n: b"", "does not answer: the connection was closed", id="closes"),
    pytest.param(lambda n: b"SSH-2.0-x\r\n", "does not answer: the answer is not HTTP", id="SSH"),
    pytest.param(
        lambda n: b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        "does not answer: the answer is not HTTP",
        id="huge headers",
    ),
    pytest.param(
        lambda n: b"HTTP/1.1 200 OK\r\nX: \x00\x1b[31m\r\n\r\n",
        "does not answer: the answer is not HTTP",
        id="control characters",
    ),
    pytest.param(lambda n: OK[:30], "does not answer: the answer is not HTTP", id="half a header"),
    pytest.param(
        lambda n: OK if n < 20 else b"",
        "stopped answering after 21 requests: the connection was closed",
        id="stops in the middle",
    ),
    pytest.param(
        lambda n: OK if n < 20 else OK[:30],
        "stopped answering after 21 requests: the answer is not HTTP",
        id="breaks off in the middle",
    ),
    pytest.param(
        lambda n: OK if n < 20 else b"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n",
        "limits requests (429) after 20: try --delay 1",
        id="limits requests",
    ),
    pytest.param(
        lambda n: (
            b"HTTP/1.1 301 No\r\nLocation: https://\x9b.example/\r\nContent-Length: 0\r\n\r\n"
        ),
        r"redirects to https://\x9b.example: verify that one",
        id="redirects to another host",
    ),
]


@pytest.mark.parametrize(("answer", "said"), HOSTILE)
def test_one_sentence_says_why_it_cannot_tell(answer: Callable[[int], bytes], said: str) -> None:
    with raw(answer) as url:
        report = verified(url, Policy(allow_origins=APP))
    assert report.exit_code == 2
    assert report.stopped.startswith(f"{url} {said}")
    assert report.stopped.isprintable()


def test_a_server_that_is_down(tmp_path: Path) -> None:
    (tmp_path / "cors.toml").write_text('allow_origins = "https://app.example"\n')
    with raw(lambda n: b"") as url:
        pass
    result = run(url, str(tmp_path / "cors.toml"))
    said = f"? Could not tell: {url} does not answer: the connection was\nrefused\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, said, "")


def test_a_server_that_hangs_is_given_up() -> None:
    with serving_cases({"/x": lambda asked: Hang()}) as server:
        report = verified(f"{server.origin}/x", Policy(allow_origins=APP))
    assert report.stopped == f"{server.origin} does not answer: there was no answer in time"
    assert report.requests == 2


def test_an_endless_body_is_not_waited_for() -> None:
    head = b"HTTP/1.1 200 OK\r\n" + RIGHT + b"Connection: close\r\n\r\n"
    with raw(lambda n: head, endless=b"x" * 65536) as url:
        report = verified(url, Policy(allow_origins=APP, max_age=5))
    assert (codes(report), report.stopped) == (set(), None)


def test_redirects_within_the_server_are_answers_like_others() -> None:
    def moved(environ: WSGIEnvironment, status: str, had: Headers) -> tuple[str, Headers]:
        return "302 Found", had | {"Location": "/elsewhere"}

    with serving(changed(CORSMiddleware(hello, PRIVATE), moved)) as url:
        assert codes(verified(url, PRIVATE)) == {"refuses preflight-redirect"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4))
def test_there_is_always_a_report(answers: list[Any]) -> None:
    turns = iter(range(10**6))

    def send(request: HTTPRequest) -> Any:
        return answers[next(turns) % len(answers)]

    report = Verification(
        url="http://api.example/",
        where="cors.toml",
        policies={"/": PRIVATE, "/api": PUBLIC, "/api/internal": None},
        policy_for=lambda environ: PRIVATE,
        send=send,
    ).run()
    printed = io.StringIO()
    render(report, Console(file=printed, width=60, markup=False, emoji=False, highlight=False))
    assert all(char.isprintable() or char == "\n" for char in printed.getvalue())
    assert max(map(len, printed.getvalue().splitlines())) <= 60
    Draft202012Validator(SCHEMA).validate(as_json(report))


# What is typed wrongly

WRONG: list[Any] = [
    pytest.param(["https://api.example", "none.toml"], "none.toml: No such file", id="no file"),
    pytest.param(
        ["https://api.example", "none:X"], "none:X: there is no module 'none' here", id="no module"
    ),
    pytest.param(["https://api.example", "text.toml"], "text.toml is not TOML", id="no TOML"),
    pytest.param(
        ["https://api.example", "wrong.toml"],
        "wrong.toml is wrong: allow_origins: 'https://app.example/'",
        id="a policy with a problem",
    ),
    pytest.param(["ftp://api.example", "right.toml"], "is not an http or https URL", id="no URL"),
    pytest.param(
        ["https://me:secret@api.example", "right.toml"],
        "includes a username or a password",
        id="a password",
    ),
    pytest.param(
        ["https://api.example", "right.toml", "--also", "login"],
        "--also takes a path: write '/login', not 'login'",
        id="no path",
    ),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_what_is_typed_wrongly_is_told_and_nothing_is_asked(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.toml").write_text("hello")
    (tmp_path / "wrong.toml").write_text('allow_origins = "https://app.example/"')
    (tmp_path / "right.toml").write_text('allow_origins = "https://app.example"')
    result = run(*arguments)
    assert said in " ".join(result.stderr.split())
    assert (result.exit_code, result.stdout) == (2, "")
