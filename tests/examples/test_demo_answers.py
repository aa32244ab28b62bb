"""What the demo's server answers to the page: the playground, and the lines to copy."""

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from examples.running import EXAMPLES
from fastapi import FastAPI
from flask import Flask

from cors_wsgi import CORSMiddleware
from cors_wsgi.testing import Page

APP = "https://app.example"
NAMES = ("django", "fastapi", "flask", "wsgi")
MODULES = ("failures", "lines", "playground", "recorder", "replay")


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(EXAMPLES / "demo"))
    yield importlib.import_module
    for name in (*MODULES, *(f"failures_{name}" for name in NAMES)):
        sys.modules.pop(name, None)


ALLOWED = {"origin": APP, "method": "PUT", "header": "Content-Type", "credentials": "omit"}
FREE = "It needs no permission."
TRIED: list[Any] = [
    pytest.param({}, {}, id="what the policy allows"),
    pytest.param({"origin": "http://localhost:5173"}, {}, id="a development server"),
    pytest.param({"method": "GET", "header": ""}, {}, id="what needs no preflight"),
    pytest.param(
        {"origin": "https://app.example:8443"},
        {
            "origin": "The origin 'https://app.example:8443' is not in allow_origins:"
            " 'https://app.example' differs only by its port."
        },
        id="another port",
    ),
    pytest.param(
        {"method": "PATCH"},
        {"method": "The method 'PATCH' is not in allow_methods."},
        id="another method",
    ),
    pytest.param(
        {"header": "X-Token"},
        {"header": "The header 'X-Token' is not in allow_headers."},
        id="another header",
    ),
    pytest.param(
        {"credentials": "include"},
        {"credentials": "The policy has no allow_credentials."},
        id="cookies",
    ),
]


@pytest.mark.parametrize(("change", "refused"), TRIED)
def test_the_verdict_and_the_reasons_agree(
    demo: Any, change: dict[str, str], refused: dict[str, str]
) -> None:
    answer = demo("playground").tried(ALLOWED | change)
    reasons = {
        name: part["reason"] for name, part in answer["parts"].items() if not part["allowed"]
    }
    assert (answer["allowed"], reasons) == (not refused, refused)
    assert all(bool(lines) != answer["allowed"] for lines in answer["consoles"].values())


@pytest.mark.parametrize(("change", "refused"), TRIED)
def test_the_policy_that_would_allow_it_does(
    demo: Any, change: dict[str, str], refused: dict[str, str]
) -> None:
    playground = demo("playground")
    shown = playground.tried(ALLOWED | change)["policy"]
    code = "\n".join(line[2:] for line in shown if line[0] in " +")
    policy = eval(code, {"Policy": playground.Policy})
    playground.API = CORSMiddleware(playground.orders, policy)
    assert playground.sent(ALLOWED | change).shared
    assert (policy == playground.POLICY) == (not refused)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"origin": "app.example"}, "'app.example' is not an origin", id="no scheme"),
        pytest.param({"method": "TRACE"}, "TRACE", id="a method that no script can send"),
        pytest.param({"header": "X Token"}, "X Token", id="no name of a header"),
    ],
)
def test_what_cannot_be_sent_is_said(demo: Any, change: dict[str, str], problem: str) -> None:
    answer = demo("playground").tried(ALLOWED | change)
    assert answer.keys() == {"problem"}
    assert problem in answer["problem"]


def test_a_policy_for_null_is_not_proposed(demo: Any) -> None:
    shown = demo("playground").tried(ALLOWED | {"origin": "null"})["policy"]
    assert [line for line in shown if line[0] in "+-"] == []
    assert "dangerously_allow_null_origin" in next(line for line in shown if line[0] == "!")


def answer(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Total-Count", "3")])
    return [b"{}"]


def django_application(found: dict[str, Any]) -> Any:
    assert found["MIDDLEWARE"] == ["django_cors_wsgi.middleware.CORSMiddleware", "own"]
    assert found["INSTALLED_APPS"] == ["django_cors_wsgi"]
    return CORSMiddleware(answer, found["CORS_POLICY"])


def flask_application() -> Flask:
    app = Flask("example")
    app.add_url_rule("/<path:path>", view_func=lambda path: ("{}", 200, {"X-Total-Count": "3"}))
    return app


@pytest.mark.parametrize("framework", NAMES)
def test_the_lines_let_the_front_end_send_what_fails(demo: Any, framework: str) -> None:
    for failure in demo(f"failures_{framework}").failures("http://127.0.0.1:8765"):
        stacks = demo("lines").lines(failure, {"origin": APP})["stacks"]
        assert list(stacks) == ["django", "flask", "fastapi", "wsgi", "nginx"]
        for stack in ("django", "flask", "fastapi", "wsgi"):
            (part,) = stacks[stack]
            found: dict[str, Any] = {
                "application": answer,
                "app": FastAPI() if stack == "fastapi" else flask_application(),
                "INSTALLED_APPS": [],
                "MIDDLEWARE": ["own"],
            }
            exec(part["code"], found)
            if stack == "django":
                application = django_application(found)
            else:
                application = found["application" if stack == "wsgi" else "app"]
            call = failure.call
            page = Page(APP, application)
            page.fetch(
                call.path.rstrip("/"),
                method=call.method,
                headers=call.headers,
                body=call.body,
                credentials=call.credentials,
            ).assert_shared()


def test_nginx_gets_what_export_writes(demo: Any) -> None:
    failure = demo("failures_flask").failures("")[0]
    parts = demo("lines").lines(failure, {"origin": APP})["stacks"]["nginx"]
    assert [part["where"].partition(":")[0] for part in parts] == [
        "cors-http.conf",
        "cors-server.conf",
        "cors-proxy.conf",
    ]
    assert '"PATCH"' in parts[0]["code"]
    assert "https://app\\.example" in parts[0]["code"]


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        pytest.param("https://app.example/", "https://app.example", id="a slash at the end"),
        pytest.param("app.example", "https://app.example", id="no scheme"),
        pytest.param("", "allow_origins", id="nothing"),
    ],
)
def test_a_front_end_that_is_no_origin_is_said(demo: Any, origin: str, said: str) -> None:
    found = demo("lines").lines(demo("failures_flask").failures("")[0], {"origin": origin})
    assert found.keys() == {"problem"}
    assert said in found["problem"]
