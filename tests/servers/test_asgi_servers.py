"""Every ASGI server, for real, with applications of all kinds."""

import socket
import time
from collections.abc import Iterator

import httpx
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

# What is served on a host of its name.
OF_STARLETTE = ["starlette", "fastapi", "handled"]
APPLICATIONS = ["bare", *OF_STARLETTE, "quart", "litestar", "django"]

# These send the start of a response together with its first block, whatever the application is.
HOLDS_THE_START = {"granian-asgi", "daphne"}
ENDLESS = {"/events", "/crashes_late", "/endless"}


@pytest.fixture(scope="module", params=[*ASGI_SERVERS, "hypercorn-http2"])
def name(request: pytest.FixtureRequest) -> str:
    server: str = request.param
    return server


@pytest.fixture(scope="module")
def port(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    server = "hypercorn-asgi" if name == "hypercorn-http2" else name
    with running(server, tmp_path_factory.mktemp(name)) as port:
        yield port


@pytest.fixture(scope="module")
def client(name: str, port: int) -> Iterator[httpx.Client]:
    """Speaks HTTP/2 alone, or HTTP/1.1 alone, on a new connection for each request."""
    http2 = name == "hypercorn-http2"
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        http2=http2,
        http1=not http2,
        limits=httpx.Limits(max_keepalive_connections=0),
        timeout=20,
    ) as client:
        yield client


def ask(
    client: httpx.Client, host: str, path: str, origin: str | None = APP, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    headers = {"Host": host, "Accept-Encoding": "identity"} | ({"Origin": origin} if origin else {})
    if method == "OPTIONS":
        headers["Access-Control-Request-Method"] = "PUT"
    with client.stream(method, path, headers=headers) as response:
        kept = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name == "vary" or name.startswith("access-control-")
        ]
        assert len(dict(kept)) == len(kept), "a header is there twice"
        body = b"" if path in ENDLESS else response.read()
        return response.status_code, dict(kept), body


def without_gzip(headers: dict[str, str]) -> dict[str, str]:
    """Leave out what GZipMiddleware adds to `Vary`."""
    return {name: value.removeprefix("Accept-Encoding, ") for name, value in headers.items()}


@pytest.mark.parametrize("host", APPLICATIONS)
def test_responses(client: httpx.Client, host: str) -> None:
    vary = {"vary": "Accept-Encoding, Origin"} if host == "handled" else {"vary": "Origin"}
    for _ in range(2):
        assert ask(client, host, "/hello") == (200, ALLOWED | vary, b"hello")
        assert ask(client, host, "/hello", OTHER) == (200, vary, b"hello")
        assert ask(client, host, "/hello", None) == (200, vary, b"hello")
        assert ask(client, host, "/hello", APP, "OPTIONS") == (204, PREFLIGHT, b"")
        assert ask(client, host, "/hello", OTHER, "OPTIONS") == (204, REFUSED, b"")


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        *((host, "/redirects", 302) for host in APPLICATIONS),
        *((host, "/missing", 404) for host in APPLICATIONS),
        *((host, "/crashes", 503 if host == "handled" else 500) for host in APPLICATIONS),
        *((host, "/refuses", 418) for host in OF_STARLETTE),
        *((host, "/background", 200) for host in OF_STARLETTE),
        *((host, "/cached", 200) for host in OF_STARLETTE),
        ("starlette", "/crashes_in_a_thread", 500),
        ("fastapi", "/crashes_in_a_thread", 500),
        ("handled", "/crashes_in_a_thread", 503),
        ("starlette", "/mounted/crashes", 500),
        ("fastapi", "/mounted/crashes", 500),
        ("handled", "/mounted/crashes", 500),
        ("fastapi", "/validates?number=x", 422),
    ],
)
def test_every_response_has_the_headers(
    client: httpx.Client, host: str, path: str, status: int
) -> None:
    # A crash of a bare application is answered for allowed origins, and else by the server.
    refused = {} if (host, path) == ("bare", "/crashes") else REFUSED
    for origin, cors in ((APP, ALLOWED), (OTHER, refused), (APP, ALLOWED)):
        found, headers, _ = ask(client, host, path, origin)
        assert (found, without_gzip(headers)) == (status, cors)


@pytest.mark.parametrize("host", APPLICATIONS)
def test_a_stream_opens_before_its_first_event(name: str, client: httpx.Client, host: str) -> None:
    if name in HOLDS_THE_START or host == "handled":
        pytest.skip("the server, or GZip, holds the start back")
    assert ask(client, host, "/events")[:2] == (200, ALLOWED)


@pytest.mark.parametrize("host", APPLICATIONS)
def test_a_crash_in_the_middle_of_a_stream(client: httpx.Client, host: str) -> None:
    status, headers, _ = ask(client, host, "/crashes_late")
    assert (status, without_gzip(headers)) == (200, ALLOWED)


@pytest.mark.parametrize("host", APPLICATIONS)
def test_a_stream_ends_when_its_client_leaves(client: httpx.Client, host: str) -> None:
    before = int(ask(client, host, "/ended")[2])
    assert ask(client, host, "/endless")[0] == 200
    deadline = time.monotonic() + 30
    while int(ask(client, host, "/ended")[2]) == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_file_that_the_server_reads(name: str, client: httpx.Client) -> None:
    sends_files = name == "granian-asgi"
    status, body = (200, b"a file") if sends_files else (501, b"")
    assert ask(client, "bare", "/file") == (status, ALLOWED, body)


HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n"
)


@pytest.mark.parametrize("host", ["bare", *OF_STARLETTE, "django"])
@pytest.mark.parametrize(("origin", "status"), [(APP, 101), (OTHER, 403), (None, 101)])
def test_a_handshake(name: str, port: int, host: str, origin: str | None, status: int) -> None:
    if name == "hypercorn-http2":
        pytest.skip("a handshake is another one in HTTP/2")
    line = f"Origin: {origin}\r\n" if origin else ""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(HANDSHAKE.format(host, line).encode())
        assert int(connection.recv(65536).split(b" ", 2)[1]) == status
