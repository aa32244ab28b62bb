"""What PEP 3333 asks of a middleware, and what happens when an application fails."""

import io
import logging
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from wsgiref.handlers import SimpleHandler
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cors_wsgi import CORSMiddleware, PathPolicies, Policy

APP = "https://app.example"
POLICY = Policy(allow_origins=APP)
PLAIN = [("Content-Type", "text/plain")]
CORS = {"Access-Control-Allow-Origin": APP, "Vary": "Origin"}


EITHER = pytest.mark.parametrize(
    "framework", [False, True], ids=["any application", "a framework's"]
)


def environ_of(origin: str | None = APP, path: str = "/", method: str = "GET") -> dict[str, Any]:
    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method}
    environ |= {"SCRIPT_NAME": "", "QUERY_STRING": ""}
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    setup_testing_defaults(environ)
    return environ


def serve(application: Any, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """Serve one request as `wsgiref` does, and return what goes over the wire."""
    out, errors = io.BytesIO(), io.StringIO()
    handler = SimpleHandler(io.BytesIO(), out, errors, environ)
    handler.http_version = "1.1"
    handler.run(application)
    head, _, body = out.getvalue().decode("latin-1").partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines)
    return status.partition(" ")[2], headers, body.encode("latin-1")


def cors_of(headers: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k.startswith("Access-Control-") or k == "Vary"}


def writes(environ: Any, start_response: Any) -> Iterable[bytes]:
    write = start_response("200 OK", PLAIN)
    write(b"one ")
    return [b"two"]


def changes_its_mind(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [*PLAIN, ("Access-Control-Allow-Origin", "*")])
    try:
        raise ValueError  # noqa: TRY301 - what PEP 3333 shows
    except ValueError:
        start_response("503 Service Unavailable", PLAIN, sys.exc_info())
    return [b"sorry"]


def generates(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", PLAIN)
    yield b"one "
    yield b"two"


def answers_nothing(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", PLAIN)
    yield from ()


class Iterates:
    """The application class of PEP 3333: it starts when it is iterated."""

    def __init__(self, environ: Any, start_response: Any) -> None:
        self.start = start_response

    def __iter__(self) -> Iterator[bytes]:
        self.start("200 OK", PLAIN)
        yield b"hello"


@pytest.mark.parametrize(
    ("application", "status", "body"),
    [
        pytest.param(writes, "200 OK", b"one two", id="write()"),
        pytest.param(changes_its_mind, "503 Service Unavailable", b"sorry", id="exc_info"),
        pytest.param(generates, "200 OK", b"one two", id="a generator"),
        pytest.param(answers_nothing, "200 OK", b"", id="a generator of nothing"),
        pytest.param(Iterates, "200 OK", b"hello", id="a class"),
    ],
)
@pytest.mark.parametrize(
    ("origin", "cors"),
    [
        pytest.param(APP, CORS, id="allowed"),
        pytest.param("https://x.example", {"Vary": "Origin"}, id="refused"),
        pytest.param(None, {"Vary": "Origin"}, id="no origin"),
    ],
)
def test_every_way_of_starting_a_response(
    application: Any, status: str, body: bytes, origin: str | None, cors: dict[str, str]
) -> None:
    wsgi = validator(CORSMiddleware(validator(application), POLICY))
    got_status, headers, got_body = serve(wsgi, environ_of(origin))
    assert (got_status, cors_of(headers), got_body) == (status, cors, body)


class Serves:
    """An application as most frameworks have them."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return [b"hello"]


class ServesWithoutItself:
    @staticmethod
    def __call__(environ: Any, start_response: Any) -> Iterable[bytes]:
        return Serves()(environ, start_response)


class ServesByItsClass:
    @classmethod
    def __call__(cls, environ: Any, start_response: Any) -> Iterable[bytes]:
        return Serves()(environ, start_response)


class ServesWhateverItHas(Serves):
    def __init__(self) -> None:
        self.__call__ = self.no  # type: ignore[method-assign] # which Python does not call

    def no(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        raise AssertionError


class ByMetaclass(type):
    def __call__(cls, environ: Any, start_response: Any) -> Iterable[bytes]:
        return Serves()(environ, start_response)


class ServesAsAClass(metaclass=ByMetaclass):
    pass


@pytest.mark.parametrize(
    "application",
    [
        pytest.param(Serves(), id="an object"),
        pytest.param(Serves().__call__, id="a method"),
        pytest.param(ServesWithoutItself(), id="an object with a static method"),
        pytest.param(ServesByItsClass(), id="an object with a class method"),
        pytest.param(ServesWhateverItHas(), id="an object with an attribute of that name"),
        pytest.param(ServesAsAClass, id="a class with a metaclass"),
        pytest.param(partial(Serves.__call__, Serves()), id="a partial"),
    ],
)
def test_everything_that_can_be_called_is_called_as_python_does(application: Any) -> None:
    status, headers, body = serve(CORSMiddleware(application, POLICY), environ_of())
    assert (status, cors_of(headers), body) == ("200 OK", CORS, b"hello")


def test_a_body_passes_untouched() -> None:
    body = [b"hello"]

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return body

    assert CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print) is body


def test_a_file_wrapper_reaches_the_server() -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        return environ["wsgi.file_wrapper"](io.BytesIO(b"file"))  # type: ignore[no-any-return]

    environ = {**environ_of(), "wsgi.file_wrapper": FileWrapper}
    assert type(CORSMiddleware(application, POLICY)(environ, lambda *_: print)) is FileWrapper


def test_nothing_is_buffered() -> None:
    made = []

    def application(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        for block in (b"one", b"two"):
            made.append(block)
            yield block

    body = iter(CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print))
    seen = [(next(body), list(made)), (next(body), list(made))]
    assert seen == [(b"one", [b"one"]), (b"two", [b"one", b"two"])]


class ClosedError(Exception):
    pass


@pytest.mark.parametrize("late", [False, True], ids=["begun", "not begun"])
def test_close_is_called(late: bool) -> None:
    class Body(Iterates):
        def close(self) -> None:
            raise ClosedError

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        if late:
            return Body(environ, start_response)
        start_response("200 OK", PLAIN)
        return Body(environ, None)

    body = CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print)
    with pytest.raises(ClosedError):
        body.close()  # type: ignore[attr-defined]


@EITHER
def test_what_a_server_does_to_one_list_of_headers_never_shows_in_the_next(
    framework: bool,
) -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(PLAIN))
        return []

    def spoil(status: str, headers: list[Any], exc_info: Any = None) -> None:
        seen.append(list(headers))
        headers.clear()

    seen: list[list[Any]] = []
    policy = Policy(allow_origins=APP, allow_methods="PUT")
    wsgi = CORSMiddleware(application, policy, framework=framework)
    preflight = environ_of(method="OPTIONS") | {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    for environ in (environ_of(), environ_of(None), environ_of("https://x.example"), preflight):
        wsgi(environ, spoil)
        wsgi(environ, spoil)
    assert seen[::2] == seen[1::2]
    assert all(seen)


@pytest.mark.parametrize(
    ("framework", "added"),
    [
        pytest.param(False, [], id="any application's list is left alone"),
        pytest.param(True, [*CORS.items()], id="a framework's is added to"),
    ],
)
def test_whose_list_of_headers_it_is(framework: bool, added: Any) -> None:
    headers = list(PLAIN)

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return []

    wsgi = CORSMiddleware(application, Policy(allow_origins=APP), framework=framework)
    wsgi(environ_of(), lambda *_: print)
    assert headers == PLAIN
    wsgi(environ_of(), lambda *_: print)  # from the page that asked last
    assert headers == PLAIN + added


# ---- an application that fails


def fails(environ: Any, start_response: Any) -> Iterable[bytes]:
    raise RuntimeError("boom")


def fails_once_started(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", list(PLAIN))
    raise RuntimeError("boom")


def fails_as_a_generator(environ: Any, start_response: Any) -> Iterator[bytes]:
    raise RuntimeError("boom")
    yield b""


def fails_as_a_started_generator(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", PLAIN)
    raise RuntimeError("boom")
    yield b""


class FailsWhenIterated(Iterates):
    def __iter__(self) -> Iterator[bytes]:
        raise RuntimeError("boom")


def fails_behind_a_middleware(environ: Any, start_response: Any) -> Iterable[bytes]:
    return map(bytes.upper, fails_as_a_generator(environ, start_response))


FAILING = [
    fails,
    fails_once_started,
    fails_as_a_generator,
    fails_as_a_started_generator,
    fails_behind_a_middleware,
    FailsWhenIterated,
]


@pytest.mark.parametrize(
    ("application", "framework"),
    [*((application, False) for application in FAILING), (fails, True), (fails_once_started, True)],
)
@pytest.mark.parametrize("debug", [False, True], ids=["no debug", "debug"])
def test_a_crash_is_logged_and_answered_with_cors_headers(
    application: Any, framework: bool, debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    wsgi = validator(CORSMiddleware(application, POLICY, framework=framework, debug=debug))
    serve(wsgi, environ_of())
    caplog.clear()
    status, headers, body = serve(wsgi, environ_of(path="/a\r\nb"))
    assert (status, body) == ("500 Internal Server Error", b"Internal Server Error")
    assert headers.items() >= CORS.items()
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("cors_wsgi", "ERROR")
    assert record.getMessage() == (
        r"the application failed before its response had begun: 'GET' '/a\r\nb'"
    )
    assert record.exc_info
    assert str(record.exc_info[1]) == "boom"


@pytest.mark.parametrize("application", FAILING)
@pytest.mark.parametrize(
    ("origin", "answer_crashes"),
    [
        pytest.param(None, True, id="no origin"),
        pytest.param("https://x.example", True, id="a refused origin"),
        pytest.param(APP, False, id="switched off"),
        pytest.param(APP, lambda: False, id="switched off when it happens"),
    ],
)
@pytest.mark.parametrize("debug", [False, True], ids=["no debug", "debug"])
def test_a_crash_is_left_to_the_server(
    application: Any, origin: str | None, answer_crashes: Any, debug: bool
) -> None:
    wsgi = CORSMiddleware(application, POLICY, answer_crashes=answer_crashes, debug=debug)
    with pytest.raises(RuntimeError, match="boom"):
        list(wsgi(environ_of(origin), lambda *_: print))


def test_the_bodies_of_a_framework_are_not_looked_at() -> None:
    wsgi = CORSMiddleware(fails_as_a_generator, POLICY, framework=True)
    with pytest.raises(RuntimeError, match="boom"):
        list(wsgi(environ_of(), lambda *_: print))


def test_a_crash_after_the_first_block_is_the_servers() -> None:
    def application(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        yield b"one"
        raise RuntimeError("boom")

    body = iter(CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print))
    assert next(body) == b"one"
    with pytest.raises(RuntimeError, match="boom"):
        next(body)


def test_a_crash_after_write_is_raised_again_by_start_response() -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)(b"one")
        raise RuntimeError("boom")

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        if exc_info:
            raise exc_info[1]
        return print

    with pytest.raises(RuntimeError, match="boom"):
        CORSMiddleware(application, POLICY)(environ_of(), start_response)


def test_a_crash_answers_head_without_a_body() -> None:
    assert CORSMiddleware(fails, POLICY)(environ_of(method="HEAD"), lambda *_: print) == []


# ---- which policy


def hello(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [*PLAIN, ("Access-Control-Allow-Origin", "own")])
    return [b"hello"]


def allowed(wsgi: Any, origin: str = APP, path: str = "/") -> str | None:
    return serve(wsgi, environ_of(origin, path))[1].get("Access-Control-Allow-Origin")


@EITHER
def test_the_policy_can_be_replaced_while_serving(framework: bool) -> None:
    wsgi = CORSMiddleware(hello, POLICY, framework=framework)
    assert allowed(wsgi) == APP
    assert allowed(wsgi) == APP
    wsgi.policy = Policy(allow_origins="https://new.example")
    assert allowed(wsgi) is None
    assert allowed(wsgi, "https://new.example") == "https://new.example"
    wsgi.policy = PathPolicies({"/api": POLICY})
    assert allowed(wsgi, path="/api") == APP
    assert allowed(wsgi, path="/") == "own"
    wsgi.policy = lambda environ: POLICY if environ["PATH_INFO"] == "/by" else None
    assert allowed(wsgi, path="/by") == APP
    assert allowed(wsgi, path="/") == "own"
    wsgi.policy = POLICY
    assert allowed(wsgi, path="/") == APP


TENANTS = {"a.example": Policy(allow_origins="https://page-of-a.example")}


def by_host(environ: Any) -> Policy | None:
    return TENANTS.get(environ["HTTP_HOST"])


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        pytest.param("a.example", "https://page-of-a.example", "https://page-of-a.example", id="a"),
        pytest.param("a.example", "https://page-of-b.example", None, id="not a's"),
        pytest.param("c.example", "https://page-of-a.example", "own", id="no tenant, no policy"),
    ],
)
@EITHER
def test_a_function_of_the_environ_chooses(
    host: str, origin: str, expected: str | None, framework: bool
) -> None:
    environ = environ_of(origin) | {"HTTP_HOST": host}
    _, headers, _ = serve(CORSMiddleware(hello, by_host, framework=framework), environ)
    assert headers.get("Access-Control-Allow-Origin") == expected


@pytest.mark.parametrize(
    ("choose", "logged"),
    [
        pytest.param(lambda environ: environ["no"], "failed", id="fails"),
        pytest.param(lambda environ: {}, "returned <class 'dict'>", id="returns a mapping"),
    ],
)
@pytest.mark.parametrize("since", [False, True], ids=["from the start", "put there since"])
@EITHER
def test_a_function_that_cannot_choose_opens_nothing(
    choose: Any, logged: str, since: bool, framework: bool, caplog: pytest.LogCaptureFixture
) -> None:
    wsgi = CORSMiddleware(hello, POLICY if since else choose, framework=framework)
    wsgi.policy = choose if since else wsgi.policy
    assert allowed(wsgi) is None
    preflight = environ_of(method="OPTIONS") | {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    status, headers, _ = serve(wsgi, preflight)
    assert (status, cors_of(headers)) == ("204 No Content", {"Vary": "Origin"})
    assert logged in caplog.records[0].getMessage()


@EITHER
def test_each_request_is_answered_by_itself_whatever_came_before(framework: bool) -> None:
    policy = Policy(allow_origins=[APP, "https://b.example"], allow_methods="PUT")
    wsgi = CORSMiddleware(hello, policy, framework=framework)
    b = CORS | {"Access-Control-Allow-Origin": "https://b.example"}
    preflight = CORS | {"Access-Control-Allow-Methods": "PUT", "Access-Control-Max-Age": "600"}
    asks = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    for environ, status, expected in [
        (environ_of(), "200 OK", CORS),
        (environ_of(), "200 OK", CORS),
        (environ_of(method="OPTIONS") | asks, "204 No Content", preflight),
        (environ_of(method="OPTIONS"), "200 OK", CORS),
        (environ_of() | asks, "200 OK", CORS),
        (environ_of(None), "200 OK", {"Vary": "Origin"}),
        (environ_of("https://x.example"), "200 OK", {"Vary": "Origin"}),
        (environ_of(), "200 OK", CORS),
        (environ_of("https://b.example"), "200 OK", b),
        (environ_of("https://b.example"), "200 OK", b),
        (environ_of(), "200 OK", CORS),
    ]:
        found, headers, _ = serve(wsgi, environ)
        assert (found, cors_of(headers)) == (status, expected)


@pytest.mark.parametrize("policy", [None, {"allow_origins": APP}, APP], ids=repr)
def test_what_is_no_policy_is_refused_at_once(policy: Any) -> None:
    with pytest.raises(TypeError, match="policy must be a Policy"):
        CORSMiddleware(hello, policy)


# ---- what is said


def test_two_layers_that_set_cors_headers_are_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wsgi = CORSMiddleware(hello, Policy(allow_origins=APP))
    allowed(wsgi)
    allowed(wsgi)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "two layers set CORS headers: those of the application ('Access-Control-Allow-Origin') "
        "are replaced by the policy's; take them out of the application"
    )


@pytest.mark.parametrize(
    ("policy", "server", "said"),
    [
        pytest.param(Policy(allow_origins="*"), "127.0.0.1", 1, id="* on loopback"),
        pytest.param(Policy(allow_origins="*"), "localhost", 1, id="* on localhost"),
        pytest.param(Policy(allow_origins="*"), "0.0.0.0", 0, id="* on every address"),
        pytest.param(Policy(allow_origins=APP), "127.0.0.1", 0, id="a named origin on loopback"),
    ],
)
def test_an_open_server_of_this_machine_is_reported_once(
    policy: Policy, server: str, said: int, caplog: pytest.LogCaptureFixture
) -> None:
    # GHSA-583g-g682-crxf
    wsgi = CORSMiddleware(generates, policy)
    for _ in range(2):
        serve(wsgi, environ_of() | {"SERVER_NAME": server})
    assert len(caplog.records) == said
    assert all("every site" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        pytest.param(
            APP,
            "allowed: actual 'GET' '/' from 'https://app.example': the origin is allowed",
            id="allowed",
        ),
        pytest.param(
            "https://app.example:8443",
            "refused (origin-missing): actual 'GET' '/' from 'https://app.example:8443': the "
            "origin 'https://app.example:8443' is not in allow_origins; 'https://app.example' "
            "differs only by its port",
            id="refused",
        ),
        pytest.param(None, None, id="no CORS request"),
    ],
)
@pytest.mark.parametrize("debug", [True, False], ids=["debug", "no debug"])
def test_decisions_are_logged_and_debug_says_them_in_a_header(
    origin: str | None, reason: str | None, debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "cors_wsgi")
    wsgi = validator(CORSMiddleware(generates, POLICY, debug=debug))
    _, headers, _ = serve(wsgi, environ_of(origin))
    assert headers.get("X-Cors-Wsgi") == (reason if debug else None)
    assert [record.getMessage() for record in caplog.records] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("level", "logged"),
    [
        pytest.param(logging.DEBUG, ["DEBUG", "DEBUG", "INFO", "INFO"], id="DEBUG"),
        pytest.param(logging.INFO, ["INFO", "INFO"], id="INFO"),
        pytest.param(logging.WARNING, [], id="WARNING"),
    ],
)
@pytest.mark.parametrize("logger", ["cors_wsgi", None], ids=["its own level", "the root's level"])
@EITHER
def test_refusals_are_information_and_the_rest_is_for_debugging(
    level: int,
    logged: list[str],
    logger: str | None,
    framework: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wsgi = CORSMiddleware(hello, POLICY, framework=framework)
    serve(wsgi, environ_of())
    caplog.clear()
    caplog.set_level(level, logger)
    for environ in (environ_of(), environ_of("https://x.example")):
        serve(wsgi, environ)
        asked = {"REQUEST_METHOD": "OPTIONS", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
        serve(wsgi, environ | asked)
    assert [record.levelname for record in caplog.records] == logged
