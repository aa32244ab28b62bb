"""What `check` sends and says before it does, what it keeps secret, and what it reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from doctor.broken_servers.cases import allowing, good, plain
from doctor.broken_servers.serving import Answer, Asked, Close, serving

from cors_wsgi.browser import HTTPRequest
from cors_wsgi.doctor.check.requests import added_headers
from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.terminal import shown_url, shown_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from doctor.broken_servers.serving import BrokenServer

PAGE = "http://localhost:3000"


def csrf(asked: Asked) -> Answer:
    if asked.method == "OPTIONS":
        return good(asked)
    return allowing(asked)._replace(status=403, body="CSRF verification failed.")


def post_only(asked: Asked) -> Answer:
    return good(asked) if asked.method in {"OPTIONS", "POST"} else Answer(404)


def private(asked: Asked) -> Answer:
    """Who has no cookie is sent away, without a word about origins."""
    logged_in = "cookie" in asked.headers or asked.method == "OPTIONS"
    return good(asked) if logged_in else Answer(401)


def bucket(asked: Asked) -> Answer:
    """S3, whose bucket has no CORS configuration."""
    text = "<Message>CORSResponse: CORS is not enabled for this bucket.</Message>"
    return Answer(403, body=text) if asked.is_preflight else Answer(200, body="{}")


def page_for_options(asked: Asked) -> Answer:
    """A development server that answers OPTIONS with its page, whatever the path is."""
    page = "<!doctype html><title>Vite</title>"
    return (
        Answer(200, (("Content-Type", "text/html"),), page) if asked.is_preflight else good(asked)
    )


def twice(asked: Asked) -> Answer:
    """A proxy adds `*` to the application's own header."""
    answer = good(asked)
    return answer._replace(headers=(*answer.headers, ("Access-Control-Allow-Origin", "*")))


CASES = {
    "/twice": twice,
    "/silent": lambda asked: Close(),
    "/bucket": bucket,
    "/page": page_for_options,
    "/good": good,
    "/plain": plain,
    "/csrf": csrf,
    "/login": post_only,
    "/private": private,
}


@pytest.fixture(scope="module")
def server() -> Iterator[BrokenServer]:
    with serving(CASES) as started:
        yield started


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments])


def words(text: str) -> str:
    return " ".join(text.split())


ADDED: list[Any] = [
    pytest.param(
        "https://app.example",
        "https://api.app.example/x",
        {"Sec-Fetch-Site": "same-site", "Referer": "https://app.example/"},
        id="a subdomain",
    ),
    pytest.param(
        "https://a.github.io",
        "https://b.github.io/x",
        {"Sec-Fetch-Site": "cross-site", "Referer": "https://a.github.io/"},
        id="two sites below a public suffix",
    ),
    pytest.param(
        "https://app.example",
        "http://127.0.0.1:8000/x",
        {"Sec-Fetch-Site": "cross-site"},
        id="from https to this machine over http: no Referer",
    ),
    pytest.param(
        "http://app.example",
        "http://api.example/x",
        {"Referer": "http://app.example/"},
        id="plain http: no Sec-Fetch",
    ),
    pytest.param(
        "chrome-extension://abc",
        "https://api.example/x",
        {"Sec-Fetch-Site": "cross-site"},
        id="an extension: no Referer",
    ),
]


@pytest.mark.parametrize(("page", "url", "expected"), ADDED)
def test_what_browsers_add(page: str, url: str, expected: dict[str, str]) -> None:
    added = dict(added_headers(HTTPRequest("GET", url), page))
    fetch_headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    assert added == expected | (fetch_headers if "Sec-Fetch-Site" in expected else {})


def test_the_preflight_and_the_request_have_what_browsers_add(server: BrokenServer) -> None:
    server.asked.clear()
    run(f"{server.origin}/good", "-o", PAGE, "-X", "PUT", "--send", "--no-probe")
    sent = [(asked.method, asked.headers.get("referer")) for _, asked in server.asked]
    assert set(sent) == {("OPTIONS", f"{PAGE}/"), ("PUT", f"{PAGE}/")}
    assert {asked.headers["sec-fetch-mode"] for _, asked in server.asked} == {"cors"}


def test_what_is_going_to_be_sent_is_said_first(server: BrokenServer) -> None:
    result = run(f"{server.origin}/good", "-o", PAGE)
    assert result.stderr == (
        f"Sending to {server.origin}: the fetch as browsers send it, then about 10 GET and OPTIONS "
        "probes (--no-probe).\n"
    )


def test_what_is_sent_for_real_is_said_first(server: BrokenServer, tmp_path: Path) -> None:
    lines = f"POST {server.origin}/good\n{server.origin}/good\nPUT {server.origin}/good\n"
    (tmp_path / "urls.txt").write_text(lines)
    result = run("--file", str(tmp_path / "urls.txt"), "-o", PAGE, "--send", "--no-probe")
    said = f"Sending to {server.origin}: the fetch as browsers send it. Sent for real: POST, PUT.\n"
    assert result.stderr == said


UNSENT: list[Any] = [
    pytest.param(["-o", "http://localhost:3000/"], "Did you mean http://localhost:3000?", id="/"),
    pytest.param(["-o", "localhost:3000"], "Did you mean http://localhost:3000?", id="no scheme"),
    pytest.param(["-o", PAGE, "-X", "TRACE"], "no script can send it", id="a method"),
    pytest.param(["-o", PAGE, "-H", "X-Key=hunter2"], "the header 'X-Key' is not", id="a header"),
]


@pytest.mark.parametrize(("asked", "said"), UNSENT)
def test_what_cannot_be_asked_for_is_an_error_and_nothing_is_sent(
    server: BrokenServer, asked: list[str], said: str
) -> None:
    server.asked.clear()
    result = run(f"{server.origin}/good", *asked)
    assert (result.exit_code, server.asked) == (2, [])
    assert said in words(result.stderr)
    assert "Sending to" not in result.stderr
    assert "hunter2" not in result.output


def test_a_star_beside_an_origin_opens_nothing_in_the_fix(server: BrokenServer) -> None:
    result = run(f"{server.origin}/twice", "-o", PAGE, "--stack", "flask")
    assert "origin-duplicate" in result.stdout
    assert f'allow_origins=["{PAGE}"]' in result.stdout


def test_to_a_port_that_browsers_block_nothing_is_said_to_be_sent() -> None:
    result = run("http://127.0.0.1:6000/", "-o", PAGE)
    assert (result.exit_code, result.stderr) == (1, "")


def test_without_probes_only_the_fetch_is_sent(server: BrokenServer) -> None:
    server.asked.clear()
    result = run(f"{server.origin}/plain", "-o", PAGE, "--no-probe")
    assert result.exit_code == 1
    assert {(asked.method, asked.query, asked.rest) for _, asked in server.asked} == {
        ("GET", "", "")
    }


@pytest.mark.parametrize(("path", "tried"), [("/plain", False), ("/silent", True)])
def test_the_other_scheme_is_tried_where_nothing_answers(
    server: BrokenServer, path: str, tried: bool
) -> None:
    result = run(f"{server.origin}{path}", "-o", PAGE, "--json")
    names = {probe["name"] for probe in json.loads(result.stdout)["checks"][0]["probes"]}
    assert ("scheme" in names) is tried


def test_only_send_can_tell_of_a_url_that_takes_post_alone(server: BrokenServer) -> None:
    ask = (f"{server.origin}/login", "-o", PAGE, "-d", "{}", "-H", "Content-Type: application/json")
    result = run(*ask)
    assert result.exit_code == 2
    assert "Only the POST itself can tell" in words(result.stdout)
    assert "Use --send to send POST for real." in words(result.stdout)
    assert "Fix" not in result.stdout
    assert run(*ask, "--send").exit_code == 0


NOT_SAID: list[Any] = [
    pytest.param("/bucket", "GET", "its list of origins", id="where CORS is off"),
    pytest.param("/page", "PUT", "does not reach the API", id="where a GET reaches it"),
]


@pytest.mark.parametrize(("path", "method", "words_"), NOT_SAID)
def test_a_cause_does_not_say_what_other_answers_contradict(
    server: BrokenServer, path: str, method: str, words_: str
) -> None:
    result = run(f"{server.origin}{path}", "-o", PAGE, "-X", method)
    assert result.exit_code == 1
    assert words_ not in words(result.stdout)


LOGINS: list[Any] = [
    pytest.param("/private", ["-H", "Cookie: a=1", "--credentials"], id="with a cookie"),
    pytest.param("/login", ["-X", "POST", "--send"], id="with POST"),
]


@pytest.mark.parametrize(("path", "asked"), LOGINS)
def test_an_error_for_another_reason_does_not_depend_on_the_origin(
    server: BrokenServer, path: str, asked: list[str]
) -> None:
    result = run(f"{server.origin}{path}", "-o", PAGE, *asked)
    assert result.exit_code == 0
    assert "cache-poisoned" not in result.stdout


def test_what_was_not_sent_is_not_said_to_be_readable(server: BrokenServer) -> None:
    result = run(f"{server.origin}/good", "-o", PAGE, "-X", "PUT")
    assert result.stdout.startswith(
        "✓ Allowed: the preflight passes, and a GET in its place can be read\n"
    )
    assert "PUT was not sent, to be safe. Use --send to send it." in result.stdout


def test_a_readable_403_is_said_to_be_the_application_s(server: BrokenServer) -> None:
    result = run(f"{server.origin}/csrf", "-o", PAGE)
    assert result.exit_code == 0
    assert "✓ Allowed: the page can read the answer, which is 403" in result.stdout
    assert "It speaks of CSRF" in words(result.stdout)


def test_a_proxy_of_the_environment_is_used(
    server: BrokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.origin)
    monkeypatch.delenv("no_proxy", raising=False)
    result = run("http://api.example/good", "-o", PAGE)
    assert result.exit_code == 0, result.stdout
    assert f"through the proxy {server.origin}" in result.stderr


def test_a_proxy_that_cannot_be_used_is_said_not_to_be(
    server: BrokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "socks5://user:hunter2@127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    result = run("http://cors-wsgi-tests.invalid/", "-o", PAGE)
    assert "The proxy socks5://127.0.0.1:9 is not used" in result.stderr
    assert "hunter2" not in result.output


SECRETS: list[Any] = [
    pytest.param("Authorization", "Bearer hunter2", "Bearer ...", id="a token"),
    pytest.param("Authorization", "hunter2", "...", id="a bare token"),
    pytest.param("Proxy-Authorization", "Basic hunter2", "Basic ...", id="a proxy's login"),
    pytest.param("Cookie", "a=hunter2; b=hunter2", "a=...; b=...", id="cookies"),
    pytest.param("Set-Cookie", "a=hunter2; Path=/", "a=...; Path=/", id="a cookie that is set"),
    pytest.param("X-Api-Key", "hunter2", "...", id="a key"),
    pytest.param("X-Session", "hunter2", "...", id="a session"),
    pytest.param("X-Hub-Signature-256", "hunter2", "...", id="a signature"),
    pytest.param("X-Auth", "hunter2", "...", id="a name with auth"),
    pytest.param("WWW-Authenticate", "Bearer", "Bearer", id="a challenge is none"),
    pytest.param(
        "Access-Control-Allow-Headers", "authorization", "authorization", id="a list is none"
    ),
]


@pytest.mark.parametrize(("name", "value", "shown"), SECRETS)
def test_of_a_secret_header_only_what_it_is(name: str, value: str, shown: str) -> None:
    assert shown_value(name, value) == shown


URLS: list[Any] = [
    pytest.param("https://ada:hunter2@api.example/x", "https://api.example/x", id="a password"),
    pytest.param(
        "https://api.example/x?a=1&api_key=hunter2&b=2#token=hunter2",
        "https://api.example/x?a=1&api_key=...&b=2#token=...",
        id="parameters",
    ),
    pytest.param(
        "https://store.example/x?sig=hunter2", "https://store.example/x?sig=...", id="sig"
    ),
    pytest.param(
        "It leads to /login?token=hunter2: log in, or to /x?key=hunter2.",
        "It leads to /login?token=...: log in, or to /x?key=....",
        id="in a sentence",
    ),
    pytest.param("https://api.example/@x", "https://api.example/@x", id="an at sign in the path"),
]


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_of_a_url_everything_but_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize("more", [[], ["-v"], ["--json"]], ids=["short", "verbose", "JSON"])
def test_no_secret_is_printed(server: BrokenServer, more: list[str]) -> None:
    url = f"{server.origin}/plain?token=hunter2"
    secrets = ["-H", "X-Api-Key: hunter2", "-H", "Cookie: s=hunter2", "--credentials"]
    result = run(url, "-o", PAGE, *secrets, *more)
    assert result.exit_code == 1
    assert "hunter2" not in result.output


def test_a_password_in_the_url_is_refused_and_not_printed() -> None:
    result = run("http://ada:hunter2@127.0.0.1/", "-o", PAGE)
    assert result.exit_code == 2
    assert "no page can fetch such a URL" in words(result.output)
    assert "hunter2" not in result.output


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text("# nothing\n\n")
    result = run("--file", str(tmp_path / "urls.txt"), "-o", PAGE)
    assert result.exit_code == 2
    assert "the file names no URL" in result.output


def test_a_byte_order_mark_is_none(server: BrokenServer, tmp_path: Path) -> None:
    (tmp_path / "urls.txt").write_text(f"{server.origin}/good\n", encoding="utf-8-sig")
    assert run("--file", str(tmp_path / "urls.txt"), "-o", PAGE).exit_code == 0


@pytest.mark.parametrize("name", ["FastAPI", "Starlette", "fastapi"])
def test_a_stack_has_its_name_in_any_case(server: BrokenServer, name: str) -> None:
    result = run(f"{server.origin}/plain", "-o", PAGE, "--stack", name, "--json")
    assert json.loads(result.stdout)["checks"][0]["stack"] == "fastapi"


def test_a_stack_that_is_misspelt_is_suggested() -> None:
    result = run("http://127.0.0.1/", "-o", PAGE, "--stack", "flsk")
    assert (result.exit_code, "Did you mean 'flask'?" in result.output) == (2, True)


def test_a_command_that_is_misspelt_is_suggested() -> None:
    result = CliRunner().invoke(cli, ["chekc"])
    assert (result.exit_code, "Did you mean 'check'?" in result.output) == (2, True)


@pytest.mark.parametrize("path", ["/plain", "/csrf"])
def test_an_ordinary_report_is_short(server: BrokenServer, path: str) -> None:
    result = run(f"{server.origin}{path}", "-o", PAGE, "-X", "PUT", "--send")
    beside = [line for line in result.stdout.splitlines() if not line.startswith("    ")]
    assert len(beside) <= 25
