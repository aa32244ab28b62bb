"""Errors that an odd query provokes: does the page get to read them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.browser import HTTPResponse
from cors_wsgi.doctor.check.diagnosis.diagnose import diagnose
from cors_wsgi.doctor.check.diagnosis.findings import Finding
from cors_wsgi.doctor.check.probe import examine, observe
from cors_wsgi.doctor.targets import Target
from cors_wsgi.doctor.transport.in_process import ProcessTransport

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from cors_wsgi.browser import Answer, HTTPRequest

PAGE, HOME, URL = "https://app.example", "http://localhost", "http://localhost/data"
POLICY = Policy(allow_origins=PAGE)
ALLOWED = ("Access-Control-Allow-Origin", PAGE)
INSTEAD = "the browser will report CORS instead of the error."


def hidden(what: str, level: Any = "warning") -> list[Finding]:
    return [Finding("error-without-cors", level, f"{what}: {INSTEAD}")]


def errors_of(app: WSGIApplication, **ask: Any) -> list[Finding]:
    """What is found about the errors of an application that allows the fetch itself."""
    seen = examine(Target(url=URL, origin=PAGE, **ask), ProcessTransport(app, HOME))
    diagnosis = diagnose(seen)
    assert (diagnosis.verdict, diagnosis.failure) == ("allowed", None)
    return [
        finding for finding in diagnosis.findings if "odd" in finding.text or "%FF" in finding.text
    ]


def plain(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [ALLOWED])
    return [b"{}"]


def decoding(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Takes its query for text."""
    if "%FF" in environ["QUERY_STRING"]:
        b"\xff".decode()
    return plain(environ, start_response)


def refusing(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    if "%FF" in environ["QUERY_STRING"]:
        start_response("400 Bad Request", [])
        return []
    return plain(environ, start_response)


ODD = "An error on the query %FF%00"
PLAIN: list[Any] = [
    pytest.param(plain, [], id="no failure"),
    pytest.param(decoding, hidden(f"{ODD} (500 to GET) has no CORS headers"), id="a crash"),
    pytest.param(CORSMiddleware(decoding, POLICY), [], id="a crash in CORSMiddleware"),
    pytest.param(
        refusing, hidden(f"{ODD} (400 to GET) has no CORS headers", "note"), id="a refusal"
    ),
    pytest.param(CORSMiddleware(refusing, POLICY), [], id="a refusal in CORSMiddleware"),
]


@pytest.mark.parametrize(("app", "found"), PLAIN)
def test_an_odd_query_to_any_application(app: WSGIApplication, found: list[Finding]) -> None:
    assert errors_of(app) == found


QUERIES: list[Any] = [
    pytest.param("", "?%FF%00", id="no query"),
    pytest.param("?", "?%FF%00", id="an empty one"),
    pytest.param("?id=7&q=a=b&flag", "?id=%FF%00&q=%FF%00&flag=%FF%00", id="in each parameter"),
]


@pytest.mark.parametrize(("query", "odd"), QUERIES)
def test_the_odd_bytes_are_where_the_application_looks(query: str, odd: str) -> None:
    asked = []

    def send(request: HTTPRequest) -> Answer:
        asked.append((request.method, request.url))
        return HTTPResponse(200, (ALLOWED,))

    observe(Target(url=f"{URL}{query}", origin=PAGE), send)
    assert asked[-1] == ("GET", f"{URL}{odd}")


def test_where_the_fetch_is_blocked_no_error_is_provoked() -> None:
    asked: list[HTTPRequest] = []

    def send(request: HTTPRequest) -> Answer:
        asked.append(request)
        return HTTPResponse(200)

    observe(Target(url=URL, origin=PAGE), send)
    assert not any("%FF" in request.url for request in asked)
