"""Threads share a middleware, and its policy is replaced under them."""

import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import flask
import pytest
from flask_cors_wsgi import CORS, cors_policy
from fuzz.strict import Server, environ_of

from cors_wsgi import CORSMiddleware, Policy

ORIGINS = [f"https://{number}.example" for number in range(4)]
POLICIES = [Policy(allow_origins=origin, allow_methods=f"M{origin[8]}") for origin in ORIGINS]
SHARED = [("Content-Type", "text/plain")]


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def plain() -> Any:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [*SHARED])
        return [b"hello"]

    middleware = CORSMiddleware(application, POLICIES[0])
    return middleware, middleware


def with_flask() -> Any:
    app = flask.Flask(__name__)
    CORS(app, POLICIES[0])
    app.add_url_rule("/", view_func=lambda: "hello")
    app.add_url_rule("/own", view_func=cors_policy(None)(lambda: "own"), endpoint="own")
    return app, app.extensions["cors_wsgi"]


@pytest.mark.parametrize("made", [plain, with_flask])
def test_every_response_is_of_one_policy(made: Any) -> None:
    application, governed = made()
    wrong: list[Any] = []
    done = threading.Event()

    def ask(origin: str) -> None:
        for number in range(300):
            method = "OPTIONS" if number % 3 == 0 else "GET"
            headers = {"HTTP_ORIGIN": origin, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
            served = Server().run(application, environ_of(method, "/", headers))
            cors = {n: v for n, v in served.headers if n.startswith("Access-Control-Allow")}
            expected: list[dict[str, str]] = [{}, {"Access-Control-Allow-Origin": origin}]
            if method == "OPTIONS":
                expected[1]["Access-Control-Allow-Methods"] = f"M{origin[8]}"
            if cors not in expected or dict(served.headers)["Vary"] != "Origin":
                wrong.append(served)

    def replace() -> None:
        while not done.is_set():
            for policy in POLICIES:
                governed.policy = policy

    replacing = threading.Thread(target=replace)
    asking = [threading.Thread(target=ask, args=[origin]) for origin in ORIGINS]
    for thread in (replacing, *asking):
        thread.start()
    for thread in asking:
        thread.join()
    done.set()
    replacing.join()
    assert wrong == []
    governed.policy = POLICIES[3]
    served = Server().run(application, environ_of("GET", "/", {"HTTP_ORIGIN": ORIGINS[3]}))
    assert ("Access-Control-Allow-Origin", ORIGINS[3]) in served.headers
