"""Random requests to random ASGI applications: a strict server judges, and the bare one knows."""

import random
from typing import Any

from asgi_server import Served, Server, scope_of
from fuzz.random_requests import in_order, merged, own_headers, policy_for, request_for
from fuzz.strict import environ_of
from fuzz.test_fuzz import REQUESTS, SEED, FuzzError, choice, governing
from test_properties import plain_cors

from cors_wsgi.asgi import CORSMiddleware

ERROR = Served(
    500,
    [("content-type", "text/plain; charset=utf-8"), ("content-length", "21")],
    b"Internal Server Error",
    "FuzzError",
)
HEADERS = {
    "HTTP_ORIGIN": "origin",
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "access-control-request-method",
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "access-control-request-headers",
}

__all__ = ["choice"]  # a fixture


class Application:
    """A plain ASGI application, of one of many kinds."""

    def __init__(self, choice: random.Random) -> None:
        self.kind = choice.choice([*self.KINDS])
        raw = [(name.lower().encode(), value.encode()) for name, value in own_headers(choice)]
        self.headers: Any = choice.choice([list, tuple, lambda raw: [[*h] for h in raw]])(raw)
        self.messages: list[Any] = self.KINDS[self.kind](self)
        self.reached = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached += 1
        for message in self.messages:
            if isinstance(message, Exception):
                raise message
            await send(message)

    def _start(self, status: int = 200) -> dict[str, Any]:
        return {"type": "http.response.start", "status": status, "headers": self.headers}

    def _whole(self) -> list[Any]:
        return [self._start(404), _block(b"one", more=False)]

    def _stream(self) -> list[Any]:
        return [self._start(), _block(b"one "), _block(b""), _block(b"two", more=False)]

    def _no_headers(self) -> list[Any]:
        return [{"type": "http.response.start", "status": 204}, _block(b"", more=False)]

    def _file(self) -> list[Any]:
        return [self._start(), {"type": "http.response.pathsend", "path": "/a"}]

    def _trailers(self) -> list[Any]:
        trailers = {"type": "http.response.trailers", "headers": [(b"x-a", b"1")]}
        return [{**self._start(), "trailers": True}, _block(b"one", more=False), trailers]

    def _early_hint(self) -> list[Any]:
        hint = {"type": "http.response.early_hint", "links": []}
        return [hint, self._start(), _block(b"one", more=False)]

    def _crashes(self) -> list[Any]:
        return [FuzzError()]

    def _crashes_after_a_hint(self) -> list[Any]:
        return [{"type": "http.response.early_hint", "links": []}, FuzzError()]

    def _crashes_once_started(self) -> list[Any]:
        return [self._start(), FuzzError()]

    def _crashes_in_the_middle(self) -> list[Any]:
        return [self._start(), _block(b"one"), FuzzError()]

    def _crashes_at_the_end(self) -> list[Any]:
        return [self._start(), _block(b"one", more=False), FuzzError()]

    def _nothing(self) -> list[Any]:
        return []

    KINDS = {  # noqa: RUF012 - a table
        "whole": _whole,
        "stream": _stream,
        "no headers": _no_headers,
        "file": _file,
        "trailers": _trailers,
        "early hint": _early_hint,
        "crashes": _crashes,
        "crashes after a hint": _crashes_after_a_hint,
        "crashes once started": _crashes_once_started,
        "crashes in the middle": _crashes_in_the_middle,
        "crashes at the end": _crashes_at_the_end,
        "nothing": _nothing,
    }


# Those that fail before their response has started.
ANSWERED = {"crashes", "crashes after a hint"}


def _block(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


def scope_for(environ: dict[str, Any]) -> dict[str, Any]:
    """Return the scope of the request that an environ is of."""
    # Servers decode a path as UTF-8 (ASGI), and PATH_INFO shows its bytes as latin-1 (PEP 3333).
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="surrogateescape")
    headers = [(name, environ[key]) for key, name in HEADERS.items() if key in environ]
    return scope_of(environ["REQUEST_METHOD"], path, headers)


def test_plain_asgi(choice: random.Random) -> None:
    for number in range(2 * REQUESTS):
        policy = policy_for(choice)
        environ = environ_of(*request_for(choice))
        application = Application(choice)
        bare = Server().run(application, scope_for(environ))
        application.reached = 0
        server = Server()
        served = server.run(CORSMiddleware(application, policy), scope_for(environ))
        where = f"FUZZ_SEED={SEED} request {number}: {policy} {environ} {application.kind}"

        governs = governing(policy, environ)
        assert governs is not None
        status, cors = plain_cors(governs, environ)
        if status:
            assert served == Served(int(status[:3]), served.headers, b""), where
            assert in_order(served.headers) == in_order([*cors.items()]), where
            assert application.reached == 0, where
            continue
        expected = bare
        if application.kind in ANSWERED and governs.allows_origin(environ.get("HTTP_ORIGIN")):
            body = b"" if environ["REQUEST_METHOD"] == "HEAD" else ERROR.body
            expected = Served(ERROR.status, ERROR.headers, body, ERROR.failure)
        assert (served.status, served.body, served.failure) == (
            expected.status,
            expected.body,
            expected.failure,
        ), where
        if served.status is not None:
            assert in_order(served.headers) == merged(expected.headers, governs, environ), where
        assert application.reached == 1, where
        unchanged = [m for m in application.messages if m in server.messages]
        others = [m for m in application.messages if _passes(m)]
        assert [m for m in unchanged if _passes(m)] == others, where


def _passes(message: Any) -> bool:
    return isinstance(message, dict) and message["type"] != "http.response.start"
