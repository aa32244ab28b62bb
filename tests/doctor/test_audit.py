"""`cors-wsgi audit`: every mistake of an allow-list is found, and a good one is left alone."""

from __future__ import annotations

import json
import re
import threading
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import flask
import pytest
from click.testing import CliRunner, Result
from doctor.broken_servers.serving import Answer, Asked, Close, Handler, serving
from flask_cors import CORS as FlaskCORS  # noqa: N811 - to tell it from ours
from jsonschema import Draft202012Validator

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import HTTPResponse
from cors_wsgi.doctor.attempts import Attempt, attempts
from cors_wsgi.doctor.audit.holes import holes
from cors_wsgi.doctor.audit.trying import Tried
from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.judge import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIApplication

TRUSTED = "https://app.example.com"
SCHEMA = json.loads((files("cors_wsgi.doctor.audit") / "audit.schema.json").read_text())


def trusting(
    matches: Callable[[str], Any], *, credentials: bool = True, star: bool = False
) -> Handler:
    """A server that allows the origins that something matches."""

    def handler(asked: Asked) -> Answer:
        lines: tuple[tuple[str, str], ...] = (("Vary", "Origin"),)
        if asked.origin and matches(asked.origin):
            lines += (("Access-Control-Allow-Origin", "*" if star else asked.origin),)
            lines += (("Access-Control-Allow-Methods", "GET"),)
            if credentials:
                lines += (("Access-Control-Allow-Credentials", "true"),)
        return Answer(200, lines, "secret")

    return handler


def pattern(text: str) -> Handler:
    return trusting(re.compile(text).match)


CASES: list[Any] = [
    pytest.param(trusting(lambda o: True), {"any-origin": "critical"}, id="reflects any origin"),
    pytest.param(
        trusting(lambda o: o in {TRUSTED, "null"}), {"null": "critical"}, id="allows null"
    ),
    pytest.param(
        trusting(lambda o: o.startswith(TRUSTED)),
        {"suffix": "critical", "character": "critical", "port": "medium", "not-an-origin": "note"},
        id="compares the beginning",
    ),
    pytest.param(
        trusting(lambda o: o.endswith("example.com")),
        {
            "prefix": "critical",
            "dot": "critical",
            "substring": "medium",
            "http": "high",
            "subdomain": "medium",
            "not-an-origin": "note",
        },
        id="compares the end",
    ),
    pytest.param(
        trusting(lambda o: o in TRUSTED), {"substring": "critical"}, id="looks for a substring"
    ),
    pytest.param(
        pattern(r"https://app.example.com$"), {"dot": "critical"}, id="a dot that is not escaped"
    ),
    pytest.param(
        pattern(r"https://app\.example\.com"),
        {"suffix": "critical", "character": "critical", "port": "medium", "not-an-origin": "note"},
        id="no end anchor",
    ),
    pytest.param(
        pattern(r"https://app\.example\.com(?![a-z0-9.:/,?-])"),
        {"character": "critical", "not-an-origin": "note"},
        id="ends a host at an odd character",
    ),
    pytest.param(pattern(r"https?://app\.example\.com$"), {"http": "high"}, id="trusts http"),
    pytest.param(
        pattern(r"https://app\.example\.com(:\d+)?$"), {"port": "medium"}, id="trusts any port"
    ),
    pytest.param(
        pattern(r"https://([a-z-]+\.)?app\.example\.com$"),
        {"subdomain": "medium"},
        id="trusts subdomains",
    ),
    pytest.param(
        pattern(r"https?://(app\.example\.com|localhost(:\d+)?)$"),
        {"http": "high", "localhost": "medium"},
        id="development left in",
    ),
    pytest.param(
        trusting(lambda o: o.lower() == TRUSTED),
        {"not-an-origin": "note"},
        id="compares without case",
    ),
    pytest.param(
        trusting(lambda o: True, credentials=False),
        {"any-origin": "medium"},
        id="reflects without credentials, in private",
    ),
    pytest.param(
        trusting(lambda o: True, credentials=False, star=True),
        {"star": "medium"},
        id="a star, in private",
    ),
    pytest.param(trusting(lambda o: o == TRUSTED), {}, id="one origin, exactly"),
    pytest.param(trusting(lambda o: False), {}, id="no CORS at all"),
]


@pytest.fixture
def audited() -> Iterator[Callable[[Handler], Any]]:
    with serving({}) as server:

        def audit(handler: Handler) -> dict[str, Any]:
            server.handlers["/me"] = handler
            return json.loads(run(f"{server.origin}/me", "--json").stdout)

        yield audit


def run(url: str, *arguments: str, trusted: str = TRUSTED) -> Result:
    options = ["--delay", "0", "--timeout", "1", "--trusted", trusted]
    return CliRunner().invoke(cli, ["audit", url, *options, *arguments])


@pytest.mark.parametrize(("handler", "ranked"), CASES)
def test_every_mistake_is_found_and_ranked(
    audited: Callable[[Handler], Any], handler: Handler, ranked: dict[str, str]
) -> None:
    done = audited(handler)
    found = {hole["id"]: hole["severity"] for hole in done["holes"]}
    assert found == ranked
    ranks = [SEVERITIES.index(hole["severity"]) for hole in done["holes"]]
    assert ranks == sorted(ranks)


STAR = HTTPResponse(200, (("Access-Control-Allow-Origin", "*"),))
ECHO = HTTPResponse(200, (("Access-Control-Allow-Origin", "https://evil.example"),))
PLACES: list[Any] = [
    pytest.param(STAR, False, [], id="a star in public is no finding"),
    pytest.param(STAR, True, [("star", "medium")], id="a star in a private network is one"),
    pytest.param(ECHO, False, [("any-origin", "low")], id="reflection in public, without a login"),
    pytest.param(ECHO, True, [("any-origin", "medium")], id="reflection in a private network"),
]


@pytest.mark.parametrize(("answer", "private", "found"), PLACES)
def test_where_a_server_is_decides_what_a_hole_without_a_login_is_worth(
    answer: HTTPResponse, private: bool, found: list[tuple[str, str]]
) -> None:
    attempt = Attempt("any-origin", "https://evil.example", "it sends back any origin", "a site")
    tried = [Tried(attempt, answer, answer, answer)]
    judged = holes("https://api.example/", tried, private=private)
    assert [(hole.id, hole.severity) for hole in judged] == found


OURS: list[Any] = [
    pytest.param(TRUSTED, id="one origin"),
    pytest.param("https://*.example.com", id="all subdomains"),
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


def served(app: WSGIApplication, trusted: str) -> dict[str, Any]:
    """The audit of a real application on a real server."""
    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/me"
            return json.loads(run(url, "--json", trusted=trusted).stdout)
        finally:
            server.shutdown()
            thread.join()


def hello() -> flask.Flask:
    app = flask.Flask(__name__)
    app.add_url_rule("/me", view_func=lambda: {"me": 1})
    return app


@pytest.mark.parametrize("trusted", OURS)
def test_our_own_policy_lets_none_of_them_in(trusted: str) -> None:
    policy = Policy(allow_origins=[trusted], allow_credentials=True, allow_methods=["PUT"])
    done = served(CORSMiddleware(hello(), policy), trusted)
    assert (done["answered"], done["holes"]) == (True, [])


def test_a_peer_with_a_pattern_that_is_not_anchored_is_found() -> None:
    app = hello()
    FlaskCORS(app, origins=[r"https://app\.example\.com"], supports_credentials=True)
    done = served(app, TRUSTED)
    assert {"suffix", "character"} <= {hole["id"] for hole in done["holes"]}


def test_the_attempts_of_the_advisories_are_all_there() -> None:
    """For https://example.com, as the advisories and the scanners have them."""
    sent = {
        one.origin.replace("cors-wsgi-audit.invalid", "evil")
        for one in attempts("https://example.com", lambda origin: origin == "https://example.com")
    }
    assert sent >= {
        "https://example.com.evil",
        "https://attackerexample.com",
        "https://example.com%60.evil",
        "https://example.com`.evil",
        "https://example.com_.evil",
        "https://example.comevil",
        "http://example.com",
        "https://example.com:444",
        "https://cors-wsgi-audit.example.com",
        "null",
        "https://evil?example.com",
        "https://evil#.example.com",
        "https://evil\\.example.com",
        "https://user@sub.example.com",
        "https://.example.com",
        "https://sub..example.com",
        "HTTPS://EXAMPLE.COM",
        "https://example.com/",
        "https://example.com,https://evil",
    }
    assert max(map(len, sent)) > 8192


def test_it_asks_this_one_url_only_and_not_often() -> None:
    def moved(asked: Asked) -> Answer:
        return Answer(302, (("Location", "/elsewhere"), ("Access-Control-Allow-Origin", "*")))

    with serving({"/me": moved}) as server:
        result = run(f"{server.origin}/me")
        assert {name for name, _ in server.asked} == {"/me"}
        assert {asked.method for _, asked in server.asked} == {"GET", "OPTIONS"}
        assert len(server.asked) < 150
    assert f"It redirects to {server.origin}/elsewhere" in " ".join(result.stdout.split())


def test_it_gives_up_where_nothing_answers() -> None:
    with serving({"/me": lambda asked: Close()}) as server:
        result = run(f"{server.origin}/me")
        assert len(server.asked) == 9
    assert result.exit_code == 2
    assert "COULD NOT TELL" in result.stdout


def test_a_long_url_is_on_one_line_to_be_copied() -> None:
    path = f"/me/{'x' * 100}"
    with serving({path: trusting(lambda o: False)}) as server:
        first, *_ = run(f"{server.origin}{path}").stdout.splitlines()
    assert first.startswith(f"{server.origin}{path}: ")


def test_a_login_is_sent_where_a_browser_would() -> None:
    def handler(asked: Asked) -> Answer:
        open_to = "session=1" in asked.headers.get("cookie", "")
        return trusting(lambda o: open_to)(asked)

    with serving({"/me": handler}) as server:
        result = run(f"{server.origin}/me", "-H", "Cookie: session=1")
        cookies = [asked.headers.get("cookie") for _, asked in server.asked]
    assert result.exit_code == 1
    assert set(cookies) == {"session=1", None}


@pytest.mark.parametrize("matches", [lambda o: True, lambda o: False], ids=["open", "closed"])
def test_the_json_is_what_the_schema_says(matches: Callable[[str], bool]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    with serving({"/me": trusting(matches)}) as server:
        result = run(f"{server.origin}/me", "--json")
    Draft202012Validator(SCHEMA).validate(json.loads(result.stdout))


EXITS: list[Any] = [
    pytest.param(lambda o: True, 1, id="something"),
    pytest.param(lambda o: o == TRUSTED, 0, id="nothing"),
]


@pytest.mark.parametrize(("matches", "code"), EXITS)
def test_the_exit_code(matches: Callable[[str], bool], code: int) -> None:
    with serving({"/me": trusting(matches)}) as server:
        assert run(f"{server.origin}/me").exit_code == code
