"""What is said where a redirect leads away from the page's origin, or from https.

After a redirect to another origin browsers say `Origin: null`, so only another URL helps. Nothing
is sent: servers are tables of answers by URL.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer
from cors_wsgi.doctor.check.diagnosis.diagnose import diagnose
from cors_wsgi.doctor.check.probe import Seen, observe
from cors_wsgi.doctor.check.report import report
from cors_wsgi.doctor.targets import Target
from cors_wsgi.doctor.transport.failure import ConnectionFailure

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer

PAGE, URL, THERE = "https://app.example", "https://api.example/data", "https://www.api.example/data"
PLAIN = "http://api.example/data/"
ANY = ("Access-Control-Allow-Origin", "*")
ALLOWED = (("Access-Control-Allow-Origin", PAGE), ("Access-Control-Allow-Methods", "PUT"))
GOOD = HTTPResponse(200, (ANY,))


def to(url: str, *headers: tuple[str, str]) -> HTTPResponse:
    return HTTPResponse(307, (("Location", url), *headers))


def seen(answers: dict[str, Answer], page: str = PAGE, url: str = URL, method: str = "PUT") -> Seen:
    """What is seen of servers over a network; what is not in the table is 404."""

    def send(request: HTTPRequest) -> Answer:
        named = answers.get(f"{request.method} {request.url}") or answers.get(request.url)
        return named or HTTPResponse(404)

    target = Target(url=url, origin=page, method=method)
    return replace(observe(target, send), address="93.184.216.34")


PREFLIGHTED = {f"OPTIONS {URL}": HTTPResponse(204, ALLOWED)}
FIXES: list[Any] = [
    pytest.param(seen({URL: to("/data/")}), "204 No Content", id="the slash: answer before it"),
    pytest.param(seen({URL: to(THERE)}), f'fetch("{THERE}")', id="another host: call that"),
    pytest.param(
        seen({URL: to("https://api.example:8443/data")}),
        'fetch("https://api.example:8443/data")',
        id="another port: call that",
    ),
    pytest.param(
        seen({"http://api.example/data": to(URL)}, "http://app.example", "http://api.example/data"),
        f'fetch("{URL}")',
        id="http to https: call that",
    ),
    pytest.param(
        seen({URL: to(PLAIN)}),
        'fetch("https://api.example/data/")',
        id="https to http, as behind a proxy that ends TLS: call it over https",
    ),
    pytest.param(
        seen({URL: to(PLAIN)}, method="GET"),
        'fetch("https://api.example/data/")',
        id="https to http, of the request itself",
    ),
    pytest.param(
        seen({URL: to(THERE)}, method="GET"), f'fetch("{THERE}")', id="of the request itself"
    ),
    pytest.param(
        seen({**PREFLIGHTED, URL: to(THERE, ANY), f"OPTIONS {THERE}": HTTPResponse(405)}),
        f'fetch("{THERE}")',
        id="the preflight there is refused, to whom a browser calls null",
    ),
    pytest.param(
        seen({URL: to("https://sso.example/login")}),
        "204 No Content",
        id="a login: answer before it",
    ),
    pytest.param(
        seen({f"{PAGE}/data": to(URL)}, url=f"{PAGE}/data", method="GET"),
        f"Access-Control-Allow-Origin: {PAGE}",
        id="from the page's own origin, which browsers still name there",
    ),
    pytest.param(seen({URL: to("http://[")}), "204 No Content", id="a URL that nobody can read"),
]


@pytest.mark.parametrize(("observed", "code"), FIXES)
def test_the_fix_of_a_redirect_is_one_that_helps(observed: Seen, code: str) -> None:
    fix = report(observed).fix
    assert fix is not None
    assert code in fix.code
    assert ("fetch(" in fix.code) == ("page's script" in fix.where)


@pytest.mark.parametrize(
    ("location", "differ"),
    [
        pytest.param("/data/", True, id="the slash"),
        pytest.param(THERE, False, id="another host"),
        pytest.param("https://sso.example/login", False, id="a login"),
    ],
)
def test_stacks_are_named_where_their_fixes_differ(location: str, differ: bool) -> None:
    assert bool(report(seen({URL: to(location)}, method="GET")).stacks) == differ


MIXED: list[Any] = [
    pytest.param(PAGE, "GET", to(PLAIN, ANY), "blocked", id="an https page: it is not followed"),
    pytest.param("http://app.example", "GET", to(PLAIN, ANY), "allowed", id="an http page"),
    pytest.param(PAGE, "GET", to("http://localhost/", ANY), "allowed", id="to this machine"),
    pytest.param(PAGE, "POST", to(PLAIN, ANY), "unknown", id="a GET in the place of a POST"),
]


@pytest.mark.parametrize(("page", "method", "redirect", "verdict"), MIXED)
def test_a_redirect_to_plain_http_is_mixed_content(
    page: str, method: str, redirect: HTTPResponse, verdict: str
) -> None:
    answers = {URL: redirect, PLAIN: GOOD, "http://localhost/": GOOD}
    diagnosis = diagnose(seen(answers, page, method=method))
    failure = "mixed-content" if verdict == "blocked" else None
    assert (diagnosis.verdict, diagnosis.failure) == (verdict, failure)


UNTRUSTED = NoAnswer(f"{ConnectionFailure.TLS.value}: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
ALERT = NoAnswer(f"{ConnectionFailure.TLS.value}: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]")
NO_TLS = NoAnswer(f"{ConnectionFailure.TLS.value}: [SSL: WRONG_VERSION_NUMBER] wrong version")
NGINX = HTTPResponse(400, (), b"<center>The plain HTTP request was sent to HTTPS port</center>")
APACHE = HTTPResponse(400, (), b"You're speaking plain HTTP to an SSL-enabled server port.<br />")
GO = HTTPResponse(400, (), b"Client sent an HTTP request to an HTTPS server.\n")
PORT, PLAIN_PORT = "https://api.example:8443/data", "http://api.example:8443/data"
SCHEMES: list[Any] = [
    pytest.param(PORT, {PORT: UNTRUSTED, PLAIN_PORT: NGINX}, "does not trust", id="untrusted"),
    pytest.param(URL, {URL: UNTRUSTED, PLAIN: to(URL)}, "does not trust", id="port 80 answers"),
    pytest.param(PORT, {PORT: ALERT, PLAIN_PORT: GO}, "certificate and the versions", id="alert"),
    pytest.param(PORT, {PORT: NO_TLS, PLAIN_PORT: GOOD}, "http answers on this", id="plain http"),
    pytest.param(PLAIN_PORT, {PLAIN_PORT: NGINX}, "this port speaks https", id="nginx says it"),
    pytest.param(PLAIN_PORT, {PLAIN_PORT: APACHE}, "this port speaks https", id="Apache says it"),
    pytest.param(PLAIN_PORT, {PLAIN_PORT: GO}, "this port speaks https", id="Caddy says it"),
]


@pytest.mark.parametrize(("url", "answers", "words"), SCHEMES)
def test_which_scheme_a_port_speaks(url: str, answers: dict[str, Answer], words: str) -> None:
    said = report(seen(answers, "http://app.example", url))
    assert words in said.cause
    other = url.replace("https:", "http:") if url.startswith("https:") else PORT
    speaks_other = "speaks https" in words or "http answers" in words
    assert said.fix is not None
    assert (f'fetch("{other}")' in said.fix.code) == speaks_other
