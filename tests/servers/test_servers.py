"""Every WSGI server, for real: exactly one set of headers, and one body, whatever happens."""

import http.client
import os
import socket
import time
from collections.abc import Iterator

import pytest
from servers.servers import SERVERS, missing, running

APP = "https://app.example"
OTHER = "https://other.example"
ALLOWED = {
    "access-control-allow-origin": APP,
    "access-control-allow-credentials": "true",
    "vary": "Origin",
}
REFUSED = {"vary": "Origin"}
PREFLIGHT = ALLOWED | {"access-control-allow-methods": "PUT", "access-control-max-age": "600"}
ERROR = b"Internal Server Error"


# What a server cannot do, whatever the application is.
UNSUPPORTED = {
    ("granian", "/writes"),
    ("hypercorn", "/writes"),
    ("hypercorn", "/not_modified"),
}


@pytest.fixture(scope="module", params=SERVERS)
def name(request: pytest.FixtureRequest) -> str:
    server: str = request.param
    return server


@pytest.fixture(scope="module")
def port(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if lacks := missing(name):
        if "CI" in os.environ:
            pytest.fail(f"CI needs {lacks}")
        pytest.skip(f"needs {lacks}")
    directory = tmp_path_factory.mktemp(name)
    directory.chmod(0o755)
    with running(name, directory) as port:
        yield port


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    origin: str | None = APP,
    method: str = "GET",
    body: bytes | None = None,
) -> tuple[int, dict[str, str], bytes]:
    headers = {} if origin is None else {"Origin": origin}
    if method == "OPTIONS":
        headers["Access-Control-Request-Method"] = "PUT"
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    given = [(name.lower(), value) for name, value in response.getheaders()]
    names = [name for name, _ in given]
    assert sorted(set(names)) == sorted(names), "a header is there twice"
    kept = {n: v for n, v in given if n == "vary" or n.startswith(("access-control-", "x-a"))}
    return response.status, kept, response.read()


@pytest.fixture
def connection(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        pytest.param("/hello", 200, b"hello", id="a list"),
        pytest.param(
            "/starts_late", 200, b"one two", id="a stream that starts when it is iterated"
        ),
        pytest.param("/writes", 200, b"one two", id="write()"),
        pytest.param("/sends_a_file", 200, b"a file", id="a file"),
        pytest.param("/not_modified", 304, b"", id="304"),
        pytest.param("/crashes", 500, ERROR, id="a crash before the start"),
        pytest.param("/crashes_once_started", 500, ERROR, id="a crash after the start"),
        pytest.param("/reports_by_exc_info", 503, b"sorry", id="an error that is reported"),
        pytest.param("/stream_fails_first", 500, ERROR, id="a stream that fails first"),
        pytest.param("/crashes_late", 500, ERROR, id="a stream that fails before it starts"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_response_to_an_allowed_origin(  # noqa: PLR0917 - a row and its fixtures
    name: str,
    connection: http.client.HTTPConnection,
    path: str,
    status: int,
    body: bytes,
    method: str,
) -> None:
    if (name, path) in UNSUPPORTED:
        assert ask(connection, f"/bare{path}", method=method)[0] == 500
        return
    expected = (status, ALLOWED, b"" if method == "HEAD" else body)
    assert ask(connection, path, method=method) == expected


@pytest.mark.parametrize("origin", [OTHER, None])
@pytest.mark.parametrize("path", ["/hello", "/writes"])
def test_a_response_to_anybody_else(
    name: str, connection: http.client.HTTPConnection, path: str, origin: str | None
) -> None:
    if (name, path) in UNSUPPORTED:
        path = "/hello"
    body = {"/hello": b"hello", "/writes": b"one two"}[path]
    assert ask(connection, path, origin) == (200, REFUSED, body)


@pytest.mark.parametrize(
    ("origin", "cors"),
    [pytest.param(APP, PREFLIGHT, id="allowed"), pytest.param(OTHER, REFUSED, id="refused")],
)
@pytest.mark.parametrize("body", [None, b"GET /smuggled HTTP/1.1\r\n\r\n"])
def test_a_preflight_and_the_request_after_it_on_one_connection(
    connection: http.client.HTTPConnection, origin: str, cors: dict[str, str], body: bytes | None
) -> None:
    assert ask(connection, "/hello", origin, "OPTIONS", body) == (204, cors, b"")
    try:
        status, _, answer = ask(connection, "/hello", origin)
    except (http.client.RemoteDisconnected, ConnectionError):  # closed, as it may be
        connection.close()
        status, _, answer = ask(connection, "/hello", origin)
    assert (status, answer) == (200, b"hello")


def test_a_client_that_goes_away_closes_the_body_as_it_would_without_us(port: int) -> None:
    assert closed_by_leaving(port, "/endless") == closed_by_leaving(port, "/bare/endless")


def closed_by_leaving(port: int, path: str) -> int:
    """Return how many bodies are closed when a client goes away in the middle of one."""
    before = count_closed(port)
    with socket.create_connection(("127.0.0.1", port), 10) as leaving:
        leaving.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nOrigin: {APP}\r\n\r\n".encode())
        assert leaving.recv(65536).startswith((b"HTTP/1.1 200 ", b"HTTP/1.0 200 "))
    deadline = time.monotonic() + 3
    while count_closed(port) == before and time.monotonic() < deadline:
        time.sleep(0.1)
    return count_closed(port) - before


def count_closed(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        return int(ask(connection, "/tells_closed")[2])
    finally:
        connection.close()
