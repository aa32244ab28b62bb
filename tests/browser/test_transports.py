"""Carrying requests to WSGI applications in process, and over HTTP."""

import contextlib
import socket
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest

from cors_wsgi import transports
from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer

URL = "https://api.example/a%20b/%C3%A9?q=%20"


def echo(environ, start_response):
    """Answer with what arrived."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_HOST", "HTTP_X_A", "HTTP_COOKIE")
    seen = [f"{name}={environ.get(name)}" for name in names] + [f"body={body.decode()}"]
    text = "\n".join(seen).encode("latin-1")
    start_response(
        "200 Fine",
        [
            ("Content-Type", "text/plain; charset=latin-1"),
            ("Content-Length", str(len(text))),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ],
    )
    return [text]


@pytest.fixture
def served():
    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    with make_server("127.0.0.1", 0, echo, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


PUT = HTTPRequest(
    "PUT",
    URL,
    (("X-A", "1"), ("Content-Type", "text/plain"), ("X-A", "2")),
    b"hello",
)
SEEN_OF_PUT = [
    "REQUEST_METHOD=PUT",
    "PATH_INFO=/a b/\xc3\xa9",
    "QUERY_STRING=q=%20",
    "HTTP_HOST=api.example",
    "HTTP_X_A=1,2",
    "HTTP_COOKIE=None",
    "body=hello",
]


def test_a_wsgi_application_in_process():
    response = transports.wsgi(validator(echo))(PUT)
    assert response.body.decode("latin-1").splitlines() == SEEN_OF_PUT
    assert (response.status, response.reason) == (200, "Fine")
    assert [pair for pair in response.headers if pair[0] == "Set-Cookie"] == [
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]


def test_a_server_over_http_keeps_duplicate_lines_apart(served):
    request = HTTPRequest(
        "PUT", served + URL.removeprefix("https://api.example"), PUT.headers, PUT.body
    )
    with transports.http() as send:
        response = send(request)
    host = served.removeprefix("http://")
    expected = [line.replace("api.example", host) for line in SEEN_OF_PUT]
    assert response.body.decode("latin-1").splitlines() == expected
    assert [value for name, value in response.headers if name == "Set-Cookie"] == ["a=1", "b=2"]


def test_http_sends_a_method_as_it_is_and_keeps_no_cookies(served):
    with transports.http() as send:
        first = send(HTTPRequest("patch", served + "/", (("Accept", "*/*"),)))
        second = send(HTTPRequest("GET", served + "/"))
    assert first.body.startswith(b"REQUEST_METHOD=patch\n")
    assert ("Set-Cookie", "a=1") in first.headers
    assert b"HTTP_COOKIE=None" in second.body


def test_a_refused_connection_is_no_answer():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    with transports.http(timeout=5.0) as send:
        answer = send(HTTPRequest("GET", f"http://127.0.0.1:{port}/"))
    assert isinstance(answer, NoAnswer)
    assert answer.reason.startswith("ConnectError: ")


def test_a_head_response_has_no_body():
    response = transports.wsgi(echo)(HTTPRequest("HEAD", URL))
    assert (response.status, response.body) == (200, b"")


class Closing:
    def __init__(self, chunks):
        self.chunks = iter(chunks)
        self.closed = False

    def __iter__(self):
        return self.chunks

    def close(self):
        self.closed = True


def test_the_body_is_closed():
    body = Closing([b"a", b"b"])

    def app(environ, start_response):
        start_response("200 OK", [])
        return body

    assert transports.wsgi(app)(HTTPRequest("GET", URL)).body == b"ab"
    assert body.closed


def test_start_response_may_come_with_the_first_chunk_and_write_before_it():
    def app(environ, start_response):
        write = start_response("201 Created", [("X-A", "1")])
        write(b"written, ")
        yield b"returned"

    response = transports.wsgi(app)(HTTPRequest("GET", URL))
    assert response == HTTPResponse(201, (("X-A", "1"),), b"written, returned", "Created")


def test_start_response_again_with_exc_info_replaces_the_answer():
    def app(environ, start_response):
        start_response("200 OK", [("X-A", "1")])
        start_response("500 Oops", [], (LookupError, LookupError(), None))
        return [b"sorry"]

    assert transports.wsgi(app)(HTTPRequest("GET", URL)) == HTTPResponse(500, (), b"sorry", "Oops")


async def asynchronous(scope, receive, send):
    """ASGI is another interface."""


class Asynchronous:
    async def __call__(self, scope, receive, send):
        """So is this."""


@pytest.mark.parametrize("app", [asynchronous, Asynchronous()], ids=["function", "object"])
def test_an_asgi_application_is_refused_at_once(app):
    with pytest.raises(TypeError, match=r"is an ASGI application: use transports\.asgi for it"):
        transports.wsgi(app)


def crashing(environ, start_response):
    raise LookupError("the handler")


def late(environ, start_response):
    write = start_response("200 OK", [])
    write(b"begun")
    error = LookupError("the handler")
    start_response("500 Oops", [], (LookupError, error, None))
    return []


def twice(environ, start_response):
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def silent(environ, start_response):
    return []


@pytest.mark.parametrize(
    ("app", "error"),
    [
        pytest.param(crashing, "the handler", id="a crash"),
        pytest.param(late, "the handler", id="a crash after the body has begun"),
        pytest.param(twice, "a second time without exc_info", id="two answers"),
        pytest.param(silent, "without calling start_response", id="no answer"),
    ],
)
def test_errors_of_the_application(app, error):
    with pytest.raises((LookupError, RuntimeError), match=error):
        transports.wsgi(app)(HTTPRequest("GET", URL))
    bare = transports.wsgi(app, raise_app_exceptions=False)(HTTPRequest("GET", URL))
    assert (bare.status, bare.body) == (500, b"Internal Server Error")
