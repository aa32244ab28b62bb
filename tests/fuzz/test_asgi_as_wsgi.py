"""The same policy, request and application: on ASGI and on WSGI, the same verdict and headers.

An example is a policy with a few values of everything that a request is made of. Every
combination of these values is a request, so that there are many of them for what hypothesis
needs to draw an example.
"""

import itertools
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from asgi_server import finish, scope_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_properties import ANY_TEXT, APPLICATION_HEADERS, METHODS, NAMES, ORIGINS, POLICIES

import cors_wsgi
from cors_wsgi import PathPolicies, asgi

REQUESTS = 100_000
PATHS = ["/", "/api", "/api/", "/api/x", "/apis", "/off", "/off/x", "//api", "/api/../x", "", "api"]
BY_PATH = PathPolicies({"/": POLICIES[0], "/api": POLICIES[3], "/off": None})
CRASH = None  # in place of the application's headers


@dataclass(frozen=True)
class Request:
    """One request, as text; a header is None if it is absent. The path is bytes, as latin-1."""

    method: str
    path: str
    origin: str | None
    requested_method: str | None
    requested_headers: str | None

    @property
    def headers(self) -> list[tuple[str, str]]:
        headers = {
            "origin": self.origin,
            "access-control-request-method": self.requested_method,
            "access-control-request-headers": self.requested_headers,
        }
        return [(name, value) for name, value in headers.items() if value is not None]

    @property
    def environ(self) -> dict[str, Any]:
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers}
        return {"REQUEST_METHOD": self.method, "PATH_INFO": self.path, **given}

    @property
    def scope(self) -> dict[str, Any]:
        # Servers decode a path as UTF-8 (ASGI), and PATH_INFO shows its bytes (PEP 3333).
        path = self.path.encode("latin-1").decode(errors="surrogateescape")
        return scope_of(self.method, path, self.headers)


@dataclass
class Answer:
    """What became of a request.

    Attributes:
        reached: Whether the application was called.
        status: The status; None if there was no response, only an exception.
        headers: The headers, in lower case and sorted.
    """

    reached: bool = False
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        assert self.status is None, "the response started twice"
        self.status = status
        self.headers = tuple(sorted((name.lower(), value) for name, value in headers))


class OnWSGI:
    """Serves requests on WSGI."""

    def __init__(self, policy: Any, debug: bool) -> None:
        self._middleware = cors_wsgi.CORSMiddleware(self._application, policy, debug=debug)
        self._own: list[tuple[str, str]] | None = None

    def _application(self, environ: Any, start_response: Any) -> list[bytes]:
        self._answer.reached = True
        if self._own is CRASH:
            raise ZeroDivisionError
        start_response("201 Created", list(self._own))
        return []

    def ask(self, request: Request, own: list[tuple[str, str]] | None) -> Answer:
        self._own, self._answer = own, Answer()

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            self._answer.start(int(status[:3]), headers)

        try:
            list(self._middleware(request.environ, start_response))
        except ZeroDivisionError:
            assert own is CRASH
        return self._answer


class OnASGI:
    """Serves requests on ASGI."""

    def __init__(self, policy: Any, debug: bool) -> None:
        self._middleware = asgi.CORSMiddleware(self._application, policy, debug=debug)
        self._own: list[tuple[str, str]] | None = None

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        self._answer.reached = True
        if self._own is CRASH:
            raise ZeroDivisionError
        raw = [(name.encode(), value.encode()) for name, value in self._own]
        await send({"type": "http.response.start", "status": 201, "headers": raw})

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            raw = message["headers"]
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
            self._answer.start(message["status"], headers)

    def ask(self, request: Request, own: list[tuple[str, str]] | None) -> Answer:
        self._own, self._answer = own, Answer()
        try:
            finish(self._middleware(request.scope, None, self._send))  # type: ignore[arg-type]
        except ZeroDivisionError:
            assert own is CRASH
        return self._answer


def some(number: int, values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=number, max_size=number)


#: How many values an example has, and of what.
PARTS = {
    "method": (3, st.sampled_from(["OPTIONS", "OPTIONS", "GET", "HEAD", "PUT"]) | ANY_TEXT),
    "path": (3, st.sampled_from(PATHS) | ANY_TEXT),
    "origin": (4, st.none() | ORIGINS),
    "requested_method": (4, st.none() | METHODS),
    "requested_headers": (4, st.none() | NAMES),
}
# These take turns: they are five, so that each of them meets every value of each part.
OWN = some(5, APPLICATION_HEADERS | st.just(CRASH))
EACH = math.prod(number for number, _ in PARTS.values())


@pytest.fixture
def unlogged() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_a_response_is_the_same_as_on_wsgi(unlogged: None) -> None:
    asked = 0

    # A failure names its request, so that there is no need for a smaller example.
    @settings(max_examples=-(-REQUESTS // EACH), deadline=None, phases=[Phase.generate])
    @given(
        st.sampled_from([*POLICIES, BY_PATH]),
        st.fixed_dictionaries({name: some(*part) for name, part in PARTS.items()}),
        OWN,
        st.booleans(),
    )
    def every_request(policy: Any, parts: dict[str, list[Any]], own: Any, debug: bool) -> None:
        nonlocal asked
        if debug:  # the explanation shows a path as the server decodes it, and a crash its lines
            parts["path"] = [path if path.isascii() else "/api" for path in parts["path"]]
            own = [headers for headers in own if headers is not CRASH] or [[]]
        on_wsgi, on_asgi = OnWSGI(policy, debug), OnASGI(policy, debug)
        combined = itertools.product(*(parts[name] for name in PARTS))
        for request, headers in zip(itertools.starmap(Request, combined), itertools.cycle(own)):
            answer = on_asgi.ask(request, headers)
            assert answer == on_wsgi.ask(request, headers), (policy, request, headers)
            asked += 1

    every_request()
    assert asked >= REQUESTS
