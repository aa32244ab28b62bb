"""What PEP 3333 asks of a middleware, and what happens when an application fails."""

import inspect
import io
import logging
import re
import sys
from collections.abc import Iterable, Iterator
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


class EndsOnce(Iterates):
    """A stream that waits for ever if it is asked for more when it has ended."""

    has_ended = False

    def __iter__(self) -> Iterator[bytes]:
        self.start("200 OK", PLAIN)
        return self

    def __next__(self) -> bytes:
        assert not self.has_ended
        self.has_ended = True
        raise StopIteration


@pytest.mark.parametrize(
    ("application", "status", "body"),
    [
        pytest.param(writes, "200 OK", b"one two", id="write()"),
        pytest.param(changes_its_mind, "503 Service Unavailable", b"sorry", id="exc_info"),
        pytest.param(generates, "200 OK", b"one two", id="a generator"),
        pytest.param(answers_nothing, "200 OK", b"", id="a generator of nothing"),
        pytest.param(EndsOnce, "200 OK", b"", id="an iterator that ends once"),
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


@pytest.mark.parametrize("body", [[b"hello"], (b"hello",), b"hello"])
def test_a_body_that_is_there_as_a_whole_passes_untouched(body: Iterable[Any]) -> None:
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


def test_blocks_of_nothing_may_come_before_the_start() -> None:
    # waitress, cheroot and uWSGI skip them.
    def application(environ: Any, start_response: Any) -> Iterator[bytes]:
        yield b""
        start_response("200 OK", PLAIN)
        yield b"hello"

    started: list[str] = []
    wsgi = CORSMiddleware(application, POLICY)
    body = iter(wsgi(environ_of(), lambda status, headers: started.append(status)))  # type: ignore[arg-type]
    assert [(block, [*started]) for block in body] == [(b"", []), (b"hello", ["200 OK"])]


class ClosedError(Exception):
    pass


@pytest.mark.parametrize("late", [False, True], ids=["started", "not started"])
def test_close_is_called(late: bool) -> None:
    class Body(Iterates):
        def close(self) -> None:
            raise ClosedError

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        body = Body(environ, start_response if late else lambda *_: None)
        if not late:
            start_response("200 OK", PLAIN)
        return body

    body = CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print)
    with pytest.raises(ClosedError):
        body.close()  # type: ignore[attr-defined]


def test_what_a_server_does_to_one_list_of_headers_never_shows_in_the_next() -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(PLAIN))
        return []

    def spoil(status: str, headers: list[Any], exc_info: Any = None) -> None:
        seen.append(list(headers))
        headers.clear()

    seen: list[list[Any]] = []
    policy = Policy(allow_origins=APP, allow_methods="PUT")
    wsgi = CORSMiddleware(application, policy)
    preflight = environ_of(method="OPTIONS") | {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    for environ in (environ_of(), environ_of(None), environ_of("https://x.example"), preflight):
        wsgi(environ, spoil)
        wsgi(environ, spoil)
    assert seen[::2] == seen[1::2]
    assert all(seen)


def test_the_applications_own_list_of_headers_is_left_alone() -> None:
    headers = list(PLAIN)

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return []

    CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print)
    assert headers == PLAIN


@pytest.mark.parametrize("origin", [APP, "https://x.example", None])
@pytest.mark.parametrize(
    ("headers", "name"), [(tuple(PLAIN), "tuple"), (dict(PLAIN).items(), "dict_items")]
)
def test_a_container_that_pep_3333_does_not_allow_is_named(
    headers: Any, name: str, origin: str | None
) -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return []

    wsgi = CORSMiddleware(application, POLICY, answer_crashes=False)
    message = rf"start_response takes a list of headers, not a {name} \(PEP 3333\)"
    with pytest.raises(TypeError, match=message):
        wsgi(environ_of(origin), lambda *_: print)


@pytest.mark.parametrize("origin", [APP, None])
def test_exc_info_may_be_given_by_name_and_a_server_need_not_know_it(origin: str | None) -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(PLAIN), exc_info=None)
        return [b"hello"]

    seen = []
    CORSMiddleware(application, POLICY)(
        environ_of(origin),
        lambda status, headers: seen.append((status, headers)),  # type: ignore[arg-type]
    )
    assert [status for status, _ in seen] == ["200 OK"]


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


class FailsAtTheFirstBlock:
    """A body whose application has started the response, and which has to be closed."""

    closed = 0

    def __init__(self, environ: Any, start_response: Any) -> None:
        start_response("200 OK", list(PLAIN))

    def __iter__(self) -> Iterator[bytes]:
        raise RuntimeError("boom")

    def close(self) -> None:
        type(self).closed += 1


class FailsAsAList(list[bytes]):
    def __init__(self, environ: Any, start_response: Any) -> None:
        start_response("200 OK", list(PLAIN))

    def __iter__(self) -> Iterator[bytes]:
        raise RuntimeError("boom")


FAILING += [FailsAtTheFirstBlock, FailsAsAList]


@pytest.mark.parametrize("application", FAILING)
def test_a_crash_is_logged_and_answered_with_cors_headers(
    application: Any, caplog: pytest.LogCaptureFixture
) -> None:
    wsgi = validator(CORSMiddleware(application, POLICY))
    status, headers, body = serve(wsgi, environ_of(path="/a\r\nb"))
    assert (status, body) == ("500 Internal Server Error", b"Internal Server Error")
    assert headers == {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": "21",
        **CORS,
    } | {name: value for name, value in headers.items() if name in ("Date", "Server")}
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("cors_wsgi", "ERROR")
    assert record.getMessage() == (
        r"the application failed before its response had begun: 'GET' '/a\r\nb'"
    )
    assert record.exc_info
    assert str(record.exc_info[1]) == "boom"


@pytest.mark.parametrize("application", FAILING)
def test_the_server_is_told_once_and_of_no_exception(application: Any) -> None:
    # gunicorn and cheroot would add the second headers to the first; uWSGI loses the body.
    told: list[Any] = []
    CORSMiddleware(application, POLICY)(
        environ_of(),
        lambda *arguments: told.append(arguments),  # type: ignore[arg-type]
    )
    assert [(status, len(rest)) for status, *rest in told] == [("500 Internal Server Error", 1)]


@pytest.mark.parametrize("application", FAILING)
def test_with_debug_the_answer_is_the_traceback(application: Any) -> None:
    wsgi = validator(CORSMiddleware(application, POLICY, debug=True))
    status, headers, body = serve(wsgi, environ_of())
    assert status == "500 Internal Server Error"
    assert headers.items() >= CORS.items()
    assert body.startswith(b"Traceback (most recent call last):")
    assert body.endswith(b"RuntimeError: boom\n")


@pytest.mark.parametrize("application", FAILING)
@pytest.mark.parametrize(
    ("origin", "answer_crashes", "more"),
    [
        pytest.param(None, True, {}, id="no origin"),
        pytest.param("https://x.example", True, {}, id="a refused origin"),
        pytest.param(APP, False, {}, id="switched off"),
        pytest.param(
            APP, True, {"HTTP_CONNECTION": "keep-alive, Upgrade"}, id="a WebSocket handshake"
        ),
    ],
)
@pytest.mark.parametrize("debug", [False, True], ids=["no debug", "debug"])
def test_a_crash_is_left_to_the_server(
    application: Any, origin: str | None, answer_crashes: bool, more: dict[str, str], debug: bool
) -> None:
    wsgi = CORSMiddleware(application, POLICY, answer_crashes=answer_crashes, debug=debug)
    with pytest.raises(RuntimeError, match="boom"):
        list(wsgi(environ_of(origin) | more, lambda *_: print))


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param(StopIteration, id="gunicorn's: the socket is taken"),
        pytest.param(SystemExit, id="a worker that is told to stop"),
        pytest.param(KeyboardInterrupt, id="somebody at the keyboard"),
    ],
)
def test_a_signal_to_the_server_is_no_crash(
    signal: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise signal

    with pytest.raises(signal):
        CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print)
    assert caplog.records == []


def test_neither_headers_nor_blocks_is_a_signal_too() -> None:
    class AlreadyHandled:
        def __iter__(self) -> Iterator[bytes]:
            return iter(())

    handled = AlreadyHandled()  # as eventlet compares it
    assert CORSMiddleware(lambda e, s: handled, POLICY)(environ_of(), lambda *_: print) is handled


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "left to the server"])
def test_a_body_that_fails_first_is_closed_once(answered: bool) -> None:
    class Body(FailsAtTheFirstBlock):
        closed = 0

        def __init__(self, environ: Any, start_response: Any) -> None:
            write = start_response("200 OK", list(PLAIN))
            if not answered:
                write(b"one")

    wsgi = CORSMiddleware(Body, POLICY)
    if answered:
        assert wsgi(environ_of(), lambda *_: print) == [b"Internal Server Error"]
    else:
        with pytest.raises(RuntimeError, match="boom"):
            wsgi(environ_of(), lambda *_: print)
    assert Body.closed == 1


def test_what_closing_a_failed_body_raises_does_not_hide_the_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Body(FailsAtTheFirstBlock):
        def close(self) -> None:
            raise ClosedError

    assert CORSMiddleware(Body, POLICY)(environ_of(), lambda *_: print) == [
        b"Internal Server Error"
    ]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "closing the body of a failed response failed, too",
        "the application failed before its response had begun",
    ]


def test_a_crash_after_the_first_block_is_the_servers() -> None:
    def application(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", PLAIN)
        yield b"one"
        raise RuntimeError("boom")

    body = iter(CORSMiddleware(application, POLICY)(environ_of(), lambda *_: print))
    assert next(body) == b"one"
    with pytest.raises(RuntimeError, match="boom"):
        next(body)


def test_a_crash_after_write_is_the_servers() -> None:
    written: list[bytes] = []

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)(b"one")
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        CORSMiddleware(application, POLICY)(environ_of(), lambda *_: written.append)
    assert written == [b"one"]


def test_what_the_server_refuses_is_the_servers() -> None:
    def start_response(status: str, headers: Any) -> Any:
        raise ValueError("a header that no server sends")

    with pytest.raises(ValueError, match="no server sends"):
        CORSMiddleware(hello, POLICY)(environ_of(), start_response)  # type: ignore[arg-type]


def test_a_response_cannot_be_started_twice() -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", PLAIN)
        start_response("404 Not Found", PLAIN)
        return []

    wsgi = CORSMiddleware(application, POLICY, debug=True)
    _, _, body = serve(wsgi, environ_of())
    assert b"AssertionError: start_response was called twice" in body


def test_a_crash_answers_head_with_an_empty_block() -> None:
    # hypercorn sends nothing at all for a body without blocks
    wsgi = CORSMiddleware(fails, POLICY)
    assert wsgi(environ_of(method="HEAD"), lambda *_: print) == [b""]
    preflight = environ_of(method="OPTIONS") | {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    assert wsgi(preflight, lambda *_: print) == [b""]


@pytest.mark.parametrize(
    ("method", "changed", "body"),
    [
        pytest.param("GET", {"REQUEST_METHOD": "HEAD"}, b"Internal Server Error", id="GET"),
        pytest.param("HEAD", {"REQUEST_METHOD": "GET"}, b"", id="HEAD"),
        pytest.param("HEAD", {}, b"", id="HEAD, and nothing is left of the environ"),
    ],
)
def test_a_crash_is_answered_to_the_method_that_arrived(
    method: str, changed: dict[str, str], body: bytes
) -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ.clear()
        environ.update(changed)
        raise RuntimeError("boom")

    environ = environ_of(method=method)
    assert CORSMiddleware(application, POLICY)(environ, lambda *_: print) == [body]


# ---- which policy


def hello(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [*PLAIN, ("Access-Control-Allow-Origin", "own")])
    return [b"hello"]


def allowed(wsgi: Any, origin: str = APP, path: str = "/") -> str | None:
    return serve(wsgi, environ_of(origin, path))[1].get("Access-Control-Allow-Origin")


def test_the_policy_can_be_replaced_while_serving() -> None:
    wsgi = CORSMiddleware(hello, POLICY)
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
def test_a_function_of_the_environ_chooses(host: str, origin: str, expected: str | None) -> None:
    environ = environ_of(origin) | {"HTTP_HOST": host}
    _, headers, _ = serve(CORSMiddleware(hello, by_host), environ)
    assert headers.get("Access-Control-Allow-Origin") == expected


@pytest.mark.parametrize(
    ("choose", "logged"),
    [
        pytest.param(lambda environ: environ["no"], "failed", id="fails"),
        pytest.param(lambda environ: {}, "returned <class 'dict'>", id="returns a mapping"),
    ],
)
def test_a_function_that_cannot_choose_opens_nothing(
    choose: Any, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    wsgi = CORSMiddleware(hello, choose)
    assert allowed(wsgi) is None
    preflight = environ_of(method="OPTIONS") | {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    status, headers, _ = serve(wsgi, preflight)
    assert (status, cors_of(headers)) == ("204 No Content", {"Vary": "Origin"})
    assert logged in caplog.records[0].getMessage()


def test_each_request_is_answered_by_itself_whatever_came_before() -> None:
    policy = Policy(allow_origins=[APP, "https://b.example"], allow_methods="PUT")
    wsgi = CORSMiddleware(hello, policy)
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


STAR = Policy(allow_origins="*")


@pytest.mark.parametrize(
    ("origin", "vary"),
    [("https://app.example", "Origin"), ("https://x.example", "Origin"), (None, "Origin")],
)
def test_behind_a_function_every_response_varies_by_origin(origin: str | None, vary: str) -> None:
    # The function may have looked at it: a cache must not give one origin's response to another.
    def choose(environ: Any) -> Policy:
        return POLICY if environ.get("HTTP_ORIGIN") == APP else STAR

    _, headers, _ = serve(CORSMiddleware(hello, choose), environ_of(origin))
    assert headers["Vary"] == vary
    assert headers["Access-Control-Allow-Origin"] == (APP if origin == APP else "*")
    _, headers, _ = serve(CORSMiddleware(hello, STAR), environ_of(origin))
    assert "Vary" not in headers


async def asgi_application(scope: Any, receive: Any, send: Any) -> None: ...


class NotAnApplication:
    pass


@pytest.mark.parametrize(
    ("application", "policy", "message"),
    [
        pytest.param(None, POLICY, "None is not a WSGI application", id="no application"),
        pytest.param(POLICY, hello, "the application comes first", id="swapped"),
        pytest.param(
            asgi_application, POLICY, "use cors_wsgi.asgi.CORSMiddleware", id="an ASGI application"
        ),
        pytest.param(NotAnApplication, POLICY, "is a class", id="a class as the application"),
        pytest.param(lambda environ: [], POLICY, "does not take", id="one argument"),
        pytest.param(hello, None, "None is not a policy", id="no policy"),
        pytest.param(hello, Policy, "Policy is a class", id="the class Policy"),
        pytest.param(
            hello, APP, r"Write Policy\(allow_origins=\['https://app.example'\]\)", id="an origin"
        ),
        pytest.param(hello, [APP], r"Write Policy\(allow_origins=", id="origins"),
        pytest.param(hello, hello, "takes one argument", id="an application as the policy"),
        pytest.param(hello, asgi_application, "takes one argument", id="an ASGI application, too"),
        pytest.param(hello, lambda: POLICY, "takes one argument", id="a function of nothing"),
    ],
)
def test_a_mistake_is_named_at_once(application: Any, policy: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        CORSMiddleware(application, policy)


@pytest.mark.parametrize(
    ("option", "value", "written"),
    [
        ("allow_origins", "https://b.example", "allow_origins=['https://b.example']"),
        (
            "supports_credentials",
            True,
            "allow_origins=['https://app.example'], allow_credentials=True",
        ),
        ("allowMethods", ["PUT"], "allow_origins=['https://app.example'], allow_methods=['PUT']"),
    ],
)
def test_a_field_in_the_place_of_the_policy_is_named(
    option: str, value: object, written: str
) -> None:
    message = (
        f"CORSMiddleware has no option '{option}': its policy has. "
        f"Write CORSMiddleware(app, Policy({written}))"
    )
    with pytest.raises(TypeError, match=re.escape(message)):
        CORSMiddleware(hello, **{option: value})  # type: ignore[call-arg, arg-type]


def test_the_signature_is_that_of_what_it_takes() -> None:
    names = [*inspect.signature(CORSMiddleware).parameters]
    assert names == ["app", "policy", "answer_crashes", "debug"]


def test_a_policy_that_is_none_is_refused_when_it_is_replaced_too() -> None:
    wsgi = CORSMiddleware(hello, POLICY)
    with pytest.raises(TypeError, match="is not a policy"):
        wsgi.policy = "oops"  # type: ignore[assignment]
    assert wsgi.policy is POLICY
    with pytest.raises(AttributeError):
        wsgi.polcy = POLICY  # type: ignore[attr-defined]


def test_a_mapping_is_a_policy() -> None:
    assert CORSMiddleware(hello, {"allow_origins": APP}).policy == POLICY


def test_it_is_a_class() -> None:
    class Mine(CORSMiddleware):
        pass

    wsgi = Mine(hello, POLICY)
    assert isinstance(wsgi, CORSMiddleware)
    assert repr(wsgi).startswith("Mine(<function hello at ")
    assert repr(wsgi).endswith(", Policy(allow_origins=['https://app.example']))")
    assert CORSMiddleware.__module__ == "cors_wsgi"


def test_a_subclass_chooses_the_policy() -> None:
    class InTheOpen(CORSMiddleware):
        def policy_for(self, environ: dict[str, Any]) -> Policy | None:
            return None if environ["PATH_INFO"] == "/open" else super().policy_for(environ)

    wsgi = InTheOpen(hello, POLICY)
    sent = {path: cors_of(serve(wsgi, environ_of(path=path))[1]) for path in ("/", "/open")}
    assert sent == {"/": CORS, "/open": {"Access-Control-Allow-Origin": "own"}}


# ---- what is said


def test_two_layers_that_set_cors_headers_are_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wsgi = CORSMiddleware(hello, POLICY)
    allowed(wsgi)
    allowed(wsgi)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "two layers set CORS headers: the application's ('Access-Control-Allow-Origin') are "
        "replaced by the policy's; remove them from the application"
    )


BROWSER = {"HTTP_HOST": "localhost:8000", "REMOTE_ADDR": "127.0.0.1", "SERVER_SOFTWARE": "x/1"}
BROWSER |= {"SERVER_PROTOCOL": "HTTP/1.1"}


@pytest.mark.parametrize(
    ("policy", "request_", "said"),
    [
        pytest.param(STAR, BROWSER, 1, id="a browser on the same machine"),
        pytest.param(STAR, BROWSER | {"HTTP_HOST": "[::1]:80"}, 1, id="by its address"),
        pytest.param(STAR, BROWSER | {"HTTP_HOST": "api.example"}, 0, id="a proxy with its host"),
        pytest.param(STAR, BROWSER | {"HTTP_X_FORWARDED_FOR": "1"}, 0, id="a proxy that says so"),
        pytest.param(STAR, BROWSER | {"SERVER_PROTOCOL": "HTTP/1.0"}, 0, id="nginx as it comes"),
        pytest.param(STAR, BROWSER | {"REMOTE_ADDR": "192.0.2.1"}, 0, id="another machine"),
        pytest.param(STAR, {"HTTP_HOST": "localhost"}, 0, id="a test client"),
        pytest.param(POLICY, BROWSER, 0, id="a named origin"),
    ],
)
def test_an_open_server_of_this_machine_is_reported_once(
    policy: Policy, request_: dict[str, str], said: int, caplog: pytest.LogCaptureFixture
) -> None:
    # GHSA-583g-g682-crxf
    environ = environ_of()
    del environ["SERVER_PROTOCOL"]
    for _ in range(2):
        CORSMiddleware(generates, policy)(environ | request_, lambda *_: print)
    assert len(caplog.records) == said
    assert all("every site" in record.getMessage() for record in caplog.records)


REFUSED = (
    "refused (origin-missing): actual 'GET' '/' from 'https://app.example:8443': the origin "
    "'https://app.example:8443' is not in allow_origins; 'https://app.example' differs only by "
    "its port"
)


@pytest.mark.parametrize(
    ("origin", "reason", "logged"),
    [
        pytest.param(
            APP,
            "allowed: actual 'GET' '/' from 'https://app.example': the origin is allowed",
            [],
            id="allowed",
        ),
        pytest.param("https://app.example:8443", REFUSED, [REFUSED], id="refused"),
        pytest.param(None, None, [], id="no CORS request"),
    ],
)
@pytest.mark.parametrize("debug", [True, False], ids=["debug", "no debug"])
def test_refusals_are_logged_and_debug_says_why_in_a_header(
    origin: str | None,
    reason: str | None,
    logged: list[str],
    debug: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "cors_wsgi")
    wsgi = validator(CORSMiddleware(generates, POLICY, debug=debug))
    _, headers, _ = serve(wsgi, environ_of(origin))
    assert headers.get("X-Cors-Wsgi") == (reason if debug else None)
    assert [record.getMessage() for record in caplog.records] == logged


ASKS = {"REQUEST_METHOD": "OPTIONS", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}


@pytest.mark.parametrize(
    ("debug", "level", "logged"),
    [
        pytest.param(False, logging.INFO, ["INFO"] * 6, id="information in production"),
        pytest.param(False, logging.WARNING, [], id="which is not shown by default"),
        pytest.param(
            True,
            logging.INFO,
            ["WARNING", "WARNING", "WARNING", "INFO", "INFO", "INFO"],
            id="a warning in development, once for each origin and code",
        ),
        pytest.param(True, logging.WARNING, ["WARNING"] * 3, id="which is shown by default"),
    ],
)
def test_the_level_of_a_refusal(
    debug: bool, level: int, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(level, "cors_wsgi")
    wsgi = CORSMiddleware(hello, POLICY, debug=debug)
    wsgi.app = lambda environ, start_response: []
    for _ in range(2):
        wsgi(environ_of("https://x.example"), lambda *_: print)
        wsgi(environ_of("https://y.example") | ASKS, lambda *_: print)
        wsgi(environ_of() | ASKS, lambda *_: print)  # the method
    assert [record.levelname for record in caplog.records] == logged


def test_the_warnings_that_are_given_once_have_a_bound(caplog: pytest.LogCaptureFixture) -> None:
    wsgi = CORSMiddleware(lambda environ, start_response: [], POLICY, debug=True)
    for number in range(1100):
        wsgi(environ_of(f"https://{number}.example"), lambda *_: print)
    assert [record.levelname for record in caplog.records].count("WARNING") == 1000
