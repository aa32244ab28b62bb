"""Every ASGI server, for real, with five kinds of applications."""

import http.client
import socket
from collections.abc import Iterator

import pytest
from servers.servers import ASGI_SERVERS, running

APP = "https://app.example"
OTHER = "https://other.example"
ALLOWED = {
    "access-control-allow-origin": APP,
    "access-control-allow-credentials": "true",
    "vary": "Origin",
}
REFUSED = {"vary": "Origin"}
PREFLIGHT = ALLOWED | {"access-control-allow-methods": "PUT", "access-control-max-age": "600"}
APPLICATIONS = ["bare", "starlette", "fastapi", "quart", "litestar"]


# These send the start of a response together with its first block, whatever the application is.
HOLDS_THE_START = {"granian-asgi", "daphne"}


@pytest.fixture(scope="module", params=ASGI_SERVERS)
def name(request: pytest.FixtureRequest) -> str:
    server: str = request.param
    return server


@pytest.fixture(scope="module")
def port(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running(name, tmp_path_factory.mktemp(name)) as port:
        yield port


def ask(
    port: int, host: str, path: str, origin: str | None = APP, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    if method == "OPTIONS":
        headers["Access-Control-Request-Method"] = "PUT"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        given = [(name.lower(), value) for name, value in response.getheaders()]
        kept = [(n, v) for n, v in given if n == "vary" or n.startswith("access-control-")]
        assert len(dict(kept)) == len(kept), "a header is there twice"
        endless = path in {"/events", "/crashes_late"}
        return response.status, dict(kept), b"" if endless else response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("host", APPLICATIONS)
def test_responses(port: int, host: str) -> None:
    assert ask(port, host, "/hello") == (200, ALLOWED, b"hello")
    assert ask(port, host, "/hello", OTHER) == (200, REFUSED, b"hello")
    assert ask(port, host, "/hello", None) == (200, REFUSED, b"hello")
    assert ask(port, host, "/hello", APP, "OPTIONS") == (204, PREFLIGHT, b"")
    assert ask(port, host, "/hello", OTHER, "OPTIONS") == (204, REFUSED, b"")


@pytest.mark.parametrize("host", APPLICATIONS)
def test_a_crash_is_answered_with_headers(port: int, host: str) -> None:
    assert ask(port, host, "/crashes")[:2] == (500, ALLOWED)


@pytest.mark.parametrize("host", APPLICATIONS)
def test_a_stream_opens_before_its_first_event(name: str, port: int, host: str) -> None:
    if name in HOLDS_THE_START:
        pytest.skip("the server holds the start back")
    assert ask(port, host, "/events")[:2] == (200, ALLOWED)


@pytest.mark.parametrize("host", APPLICATIONS)
def test_a_crash_in_the_middle_of_a_stream(port: int, host: str) -> None:
    assert ask(port, host, "/crashes_late")[:2] == (200, ALLOWED)


HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n"
)


@pytest.mark.parametrize("host", ["bare", "starlette", "fastapi"])
@pytest.mark.parametrize(("origin", "status"), [(APP, 101), (OTHER, 403), (None, 101)])
def test_a_handshake(port: int, host: str, origin: str | None, status: int) -> None:
    line = f"Origin: {origin}\r\n" if origin else ""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(HANDSHAKE.format(host, line).encode())
        assert int(connection.recv(65536).split(b" ", 2)[1]) == status
