"""Every line that the browser model prints is recognised: what it prints is what people paste."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from cors_wsgi import catalogue
from cors_wsgi.browser import ENGINES, Browser, HTTPResponse, NoAnswer, fetch, fetch_request, run

PAGE = "https://app.example"
URLS = ("https://api.example/x", "https://app.example/x", "https://api.example:6000/x")
MODES = ("cors", "same-origin", "no-cors")
REDIRECTS = ("follow", "error", "manual")
ASKS = (
    {},
    {"method": "PUT", "headers": (("X-Token", "1"), ("Authorization", "t"))},
    {"method": "PATCH", "credentials": "include"},
)
# What is changed in an answer that allows everything.
CHANGES = (
    {},
    {"Access-Control-Allow-Origin": None},
    {"Access-Control-Allow-Origin": "https://b.example"},
    {"Access-Control-Allow-Origin": "a b, c"},
    {"Access-Control-Allow-Origin": "*, *"},
    {"Access-Control-Allow-Origin": "app.example"},
    {"Access-Control-Allow-Origin": "*"},
    {"Access-Control-Allow-Credentials": None},
    {"Access-Control-Allow-Credentials": "TRUE"},
    {"Access-Control-Allow-Methods": "GET"},
    {"Access-Control-Allow-Methods": "a b"},
    {"Access-Control-Allow-Headers": "x-other"},
    {"Access-Control-Allow-Headers": "*"},
    {"Access-Control-Allow-Headers": "a b"},
    {"Cross-Origin-Resource-Policy": "same-origin"},
)
LOCATIONS = (
    "https://b.example/y",
    "https://api.example/x",
    "https://user:word@b.example/y",
    "https://app.example/y",
    "ftp://b.example/y",
    "file:///y",
    "data:,y",
    "mailto:y@b.example",
    "https://[/",
    "#y",
)
ALLOWING = {
    "Access-Control-Allow-Origin": PAGE,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "PUT, PATCH",
    "Access-Control-Allow-Headers": "x-token, authorization",
}


def answer(status: int, changed: dict[str, str | None]) -> HTTPResponse:
    headers = {**ALLOWING, **changed}
    return HTTPResponse(status, tuple((k, v) for k, v in headers.items() if v is not None))


ANSWERS = (
    *(answer(status, change) for status in (200, 404, 407) for change in CHANGES),
    *(answer(302, {"Location": location}) for location in LOCATIONS),
    *(
        answer(302, {"Location": location, "Access-Control-Allow-Origin": None})
        for location in LOCATIONS
    ),
    NoAnswer("the connection was closed"),
)


@cache
def printed() -> dict[tuple[str, str], None]:
    """Every line, by engine: the preflight's answer and the request's are wrong in turn."""
    found: dict[tuple[str, str], None] = {}
    asked = itertools.product(ENGINES, URLS, MODES, REDIRECTS, ASKS, (False, True), ANSWERS)
    for name, url, mode, redirect, ask, to_preflight, wrong in asked:
        if name == "standard" or (mode != "cors" and (ask or to_preflight)):
            continue
        request = fetch_request(PAGE, url, mode=mode, redirect=redirect, **ask)

        def send(sent, to_preflight=to_preflight, wrong=wrong):
            return wrong if (sent.method == "OPTIONS") == to_preflight else answer(200, {})

        outcome = run(fetch(request, Browser(engine=ENGINES[name])), send)
        found |= dict.fromkeys((name, line) for line in outcome.message(name))
    return found


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "standard"])
def test_every_line_is_recognised(engine: str) -> None:
    lines = [line for name, line in printed() if name == engine]
    said = {line: [one.message.engine for one in catalogue.recognise(line)] for line in lines}
    assert {line: engines for line, engines in said.items() if len(engines) != 1} == {}
    assert {line for line, engines in said.items() if engines[0] not in {engine, "any"}} == set()


def test_each_engine_prints_dozens_of_lines() -> None:
    """Or the cases would not reach what this is about."""
    counts = {name: sum(one == name for one, _ in printed()) for name in ENGINES}
    assert counts == {"standard": 0, "chromium": 45, "firefox": 38, "webkit": 48}
