"""What every response of a Django site looks like behind the middleware."""

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path, re_path
from django.views.decorators.http import condition
from django_adapter.driving import (
    ALLOWED,
    APP,
    EVIL,
    OURS,
    POLICY,
    PREFLIGHT,
    REFUSED,
    Answer,
    Send,
    asking,
    site,
    under_asgi,
    under_wsgi,
)
from webtest import TestApp

from cors_wsgi import CORSMiddleware, Policy, adapting

TEXT = {"Content-Type": "text/plain"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(autouse=True, params=[False, True], ids=["no view policies", "others elsewhere"])
def view_policies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ask a site in a process where no view has a policy of its own, or some other view has."""
    monkeypatch.setattr(adapting, "_view_policies", set())
    elsewhere = adapting.ViewPolicies().cors_policy(None)
    return elsewhere(lambda: None) if request.param else None


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", content_type="text/plain")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def varying(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={**TEXT, "Vary": "Cookie, origin"})


def varying_by_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={**TEXT, "Vary": "*"})


def sets_cors_itself(request: HttpRequest) -> HttpResponse:
    own = {"access-control-allow-origin": "*", "Access-Control-Expose-Headers": "X-Own"}
    return HttpResponse("hello", headers={**TEXT, **own})


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"a", b"b"]), headers=TEXT)


async def streamed_async(request: HttpRequest) -> StreamingHttpResponse:
    async def blocks() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    return StreamingHttpResponse(blocks(), headers=TEXT)


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(io.BytesIO(b"file"), content_type="text/plain")


@condition(etag_func=lambda request: '"v1"')
def unchanged(request: HttpRequest) -> HttpResponse:
    return hello(request)


async def coroutine(request: HttpRequest) -> HttpResponse:
    return hello(request)


URLS = [
    path(f"{view.__name__}/", view)
    for view in (
        hello,
        forbidden,
        crash,
        varying,
        varying_by_all,
        sets_cors_itself,
        streamed,
        file,
        unchanged,
        coroutine,
    )
]


@pytest.mark.parametrize(
    ("view", "status", "headers"),
    [
        pytest.param("hello", 200, TEXT | ALLOWED, id="a view"),
        pytest.param("coroutine", 200, TEXT | ALLOWED, id="a coroutine"),
        pytest.param("forbidden", 403, HTML | ALLOWED, id="403, Django's page"),
        pytest.param("nowhere", 404, HTML | ALLOWED, id="404, Django's page"),
        pytest.param("crash", 500, HTML | ALLOWED, id="500, Django's page"),
        pytest.param("streamed", 200, TEXT | ALLOWED, id="a streamed response"),
        pytest.param("unchanged", 304, ALLOWED | {"ETag": '"v1"'}, id="304"),
        pytest.param(
            "varying",
            200,
            TEXT | ALLOWED | {"Vary": "Cookie, origin"},
            id="the view's Vary names Origin already",
        ),
        pytest.param("varying_by_all", 200, TEXT | ALLOWED | {"Vary": "*"}, id="Vary: *"),
        pytest.param("sets_cors_itself", 200, TEXT | ALLOWED, id="the view sets CORS headers"),
    ],
)
def test_an_allowed_origin_may_read_every_response(
    send: Send, view: str, status: int, headers: dict[str, str]
) -> None:
    with site(URLS):
        for _ in range(2):  # the second time, from the page that asked last
            answer = send("GET", f"/{view}/", {"Origin": APP, "If-None-Match": '"v1"'})
            assert (answer.status, answer.headers) == (status, headers)


@pytest.mark.parametrize(
    ("view", "status", "page"),
    [
        pytest.param("nowhere", 404, b"Using the URLconf", id="404"),
        pytest.param("crash", 500, b"ZeroDivisionError", id="500, with its traceback"),
    ],
)
def test_an_allowed_origin_may_read_the_pages_of_debug(
    send: Send, view: str, status: int, page: bytes
) -> None:
    with site(URLS, DEBUG=True):
        answer = send("GET", f"/{view}/", {"Origin": APP})

    assert page in answer.body
    assert answer.headers.pop("Content-Type").startswith("text/html")
    assert answer.headers.pop("X-Cors-Wsgi").startswith("allowed: actual 'GET'")
    assert (answer.status, answer.headers) == (status, ALLOWED)


def test_the_request_that_follows_its_preflight_may_be_read(send: Send) -> None:
    policy = Policy(allow_origins=[APP], allow_methods=["PUT"], allow_credentials=True)
    with site(URLS, CORS_POLICY=policy):
        send("OPTIONS", "/hello/", asking("PUT"))
        answer = send("PUT", "/hello/", {"Origin": APP})

    assert answer == Answer(200, TEXT | ALLOWED, b"hello")


@pytest.mark.parametrize(
    ("origin", "debug", "levels"),
    [
        pytest.param(APP, False, [], id="an allowed origin is not"),
        pytest.param(EVIL, False, ["INFO", "INFO"], id="in production it is information"),
        pytest.param(EVIL, True, ["WARNING", "INFO"], id="with DEBUG it is a warning, once"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_refusal_is_logged(  # noqa: PLR0917 - a row and its fixtures
    send: Send,
    caplog: pytest.LogCaptureFixture,
    method: str,
    origin: str,
    debug: bool,
    levels: list[str],
) -> None:
    headers = asking("PUT", origin) if method == "OPTIONS" else {"Origin": origin}
    with site(URLS, DEBUG=debug), caplog.at_level("INFO", logger="cors_wsgi"):
        for _ in range(2):
            send(method, "/hello/", headers)

    logged = [record for record in caplog.records if record.name == "cors_wsgi"]
    assert [(one.levelname, one.message[:7]) for one in logged] == [
        (level, "refused") for level in levels
    ]


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        pytest.param({"CORS_POLICY": Policy(allow_origins=[EVIL])}, REFUSED, id="another policy"),
        pytest.param({"CORS_POLICY": {"/elsewhere": POLICY}}, {}, id="a policy for some paths"),
        pytest.param({"CORS_POLICY_DEBUG": True}, ALLOWED | {"X-Cors-Wsgi": "*"}, id="debug"),
    ],
)
def test_settings_that_change_hold_for_a_handler_that_is_there(
    changes: dict[str, Any], headers: dict[str, str]
) -> None:
    def ask() -> dict[str, str]:
        request = RequestFactory().get("/hello/", headers={"Origin": APP})
        found = dict(handler.get_response(request).items())
        return found | ({"X-Cors-Wsgi": "*"} if "X-Cors-Wsgi" in found else {})

    with site(URLS):
        handler = WSGIHandler()
        before = ask()
        with override_settings(**changes):
            during = ask()
        after = ask()

    assert (before, during, after) == (TEXT | ALLOWED, TEXT | headers, TEXT | ALLOWED)


class Unread(str):
    """An origin of any length, which nobody may look up or match with anything."""

    __slots__ = ()

    def __hash__(self) -> int:
        raise AssertionError

    def isascii(self) -> bool:
        raise AssertionError

    def rfind(self, *_: Any) -> int:
        raise AssertionError

    def rpartition(self, *_: Any) -> tuple[str, str, str]:
        raise AssertionError


PATTERNS = {"allow_origins": ["https://*.example.com", re.compile(r"\Ahttps://[a-z]+\.example\Z")]}


def test_an_origin_that_is_too_long_is_not_even_looked_up() -> None:
    request = RequestFactory().get("/hello/")
    request.META["HTTP_ORIGIN"] = Unread(f"https://{'a' * 8000}.example")
    with site(URLS, CORS_POLICY=PATTERNS):
        response = WSGIHandler().get_response(request)

    assert dict(response.items()) == TEXT | REFUSED


def test_a_refused_origin_gets_none_of_the_views_own_cors_headers(send: Send) -> None:
    with site(URLS):
        answer = send("GET", "/sets_cors_itself/", {"Origin": EVIL})

    assert answer == Answer(200, TEXT | REFUSED, b"hello")


def test_a_request_without_an_origin_gets_vary_alone(send: Send) -> None:
    with site(URLS):
        answer = send("GET", "/hello/")

    assert answer == Answer(200, TEXT | {"Vary": "Origin"}, b"hello")


def test_two_layers_that_set_cors_headers_are_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with site(URLS):
        request = RequestFactory().get("/sets_cors_itself/", headers={"Origin": APP})
        handler = WSGIHandler()
        for _ in range(2):
            handler.get_response(request)

    (message,) = caplog.messages
    assert "two layers set CORS headers" in message
    assert "'access-control-allow-origin, Access-Control-Expose-Headers'" in message


def test_a_file_is_streamed_by_the_servers_own_wrapper() -> None:
    with site(URLS):
        response = TestApp(WSGIHandler()).get("/file/", headers={"Origin": APP})

    assert dict(response.headers) == {
        **TEXT,
        **ALLOWED,
        "Content-Length": "4",
    }
    assert response.body == b"file"


def test_an_asynchronous_stream_stays_asynchronous() -> None:
    with site([path("", streamed_async)]):
        answer = under_asgi("GET", "/", {"Origin": APP})

    assert answer == Answer(200, TEXT | ALLOWED, b"ab")


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        pytest.param(APP, PREFLIGHT, id="allowed"),
        pytest.param(EVIL, REFUSED, id="refused"),
    ],
)
@pytest.mark.parametrize("view", ["hello", "forbidden", "nowhere", "crash"])
def test_a_preflight_is_answered_whatever_is_there(
    send: Send, view: str, origin: str, headers: dict[str, str]
) -> None:
    with site(URLS):
        answer = send("OPTIONS", f"/{view}/", asking("PUT", origin))

    assert answer == Answer(204, headers, b"")


def test_a_preflight_can_be_answered_200_which_says_that_it_is_empty(send: Send) -> None:
    with site(URLS, CORS_POLICY={"allow_origins": [APP], "preflight_status": 200}):
        answer = send("OPTIONS", "/hello/", asking("PUT"))

    assert answer == Answer(
        200,
        {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": "0",
            "Access-Control-Allow-Origin": APP,
            "Access-Control-Max-Age": "600",
            "Vary": "Origin",
        },
        b"",
    )


def test_a_preflight_goes_over_asgi_as_it_should() -> None:
    scope = {
        "type": "http",
        "method": "OPTIONS",
        "path": "/hello/",
        "headers": [(b"origin", APP.encode()), (b"access-control-request-method", b"PUT")],
    }

    async def exchange() -> list[Any]:
        server = ApplicationCommunicator(ASGIHandler(), scope)
        await server.send_input({"type": "http.request"})
        messages = [await server.receive_output(), await server.receive_output()]
        await server.wait()
        return messages

    with site(URLS):
        start, body = asyncio.run(exchange())

    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert (start["status"], headers, body["body"]) == (204, PREFLIGHT, b"")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no Origin"),
        pytest.param({"Origin": APP}, id="no requested method"),
        pytest.param({"Access-Control-Request-Method": "PUT"}, id="a requested method, no Origin"),
    ],
)
def test_any_other_options_request_is_the_views(send: Send, headers: dict[str, str]) -> None:
    with site(URLS):
        answer = send("OPTIONS", "/hello/", headers)

    assert answer.body == b"hello"


class Breaks:
    """A middleware that fails."""

    def __init__(self, get_response: Any) -> None:
        pass

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError


class TakesOriginAway:
    """A middleware against CSRF's check of Origin, as some recommend it."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_ORIGIN", None)
        return self._get_response(request)


class ChangesPath:
    """A middleware that serves one path as if it were another."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["PATH_INFO"] = "/elsewhere/"
        return self._get_response(request)


def test_a_middleware_that_fails_gets_a_readable_500(send: Send) -> None:
    with site(URLS, f"{__name__}.Breaks"):
        answer = send("GET", "/hello/", {"Origin": APP})

    assert (answer.status, answer.headers) == (500, HTML | ALLOWED)


@pytest.mark.parametrize("changing", ["TakesOriginAway", "ChangesPath"])
@pytest.mark.parametrize("policy", [POLICY, {"/hello": POLICY}], ids=["one", "by path"])
def test_the_decision_is_on_the_request_as_it_arrived(
    send: Send, changing: str, policy: Any
) -> None:
    with site(URLS, f"{__name__}.{changing}", CORS_POLICY=policy):
        answer = send("GET", "/hello/", {"Origin": APP})

    assert answer == Answer(200, TEXT | ALLOWED, b"hello")


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        pytest.param("/münchen/x", ALLOWED, id="below the prefix"),
        pytest.param("/m%C3%BCnchen/x", ALLOWED, id="below the prefix, escaped"),
        pytest.param("/hello/", {}, id="elsewhere"),
        pytest.param("/münchen//x", REFUSED, id="a path that can be read in two ways"),
    ],
)
def test_prefixes_are_compared_with_the_path_as_it_is_written(
    send: Send, address: str, headers: dict[str, str]
) -> None:
    with site([re_path("", hello)], CORS_POLICY={"/münchen": POLICY}):
        answer = send("GET", address, {"Origin": APP})

    assert answer.headers == TEXT | headers


@pytest.mark.parametrize(
    "allowed",
    [pytest.param(True, id="allowed"), pytest.param(False, id="refused")],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_response_says_why_when_asked_to(send: Send, method: str, allowed: bool) -> None:
    origin = APP if allowed else "http://app.example"
    headers = asking("PUT", origin) if method == "OPTIONS" else {"Origin": origin}
    with site(URLS, CORS_POLICY_DEBUG=True):
        reason = send(method, "/hello/", headers).headers["X-Cors-Wsgi"]

    if allowed:
        assert reason.startswith("allowed: ")
    else:
        assert "'https://app.example' differs only by its scheme" in reason


def test_a_response_does_not_say_why_by_itself(send: Send) -> None:
    with site(URLS):
        assert "X-Cors-Wsgi" not in send("GET", "/hello/", {"Origin": APP}).headers


LOCAL = {"SERVER_SOFTWARE": "a server", "REMOTE_ADDR": "127.0.0.1"}


def test_any_origin_on_this_machine_only_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with site(URLS, CORS_POLICY={"allow_origins": "*"}):
        answer = under_wsgi("GET", "/hello/", {"Origin": APP, "Host": "localhost"}, **LOCAL)

    assert answer.headers == TEXT | {"Access-Control-Allow-Origin": "*"}
    assert "the server listens on this machine only" in caplog.text


def test_under_asgi_nothing_goes_to_a_thread(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="django.request")
    with site(URLS, DEBUG=True):
        ASGIHandler()

    assert not caplog.messages


def test_under_wsgi_nothing_is_a_coroutine(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="django.request")
    with site(URLS, DEBUG=True):
        WSGIHandler()

    assert not caplog.messages


def test_the_whole_site_can_be_wrapped_instead() -> None:
    with override_settings(ROOT_URLCONF=(*URLS,), MIDDLEWARE=[]):
        app = TestApp(CORSMiddleware(WSGIHandler(), POLICY))
        preflight = app.options("/crash/", headers=asking("PUT"))
        page = app.get("/crash/", headers={"Origin": APP}, status=500)

    assert (preflight.status_int, dict(preflight.headers)) == (204, PREFLIGHT)
    assert dict(page.headers) == HTML | ALLOWED | {"Content-Length": str(len(page.body))}


def test_wrapped_a_response_that_is_sent_again_is_as_new(
    caplog: pytest.LogCaptureFixture,
) -> None:
    again = HttpResponse("again", content_type="text/plain")
    with override_settings(ROOT_URLCONF=(re_path("", lambda _: again),), MIDDLEWARE=[]):
        app = TestApp(CORSMiddleware(WSGIHandler(), POLICY))
        for origin, expected in [(APP, ALLOWED), (APP, ALLOWED), (APP, ALLOWED), (EVIL, REFUSED)]:
            answer = app.get("/", headers={"Origin": origin})
            assert dict(answer.headers) == TEXT | expected | {"Content-Length": "5"}

    assert not caplog.messages


def test_the_middleware_is_what_its_path_says() -> None:
    from django.utils.module_loading import import_string  # noqa: PLC0415 - as Django does

    middleware = import_string(OURS)

    assert middleware.sync_capable
    assert middleware.async_capable
