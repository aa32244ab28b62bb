"""What the middleware for ASGI applications promises, law by law."""

import asyncio
import logging
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from asgi_server import Served, Server, finish, scope_of

from cors_wsgi import HostPolicies, InvalidPolicy, PathPolicies, Policy
from cors_wsgi.asgi import CORSMiddleware

APP = "https://app.example"
OTHER = "https://other.example"
POLICY = Policy(allow_origins=APP)
EVERYBODY = Policy(allow_origins="*")
ALLOWED = [("access-control-allow-origin", APP), ("vary", "Origin")]
REFUSED = [("vary", "Origin")]
PLAIN = ("content-type", "text/plain")
ERROR = [("content-type", "text/plain; charset=utf-8"), ("content-length", "21")]


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
    await send({"type": "http.response.body", "body": b"hello"})


def ask(application: Any, origin: str | None = APP, method: str = "GET", **more: Any) -> Served:
    headers = [] if origin is None else [("origin", origin)]
    return Server().run(application, scope_of(method, headers=headers, **more))


# ---- 1. what WSGI does with the same request: fuzz/test_asgi_as_wsgi.py


# ---- 2. who answers


@pytest.mark.parametrize(
    ("method", "headers", "reaches"),
    [
        pytest.param(
            "OPTIONS",
            {"origin": APP, "access-control-request-method": "PUT"},
            False,
            id="preflight",
        ),
        pytest.param(
            "OPTIONS",
            {"origin": OTHER, "access-control-request-method": "PUT"},
            False,
            id="refused",
        ),
        pytest.param("OPTIONS", {"origin": APP}, True, id="no requested method"),
        pytest.param("OPTIONS", {"access-control-request-method": "PUT"}, True, id="no origin"),
        pytest.param(
            "GET", {"origin": APP, "access-control-request-method": "PUT"}, True, id="not OPTIONS"
        ),
    ],
)
def test_a_preflight_never_reaches_the_application_and_other_requests_do(
    method: str, headers: dict[str, str], reaches: bool
) -> None:
    served = Server().run(CORSMiddleware(hello, POLICY), scope_of(method, headers=headers.items()))
    assert (served.status, served.body) == ((200, b"hello") if reaches else (204, b""))


def test_what_the_application_does_to_the_scope_changes_no_decision() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        scope["headers"] = [(b"origin", OTHER.encode())]
        scope |= {"method": "PUT", "path": "/elsewhere"}
        await hello(scope, receive, send)

    policy = PathPolicies({"/": POLICY, "/elsewhere": EVERYBODY})
    assert ask(CORSMiddleware(application, policy)).headers == [("x-own", "1"), *ALLOWED]


# ---- 3. what is changed. Files, trailers, hints and pushes are sent by servers in servers/; none
# of these offers zerocopysend or debug, so that only this test can show them.


MESSAGES: list[dict[str, Any]] = [
    {"type": "http.response.debug", "info": {}},
    {"type": "http.response.early_hint", "links": [b"<a>; rel=preload"]},
    {"type": "http.response.start", "status": 200, "headers": [], "trailers": True},
    {"type": "http.response.push", "path": "/a", "headers": []},
    {"type": "http.response.body", "body": b"one", "more_body": True},
    {"type": "http.response.zerocopysend", "file": 7},
    {"type": "http.response.pathsend", "path": "/a/file"},
    {"type": "http.response.trailers", "headers": [(b"access-control-allow-origin", b"*")]},
    {"type": "x.unknown", "headers": []},
]


@pytest.mark.parametrize("origin", [APP, OTHER, None])
def test_only_the_start_is_another_message(origin: str | None) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        for message in MESSAGES:
            await send(message)

    server = Server()
    headers = [] if origin is None else [("origin", origin)]
    server.run(CORSMiddleware(application, POLICY), scope_of(headers=headers))
    changed = [ours for ours, own in zip(server.messages, MESSAGES, strict=True) if ours is not own]
    (start,) = changed
    cors = [(b"vary", b"Origin")]
    if origin == APP:
        cors.insert(0, (b"access-control-allow-origin", APP.encode()))
    assert start == {**MESSAGES[2], "headers": cors}


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        pytest.param({"headers": [(b"x-own", b"1")]}, [("x-own", "1")], id="a list"),
        pytest.param({"headers": ((b"x-own", b"1"),)}, [("x-own", "1")], id="a tuple"),
        pytest.param({"headers": [[b"x-own", b"1"]]}, [("x-own", "1")], id="lists of two"),
        pytest.param(
            {"headers": iter([(b"x-own", b"1")])},
            [("x-own", "1")],
            id="an iterator, as ASGI allows",
        ),
        pytest.param({"headers": ()}, [], id="none"),
        pytest.param({}, [], id="absent"),
    ],
)
def test_the_applications_headers_are_any_iterable_or_absent(
    own: dict[str, Any], kept: list[tuple[str, str]]
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, **own})

    assert ask(CORSMiddleware(application, POLICY)).headers == [*kept, *ALLOWED]


def test_the_applications_cors_headers_are_replaced_and_its_vary_is_merged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # ASGI wants names in lower case, and servers send others on.
    own = [(b"Vary", b"Cookie"), (b"Access-Control-Allow-Origin", b"*"), (b"x-own", b"1")]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": own})

    application = CORSMiddleware(application, POLICY)
    assert ask(application, OTHER).headers == [("x-own", "1"), ("vary", "Cookie, Origin")]
    line = (
        "two layers set CORS headers: the application's ('Access-Control-Allow-Origin') are "
        "replaced by the policy's; remove them from the application"
    )
    assert [record.getMessage() for record in caplog.records] == [line]


# ---- 4. what is left alone, by servers as well in servers/; but none has a scope of another type


class Recorder:
    """An application that keeps what it is called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    async def __call__(self, *arguments: Any) -> None:
        self.calls.append(arguments)


@pytest.mark.parametrize(
    ("scope", "policy"),
    [
        pytest.param({"type": "lifespan"}, POLICY, id="lifespan"),
        pytest.param({"type": "x.unknown", "headers": []}, POLICY, id="an unknown scope"),
        pytest.param(
            scope_of(kind="websocket", headers=[("origin", OTHER)]),
            POLICY,
            id="a WebSocket that is not checked",
        ),
        pytest.param(
            scope_of(path="/other", headers=[("origin", APP)]),
            PathPolicies({"/api": POLICY}),
            id="a path without a policy",
        ),
        pytest.param(scope_of(headers=[("origin", APP)]), lambda scope: None, id="None"),
    ],
)
def test_what_is_left_alone_gets_the_servers_own_objects(scope: Any, policy: Any) -> None:
    application = Recorder()
    given = scope, object(), object()
    finish(CORSMiddleware(application, policy)(*given))  # type: ignore[arg-type]
    ((*received,),) = application.calls
    assert [id(each) for each in received] == [id(each) for each in given]


# ---- 5. crashes


async def crashes(scope: Any, receive: Any, send: Any) -> None:
    raise ZeroDivisionError


async def sends_no_headers_at_all(scope: Any, receive: Any, send: Any) -> None:
    # These are no bytes, so that no server could have sent them.
    await send({"type": "http.response.start", "status": 200, "headers": [("x-own", 1)]})


async def crashes_once_started(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError


async def crashes_late(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"one", "more_body": True})
    raise ZeroDivisionError


GOES_ON = "ZeroDivisionError"


@pytest.mark.parametrize(
    ("application", "origin", "method", "served"),
    [
        pytest.param(
            crashes,
            APP,
            "GET",
            Served(500, [*ERROR, *ALLOWED], b"Internal Server Error", GOES_ON),
            id="before the start, from an allowed origin",
        ),
        pytest.param(
            crashes, APP, "HEAD", Served(500, [*ERROR, *ALLOWED], b"", GOES_ON), id="HEAD"
        ),
        pytest.param(
            sends_no_headers_at_all,
            APP,
            "GET",
            Served(500, [*ERROR, *ALLOWED], b"Internal Server Error", "TypeError"),
            id="in the application's headers",
        ),
        pytest.param(crashes, OTHER, "GET", Served(failure=GOES_ON), id="from another origin"),
        pytest.param(crashes, None, "GET", Served(failure=GOES_ON), id="without an origin"),
        pytest.param(
            crashes_once_started,
            APP,
            "GET",
            Served(200, ALLOWED, b"", GOES_ON),
            id="after the start",
        ),
        pytest.param(
            crashes_late, APP, "GET", Served(200, ALLOWED, b"one", GOES_ON), id="in the middle"
        ),
    ],
)
def test_a_crash_before_the_start_is_answered_and_every_crash_goes_on(
    application: Any, origin: str | None, method: str, served: Served
) -> None:
    assert ask(CORSMiddleware(application, POLICY), origin, method) == served


def test_an_answered_crash_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    ask(CORSMiddleware(crashes, POLICY), path="/a\r\nb")
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == (
        "cors_wsgi",
        "ERROR",
        r"the application failed before its response had begun: 'GET' '/a\r\nb'",
    )
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError


def test_crashes_are_left_to_the_server_if_you_prefer() -> None:
    application = CORSMiddleware(crashes, POLICY, answer_crashes=False)
    assert ask(application) == Served(failure=GOES_ON)


def test_with_debug_the_answer_to_a_crash_is_the_traceback() -> None:
    served = ask(CORSMiddleware(crashes, POLICY, debug=True))
    assert served.body.startswith(b"Traceback (most recent call last):")
    assert served.body.endswith(b"ZeroDivisionError\n")
    assert dict(served.headers)["content-length"] == str(len(served.body))


def test_if_the_500_cannot_be_sent_the_applications_exception_goes_on() -> None:
    async def send(message: Any) -> None:
        raise ConnectionResetError

    application = CORSMiddleware(crashes, POLICY)
    with pytest.raises(ZeroDivisionError):
        finish(application(scope_of(headers=[("origin", APP)]), None, send))  # type: ignore[arg-type]


def test_a_cancelled_request_is_not_a_crash(caplog: pytest.LogCaptureFixture) -> None:
    messages: list[Any] = []

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        messages.append(message)

    async def leaves() -> None:
        scope = scope_of(headers=[("origin", APP)])
        serving = asyncio.ensure_future(CORSMiddleware(waits, POLICY)(scope, None, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        serving.cancel()
        await serving

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leaves())
    assert (messages, caplog.records) == ([], [])


def test_a_stream_opens_before_its_first_event() -> None:
    opened: list[Any] = []

    async def streams(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert opened
        await send({"type": "http.response.body", "body": b"event"})

    async def send(message: Any) -> None:
        opened.append(message["type"])

    finish(CORSMiddleware(streams, POLICY)(scope_of(headers=[("origin", APP)]), None, send))  # type: ignore[arg-type]
    assert opened == ["http.response.start", "http.response.body"]


# ---- 6. odd requests, and objects that are used again


@pytest.mark.parametrize("origins", [[APP, APP], [APP, OTHER], [OTHER, APP], ["", APP]])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_several_origin_lines_are_nobodys(origins: list[str], kind: str) -> None:
    scope = scope_of(kind=kind, headers=[("origin", origin) for origin in origins])
    if kind == "websocket":
        assert shake_hands(scope, websockets=True) == ([], CLOSED)
    else:
        assert Server().run(CORSMiddleware(hello, POLICY), scope).headers == [
            ("x-own", "1"),
            *REFUSED,
        ]


@pytest.mark.parametrize(
    "headers", [{"headers": ()}, {"headers": []}, {}], ids=["a tuple", "a list", "absent"]
)
def test_the_headers_of_a_request_may_be_a_tuple_or_absent(headers: dict[str, Any]) -> None:
    scope = scope_of()
    del scope["headers"]
    served = Server().run(CORSMiddleware(hello, POLICY), scope | headers)
    assert served.headers == [("x-own", "1"), *REFUSED]


def test_a_response_that_is_used_again_never_grows() -> None:
    own = [(b"x-own", b"1"), (b"vary", b"Cookie")]
    start = {"type": "http.response.start", "status": 200, "headers": own}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(start)

    application = CORSMiddleware(application, POLICY)
    seen = [ask(application, origin).headers for origin in (APP, OTHER, APP, OTHER)]
    assert seen[:2] == seen[2:]
    assert own == [(b"x-own", b"1"), (b"vary", b"Cookie")]
    assert start == {"type": "http.response.start", "status": 200, "headers": own}


# ---- 7. what governs


def test_a_policy_that_is_replaced_holds_from_the_next_request_on() -> None:
    application = CORSMiddleware(hello, POLICY)
    assert ask(application, OTHER).headers == [("x-own", "1"), *REFUSED]
    application.policy = {"allow_origins": [OTHER]}
    assert ask(application, OTHER).headers[1] == ("access-control-allow-origin", OTHER)
    with pytest.raises(InvalidPolicy):
        application.policy = {"allow_origins": "app.example"}
    with pytest.raises(TypeError, match="is not a policy"):
        application.policy = [OTHER]
    assert application.policy == Policy(allow_origins=[OTHER])


async def later(scope: Any) -> Policy | None:
    return POLICY


async def fails_later(scope: Any) -> Policy | None:
    raise LookupError


async def exempts_later(scope: Any) -> Policy | None:
    return None


async def confused_later(scope: Any) -> Any:
    return "https://app.example"


def fails_now(scope: Any) -> Policy | None:
    raise LookupError


def starts_later(scope: Any) -> Any:
    return later(scope)


class Chooser:
    async def __call__(self, scope: Any) -> Policy | None:
        return EVERYBODY


class Menu:
    def __call__(self, scope: Any) -> Policy | None:
        return EVERYBODY

    async def choose(self, dish: Any) -> str:
        return f"ordered: {dish}"


VARYING = [("access-control-allow-origin", "*"), ("vary", "Origin")]
FAILED = "the function that chooses the CORS policy failed"
RETURNED = "the function that chooses the CORS policy returned <class 'str'>, not a Policy"
NOT_AWAITED = (
    "the function that chooses the CORS policy returned <class 'coroutine'>, not a Policy: only "
    "one that is written with `async def` is waited for"
)


@pytest.mark.parametrize(
    ("policy", "cors", "logged"),
    [
        pytest.param(lambda scope: POLICY, ALLOWED, [], id="a function"),
        pytest.param(later, ALLOWED, [], id="an asynchronous function"),
        pytest.param(Chooser(), VARYING, [], id="an object that is called asynchronously"),
        pytest.param(Menu(), VARYING, [], id="an object whose choose does something else"),
        pytest.param(exempts_later, [], [], id="one that returns None"),
        pytest.param(fails_now, REFUSED, [FAILED], id="a function that fails"),
        pytest.param(fails_later, REFUSED, [FAILED], id="an asynchronous one that fails"),
        pytest.param(confused_later, REFUSED, [RETURNED], id="one that returns something else"),
        pytest.param(starts_later, REFUSED, [NOT_AWAITED], id="one that returns a coroutine"),
        pytest.param(HostPolicies({"api.example": POLICY}), ALLOWED, [], id="by host"),
        pytest.param(HostPolicies({"x.example": POLICY}), REFUSED, [], id="an unknown host"),
        pytest.param({"/": {"allow_origins": [APP]}}, ALLOWED, [], id="a mapping"),
    ],
)
def test_what_chooses_the_policy(
    policy: Any, cors: Any, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    scope = scope_of(headers=[("origin", APP), ("host", "api.example")])
    served = Server().run(CORSMiddleware(hello, policy), scope)
    assert served.headers == [("x-own", "1"), *cors]
    assert [record.getMessage() for record in caplog.records] == logged


@pytest.mark.parametrize(
    ("root_path", "path", "governs"),
    [
        pytest.param("/v1", "/v1/api/x", True, id="the path holds the root, as ASGI says"),
        pytest.param("/v1", "/api/x", True, id="it does not, as older servers send it"),
        pytest.param("/v1/", "/v1/api/x", True, id="a root with a slash at the end"),
        pytest.param("/v1", "/v1x/api", False, id="another path that begins alike"),
        pytest.param("", "/api", True, id="no root"),
    ],
)
def test_paths_are_below_the_applications_root(root_path: str, path: str, governs: bool) -> None:
    application = CORSMiddleware(hello, PathPolicies({"/api": POLICY}))
    served = ask(application, root_path=root_path, path=path)
    assert served.headers == [("x-own", "1"), *(ALLOWED if governs else [])]


# ---- WebSockets


CLOSED = [{"type": "websocket.close", "code": 1008}]
FORBIDDEN = [
    {
        "type": "websocket.http.response.start",
        "status": 403,
        "headers": [(b"content-type", b"text/plain"), (b"content-length", b"27")],
    },
    {"type": "websocket.http.response.body", "body": b"This page may not connect.\n"},
]
OWN = Policy(allow_origins=OTHER)


def shake_hands(scope: dict[str, Any], policy: Any = POLICY, **options: Any) -> tuple[Any, Any]:
    """Return what the application was called with, and what was sent to the server."""
    application = Recorder()
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    finish(CORSMiddleware(application, policy, **options)(scope, receive, send))
    for arguments in application.calls:
        assert [id(each) for each in arguments] == [id(scope), id(receive), id(send)]
    return application.calls, sent


@pytest.mark.parametrize(
    ("websockets", "origin", "passes"),
    [
        pytest.param(False, OTHER, True, id="not checked"),
        pytest.param(True, APP, True, id="allowed"),
        pytest.param(True, OTHER, False, id="refused"),
        pytest.param(True, "null", False, id="null"),
        pytest.param(True, None, True, id="no origin"),
        pytest.param("strict", APP, True, id="strict, allowed"),
        pytest.param("strict", None, False, id="strict, no origin"),
        pytest.param(OWN, OTHER, True, id="own policy, allowed"),
        pytest.param(OWN, APP, False, id="own policy, refused"),
        pytest.param(OWN, None, True, id="own policy, no origin"),
    ],
)
@pytest.mark.parametrize(
    ("extensions", "refusal"),
    [
        pytest.param({"websocket.http.response": {}}, FORBIDDEN, id="with the extension"),
        pytest.param({}, CLOSED, id="without"),
        pytest.param(None, CLOSED, id="no extensions at all"),
    ],
)
def test_a_handshake(
    websockets: Any, origin: str | None, passes: bool, extensions: Any, refusal: Any
) -> None:
    headers = [] if origin is None else [("origin", origin)]
    scope = scope_of(kind="websocket", headers=headers, extensions=extensions)
    calls, sent = shake_hands(scope, websockets=websockets)
    assert (len(calls), sent) == ((1, []) if passes else (0, refusal))


@pytest.mark.parametrize(
    ("policy", "websockets", "passes"),
    [
        pytest.param(PathPolicies({"/api": EVERYBODY, "/": POLICY}), True, True, id="by path"),
        pytest.param(later, True, False, id="by an asynchronous function"),
        pytest.param(fails_later, True, False, id="by one that fails"),
        pytest.param(exempts_later, True, True, id="None leaves it alone"),
        pytest.param(PathPolicies({"/x": POLICY}), POLICY, False, id="an own policy governs all"),
        pytest.param(exempts_later, POLICY, False, id="an own policy governs all, again"),
    ],
)
def test_what_governs_a_handshake(policy: Any, websockets: Any, passes: bool) -> None:
    scope = scope_of(kind="websocket", path="/api/ws", headers=[("origin", OTHER)])
    calls, _ = shake_hands(scope, policy, websockets=websockets)
    assert len(calls) == passes


@pytest.mark.parametrize(
    ("headers", "who"),
    [([("origin", "https://x\r\ny")], r"'https://x\r\ny'"), ([], "no origin")],
)
def test_a_refused_handshake_is_logged(
    headers: Any, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "cors_wsgi"):
        shake_hands(scope_of(kind="websocket", path="/ws", headers=headers), websockets="strict")
    line = (
        f"refused: a WebSocket handshake at '/ws' from {who}; list the origin in the policy, "
        "the page's own origin as well"
    )
    assert [record.getMessage() for record in caplog.records] == [line]


# ---- 8. what is refused when it is made


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    return []


class Application:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


@pytest.mark.parametrize(
    ("application", "policy", "options", "message"),
    [
        pytest.param(None, POLICY, {}, "it cannot be called", id="None"),
        pytest.param(Application, POLICY, {}, "Application is a class", id="a class"),
        pytest.param(wsgi, POLICY, {}, "is a WSGI application: use cors_wsgi.CORSM", id="WSGI"),
        pytest.param(lambda scope: None, POLICY, {}, "not an ASGI application", id="one argument"),
        pytest.param(POLICY, hello, {}, "the application comes first", id="the wrong way round"),
        pytest.param(hello, None, {}, "is not a policy", id="no policy"),
        pytest.param(hello, [APP], {}, r"Write Policy\(allow_origins=\['https", id="a list"),
        pytest.param(hello, hello, {}, "takes one argument", id="an application as policy"),
        pytest.param(hello, POLICY, {"websockets": "Strict"}, "'strict' or a Policy", id="a word"),
        pytest.param(hello, POLICY, {"websockets": [APP]}, "'strict' or a Policy", id="origins"),
    ],
)
def test_what_is_refused_when_it_is_made(
    application: Any, policy: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        CORSMiddleware(application, policy, **options)


def test_a_field_in_the_place_of_the_policy_is_named() -> None:
    message = r"Write CORSMiddleware\(app, Policy\(allow_origins=\[.*\]\)\)"
    with pytest.raises(TypeError, match=message):
        CORSMiddleware(hello, allow_origins=[APP])  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "application",
    [hello, Application(), partial(hello), Application().__call__],
    ids=["a function", "an object", "a partial function", "a method"],
)
def test_what_is_an_application(application: Callable[..., Any]) -> None:
    assert CORSMiddleware(application, POLICY).app is application


def test_what_preflights_ask_for_is_not_kept() -> None:
    application = CORSMiddleware(hello, Policy(allow_origins=[APP], allow_headers="*"))

    async def nothing(*_: object) -> None:
        pass

    async def ask(number: int) -> None:
        names = ",".join(f"x-{number}-{one}" for one in range(500))
        headers = [
            (b"origin", APP.encode()),
            (b"access-control-request-method", b"PUT"),
            (b"access-control-request-headers", names.encode()),
        ]
        scope = {"type": "http", "method": "OPTIONS", "path": "/", "headers": headers}
        await application(scope, nothing, nothing)

    asyncio.run(ask(0))
    tracemalloc.start()
    for number in range(1, 200):
        asyncio.run(ask(number))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000
