"""Every measured case of the three engines, judged by the model."""

import json
from pathlib import Path

import pytest

from cors_wsgi.browser import ENGINES, Browser, HTTPResponse, fetch, fetch_request, run

VECTORS = json.loads((Path(__file__).parent / "data" / "engines.json").read_text("utf-8"))
ORIGIN = "http://127.0.0.1:42527"
RESOURCE_ORIGIN = "http://127.0.0.1:50000"
URL = RESOURCE_ORIGIN + "/resource"
PLACEHOLDERS = {
    "{OUP}": ORIGIN.replace("http", "HTTP"),
    "{ONP}": "http://127.0.0.1",
    "{OHP}": ORIGIN.removeprefix("http://"),
    "{OS}": ORIGIN.replace("http", "https"),
    "{O}": ORIGIN,
    "{B}": RESOURCE_ORIGIN,
    "{URL}": URL,
    # Two messages were recorded without their placeholder; this was Firefox's port.
    "127.0.0.1:43545": "127.0.0.1:42527",
}
# What the recording kept of each request.
RECORDED = {"origin", "access-control-request-method", "access-control-request-headers", "cookie"}
# The standard alone: `*` does not cover Authorization. All three engines let it.
STANDARD_REFUSES = {"H-star-auth"}


def filled(value):
    if isinstance(value, str):
        for placeholder, text in PLACEHOLDERS.items():
            value = value.replace(placeholder, text)
        return value
    if isinstance(value, list):
        return [filled(item) for item in value]
    if isinstance(value, dict):
        return {key: filled(item) for key, item in value.items()}
    return value


CASES = [filled(case) for case in VECTORS["cases"]]


def scripted(answer):
    headers = [tuple(pair) for pair in answer["headers"]]
    length = answer["content_length"]
    if length == "exact":
        headers.append(("Content-Length", str(len(answer["body"]))))
    elif length != "absent":
        headers.append(("Content-Length", length))
    return HTTPResponse(answer["status"], tuple(headers), answer["body"].encode(), reason="X")


def is_preflight(request):
    return any(name == "Access-Control-Request-Method" for name, _ in request.headers)


def judge(case, engine):
    def send(request):
        return scripted(case["preflight" if is_preflight(request) else "actual"])

    return run(fetch(fetch_request(ORIGIN, URL, **case["init"]), Browser(engine=engine)), send)


def recorded(request):
    headers = {name.lower(): value for name, value in request.headers}
    return {
        "method": request.method,
        "path": request.url.removeprefix(RESOURCE_ORIGIN),
        "headers": {name: value for name, value in headers.items() if name in RECORDED},
    }


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_model_agrees_with_the_engine(case, engine):
    outcome = judge(case, ENGINES[engine])
    seen = {
        "shared": outcome.shared,
        "wire": [recorded(exchange.request) for exchange in outcome.exchanges],
        "message": outcome.message(engine),
    }
    if outcome.shared:
        seen["response"] = {
            "status": outcome.status,
            "type": outcome.type,
            "headers": outcome.headers,
            "body": outcome.body.decode(),
        }
    measured = {
        "shared": case["shared"],
        "wire": case["wire"],
        "message": tuple(case.get("messages", {}).get(engine, {}).get("console", ())),
    }
    if case["shared"]:
        measured["response"] = case["response"]
    assert seen == measured


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_standard_differs_only_where_it_is_known_to(case):
    expected = case["shared"] and case["id"] not in STANDARD_REFUSES
    assert judge(case, ENGINES["standard"]).shared == expected


def test_no_case_was_lost():
    assert len({case["id"] for case in CASES}) == 113
