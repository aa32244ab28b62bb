"""Random requests to random applications: a strict server judges, and the bare application knows.

FUZZ_SEED=7 pytest tests/fuzz       the same requests again
FUZZ_REQUESTS=1000000               more of them
"""

import logging
import os
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import django_settings  # noqa: F401 - configures Django, once
import flask
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import re_path
from flask_cors_wsgi import CORS
from fuzz.random_requests import in_order, merged, own_headers, policy_for, request_for
from fuzz.strict import Served, Server, environ_of
from test_properties import plain_cors

from cors_wsgi import CORSMiddleware, PathPolicies, Policy

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**9))
REQUESTS = int(os.environ.get("FUZZ_REQUESTS") or 20_000)
ERROR = Served(
    "500 Internal Server Error",
    [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "21")],
    b"Internal Server Error",
)


@pytest.fixture
def choice(capsys: pytest.CaptureFixture[str]) -> random.Random:
    with capsys.disabled():
        sys.stderr.write(f"\nFUZZ_SEED={SEED}\n")
    return random.Random(SEED)


class FuzzError(Exception):
    pass


class Application:
    """A plain WSGI application, of one of many kinds."""

    def __init__(self, choice: random.Random) -> None:
        self.kind = choice.choice([*self.KINDS])
        self.headers = own_headers(choice)
        self.closes = choice.random() < 0.5
        self.forgets = choice.random() < 0.2
        self.closed = 0
        self.reached = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.reached += 1
        if self.forgets:
            environ.clear()  # an application may do what it wants with it (PEP 3333)
        return self.KINDS[self.kind](self, start)

    def _start(self, start: Callable[..., Any], status: str = "200 OK") -> Any:
        return start(status, list(self.headers))

    def _list(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        return [b"one ", b"two"]

    def _tuple(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start, "404 Not Found")
        return ()

    def _generator(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        return Body(self, [b"", b"one", b"two"])

    def _nothing(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start, "204 No Content")
        return Body(self, [])

    def _ends_once(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        return EndsOnce()

    def _late(self, start: Callable[..., Any]) -> Iterator[bytes]:
        self._start(start)
        yield b"late"

    def _writes(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)(b"one ")
        return Body(self, [b"two"])

    def _restarts(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        try:
            raise FuzzError  # noqa: TRY301 - as an application reports an error
        except FuzzError:
            start("503 Service Unavailable", list(self.headers), sys.exc_info())
        return [b"sorry"]

    def _crashes(self, start: Callable[..., Any]) -> Iterable[bytes]:
        raise FuzzError

    def _crashes_once_started(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        raise FuzzError

    def _crashes_late(self, start: Callable[..., Any]) -> Iterator[bytes]:
        raise FuzzError
        yield b""

    def _crashes_first(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        return Body(self, [FuzzError()])

    def _crashes_in_the_middle(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        return Body(self, [b"one", FuzzError()])

    def _crashes_after_writing(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)(b"one")
        return Body(self, [FuzzError()])

    def _crashes_as_a_list(self, start: Callable[..., Any]) -> Iterable[bytes]:
        self._start(start)
        return FailingList()

    def _takes_the_socket(self, start: Callable[..., Any]) -> Iterable[bytes]:
        raise StopIteration

    KINDS = {  # noqa: RUF012 - a table
        "list": _list,
        "tuple": _tuple,
        "generator": _generator,
        "nothing": _nothing,
        "ends once": _ends_once,
        "late": _late,
        "writes": _writes,
        "restarts": _restarts,
        "crashes": _crashes,
        "crashes once started": _crashes_once_started,
        "crashes late": _crashes_late,
        "crashes first": _crashes_first,
        "crashes as a list": _crashes_as_a_list,
        "crashes in the middle": _crashes_in_the_middle,
        "crashes after writing": _crashes_after_writing,
        "takes the socket": _takes_the_socket,
    }


# Those that fail before the server has been told of a response.
ANSWERED = {
    "crashes",
    "crashes once started",
    "crashes late",
    "crashes first",
    "crashes as a list",
}


class Body:
    """A body that says how often it was closed."""

    def __init__(self, application: Application, blocks: list[bytes | Exception]) -> None:
        self._application = application
        self._blocks = blocks

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            if isinstance(block, Exception):
                raise block
            yield block

    def close(self) -> None:
        self._application.closed += 1


class EndsOnce:
    """A body that fails if it is asked for more when it has ended."""

    has_ended = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.has_ended:
            raise FuzzError
        self.has_ended = True
        raise StopIteration


class FailingList(list[bytes]):
    """A body that is a list and fails when it is iterated."""

    def __iter__(self) -> Iterator[bytes]:
        raise FuzzError


def governing(policy: Policy | PathPolicies, environ: dict[str, Any]) -> Policy | None:
    return policy.policy_for(environ) if isinstance(policy, PathPolicies) else policy


def test_plain_wsgi(choice: random.Random) -> None:
    for number in range(REQUESTS):
        policy = policy_for(choice)
        method, path, headers = request_for(choice)
        environ = environ_of(method, path, headers)
        application = Application(choice)
        bare = Server().run(application, dict(environ))
        bare_closed, application.closed, application.reached = application.closed, 0, 0
        served = Server().run(CORSMiddleware(application, policy), dict(environ))
        where = f"FUZZ_SEED={SEED} request {number}: {policy} {environ} {application.kind}"

        governs = governing(policy, environ)
        assert governs is not None
        status, cors = plain_cors(governs, environ)
        if status:
            assert served == Served(status, served.headers, b""), where
            assert in_order(served.headers) == in_order([*cors.items()]), where
            assert application.reached == 0, where
            continue
        expected = bare
        if application.kind in ANSWERED and governs.allows_origin(environ.get("HTTP_ORIGIN")):
            body = b"" if method == "HEAD" else ERROR.body
            expected = Served(ERROR.status, ERROR.headers, body)
        assert (served.status, served.body, served.failure) == (
            expected.status,
            expected.body,
            expected.failure,
        ), where
        if served.status is not None:
            wanted = merged(expected.headers, governs, environ)
            assert in_order(served.headers) == wanted, where
        assert (application.closed, application.reached) == (bare_closed, 1), where


def test_flask(choice: random.Random) -> None:
    response: dict[str, Any] = {}

    def view(path: str = "") -> flask.Response:
        if response["fails"]:
            raise FuzzError
        made = flask.Response(response["body"], response["status"], mimetype="text/plain")
        made.headers.extend(response["headers"])
        return made

    def made_app() -> flask.Flask:
        app = flask.Flask(__name__)
        app.logger.disabled = True
        app.url_map.merge_slashes = False
        methods = ["GET", "POST", "PUT", "OPTIONS", "DELETE"]
        for rule in ("/", "/<path:path>"):
            app.add_url_rule(rule, view_func=view, methods=methods, endpoint=rule)
        return app

    bare, governed = made_app(), made_app()
    CORS(governed, Policy(allow_origins="https://replaced.example"))
    extension = governed.extensions["cors_wsgi"]
    paths = ["/", "/api", "/api/x", "/other", "/\xc3\xa9"]
    for number in range(REQUESTS):
        extension.policy = policy = policy_for(choice)
        method, path, headers = request_for(choice, paths)
        environ = environ_of(method, path, headers)
        response["headers"] = own_headers(choice)
        response["status"] = choice.choice([200, 201, 304, 401, 404, 500])
        response["fails"] = choice.random() < 0.1
        blocks = [b"one", b"two"]
        response["body"] = choice.choice([b"whole", blocks])
        expected = Server().run(bare, dict(environ))
        served = Server().run(governed, dict(environ))
        check(served, expected, governing(policy, environ), environ, number)


django_response: dict[str, Any] = {}


def django_view(request: Any) -> Any:
    if django_response["fails"]:
        raise FuzzError
    kind = StreamingHttpResponse if isinstance(django_response["body"], list) else HttpResponse
    made = kind(
        django_response["body"], status=django_response["status"], content_type="text/plain"
    )
    for name, value in django_response["headers"]:
        made[name] = value
    return made


urlpatterns = [re_path("", django_view)]


def test_django(choice: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    settings: dict[str, Any] = {"ROOT_URLCONF": __name__, "ALLOWED_HOSTS": ["*"], "LOGGING": None}
    ours = ["django_cors_wsgi.middleware.CORSMiddleware"]
    number = 0
    while number < REQUESTS:
        policy = policy_for(choice)
        with override_settings(**settings, MIDDLEWARE=[]):
            bare = WSGIHandler()
        with override_settings(**settings, MIDDLEWARE=ours, CORS_POLICY=policy):
            governed = WSGIHandler()
            for _ in range(500):
                method, path, headers = request_for(choice, ["/", "/api", "/api/x", "/\xc3\xa9"])
                environ = environ_of(method, path, headers)
                django_response["headers"] = own_headers(choice)
                django_response["status"] = choice.choice([200, 201, 304, 401, 404, 500])
                django_response["fails"] = choice.random() < 0.1
                django_response["body"] = choice.choice([b"whole", [b"one", b"two"]])
                expected = Server().run(bare, dict(environ))
                served = Server().run(governed, dict(environ))
                check(served, expected, governing(policy, environ), environ, number)
                number += 1


def check(
    served: Served, bare: Served, policy: Policy | None, environ: dict[str, Any], number: int
) -> None:
    """Compare what a framework serves with what it serves without us."""
    where = f"FUZZ_SEED={SEED} request {number}: {policy} {environ}"
    assert policy is not None, where
    status, cors = plain_cors(policy, environ)
    if status:
        assert served == Served(status, served.headers, b""), where
        assert in_order(served.headers) == in_order([*cors.items()]), where
        return
    assert (served.status, served.body, served.failure) == (
        bare.status,
        bare.body,
        bare.failure,
    ), where
    assert in_order(served.headers) == merged(bare.headers, policy, environ), where
