"""Whatever a server answers, `check` and `audit` have something to say, and say it clearly."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer
from cors_wsgi.doctor.attempts import attempts
from cors_wsgi.doctor.audit.holes import holes
from cors_wsgi.doctor.audit.trying import try_all
from cors_wsgi.doctor.check.probe import observe
from cors_wsgi.doctor.check.render import render, render_summary
from cors_wsgi.doctor.check.report import as_json, report
from cors_wsgi.doctor.targets import Target
from cors_wsgi.doctor.transport.failure import ConnectionFailure

PAGE, URL = "https://app.example", "http://api.example/data?x=1"
NAMES = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Age",
    "Allow",
    "Content-Length",
    "Content-Type",
    "Location",
    "Server",
    "Set-Cookie",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-Cache",
]
VALUES = st.one_of(
    st.sampled_from(
        [PAGE, "*", "true", "null", "", ",", "PUT", "content-type", "/", "http://[", "//", "Origin"]
    ),
    st.sampled_from(
        ["\x1b[31m", "9" * 5000, "http://a:b@c/", "https://x:99999/", "\xff", "a;b=\x7f"]
    ),
    st.text(st.characters(max_codepoint=0xFF, exclude_characters="\r\n\0"), max_size=20),
)
RESPONSES = st.builds(
    HTTPResponse,
    st.integers(100, 599),
    st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6).map(tuple),
    st.sampled_from([b"", b"<title>\x1b[0m", b"Disallowed CORS origin", b"\xff" * 100]),
    st.sampled_from(["", "OK", "\x1b]0;x\x07"]),
)
ANSWERS = st.one_of(RESPONSES, st.sampled_from([NoAnswer(one.value) for one in ConnectionFailure]))
ASKS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "PUT", "POST", "patch"]),
        "credentials": st.booleans(),
        "send": st.booleans(),
        "headers": st.sampled_from([(), (("Authorization", "x"),)]),
    }
)


@pytest.mark.filterwarnings("error")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ask=ASKS, answers=st.lists(ANSWERS, min_size=1, max_size=4))
def test_there_is_always_a_report(ask: dict[str, object], answers: list[object]) -> None:
    turns = iter(range(10**6))

    def send(request: HTTPRequest) -> object:
        return answers[next(turns) % len(answers)]

    target = Target(url=URL, origin=PAGE, **ask)  # type: ignore[arg-type]  # as drawn
    seen = observe(target, send, direct="http://10.0.0.7/data")  # type: ignore[arg-type]  # as drawn
    one = report(seen)
    assert one.diagnosis.verdict in {"allowed", "blocked", "unknown"}
    assert bool(one.diagnosis.cause) == (one.diagnosis.verdict != "allowed")
    printed = io.StringIO()
    console = Console(file=printed, width=80, markup=False, emoji=False, highlight=False)
    render(one, console)
    render(one, console, verbose=True)
    render_summary([one, one], console)
    assert all(char.isprintable() or char == "\n" for char in printed.getvalue())
    assert json.dumps(as_json([one])).isascii()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answers=st.lists(ANSWERS, min_size=1, max_size=3))
def test_an_audit_is_always_judged(answers: list[object]) -> None:
    turns = iter(range(10**6))

    def send(request: HTTPRequest) -> object:
        return answers[next(turns) % len(answers)]

    to_try = attempts(PAGE, lambda origin: origin == PAGE)
    tried = try_all(URL, to_try, send)  # type: ignore[arg-type]  # as drawn
    for hole in holes(URL, tried, private=True):
        assert hole.gain
