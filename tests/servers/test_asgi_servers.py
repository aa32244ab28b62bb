"""Every ASGI server, for real, with applications of all kinds."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from servers import http2
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
    directory = tmp_path_factory.mktemp(name)
    with running(server, directory) as port:
        yield port
    # The lifespan begins and ends once, behind the middleware; Daphne knows nothing of it.
    told = [line for line in (directory / "log").read_text().splitlines() if "lifespan." in line]
    assert told == ([] if name == "daphne" else ["lifespan.startup", "lifespan.shutdown"])


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


Whole = Callable[[str, str, str | None], http2.Answer]


@pytest.fixture(scope="module")
def whole(name: str, port: int, client: httpx.Client) -> Whole:
    """Ask for a path of a host from an origin; get all but the date and the framing."""

    def ask(host: str, path: str, origin: str | None) -> http2.Answer:
        headers = [("te", "trailers"), *([("origin", origin)] if origin else [])]
        if name == "hypercorn-http2":
            pseudo = {":method": "GET", ":scheme": "http", ":path": path, ":authority": host}
            return http2.ask(port, [*pseudo.items(), *headers])
        response = client.get(path, headers=[("host", host), *headers])
        framing = {"date", "content-length", "transfer-encoding"}
        told = sorted(one for one in response.headers.multi_items() if one[0] not in framing)
        return http2.Answer(response.status_code, told, response.content)

    return ask


def server_header(name: str) -> tuple[str, str]:
    software = {"hypercorn-http2": "hypercorn-h2", "hypercorn-asgi": "hypercorn-h11"}
    return "server", software.get(name, name.partition("-")[0])


PLAIN = ("content-type", "text/plain")
HINTS = [[("link", "</a.css>; rel=preload"), server_header("hypercorn-http2")]]
OFFERED = {
    ("granian-asgi", "/file"): http2.Answer(200, [], b"a file"),
    ("hypercorn-http2", "/trailers"): http2.Answer(200, [], b"hello", trailers=[("x-sum", "7")]),
    ("hypercorn-http2", "/hints"): http2.Answer(200, [PLAIN], b"hello", hints=HINTS),
    ("hypercorn-http2", "/pushes"): http2.Answer(
        200, [PLAIN], b"hello", pushed={"/hello": http2.Answer(200, [PLAIN], b"hello")}
    ),
}


def with_headers(answer: http2.Answer, headers: list[tuple[str, str]]) -> http2.Answer:
    pushed = {path: with_headers(each, headers) for path, each in answer.pushed.items()}
    return replace(answer, headers=sorted([*answer.headers, *headers]), pushed=pushed)


@pytest.mark.parametrize("path", ["/file", "/trailers", "/hints", "/pushes"])
def test_what_some_servers_offer(name: str, whole: Whole, path: str) -> None:
    plain = OFFERED.get((name, path), http2.Answer(501, [PLAIN]))
    for origin, cors in ((APP, ALLOWED), (OTHER, REFUSED), (None, REFUSED)):
        expected = with_headers(plain, [server_header(name), *cors.items()])
        assert whole("bare", path, origin) == expected


# zerocopysend is among them: no server here offers it. Nor does one offer debug, or a scope of
# another type: test_asgi.py sends these to the middleware itself.
@pytest.mark.parametrize("origin", [APP, OTHER, None])
def test_a_server_refuses_messages_as_if_we_were_not_there(
    whole: Whole, origin: str | None
) -> None:
    plain = whole("alone", "/unknown", origin)
    assert plain.status == 200
    assert plain.body.count(b"Error") == 3
    cors = ALLOWED if origin == APP else REFUSED
    assert whole("bare", "/unknown", origin) == with_headers(plain, [*cors.items()])


def test_a_crash_after_a_hint(name: str, whole: Whole) -> None:
    if name != "hypercorn-http2":
        pytest.skip("no other server sends hints")
    text = ("content-type", "text/plain; charset=utf-8"), ("content-length", "21")
    answer = http2.Answer(500, [*text], b"Internal Server Error", HINTS)
    expected = with_headers(answer, [server_header(name), *ALLOWED.items()])
    assert whole("bare", "/hints_and_crashes", APP) == expected


ANY_BYTES = [bytes([byte]) for byte in range(1, 256) if byte not in b"\r\n"]
ANY_BYTES += [b"%s%c" % (APP.encode(), byte) for byte in range(128, 256)]
ANY_BYTES += [b"x" * 9000, b"https://%s.example" % (b"a" * 9000)]


@pytest.mark.parametrize("host", ["bare", "fastapi"])
@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("OPTIONS", 204)])
def test_any_bytes_in_a_header(name: str, port: int, host: str, method: str, status: int) -> None:
    if name == "hypercorn-http2":
        pytest.skip("the bytes are those of HTTP/1.1")
    found = []
    for value in ANY_BYTES:
        names = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
        headers = [b"%s: %s" % (each.encode(), value) for each in names]
        start = f"{method} /hello HTTP/1.1\r\nHost: {host}\r\nConnection: close".encode()
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            connection.sendall(b"\r\n".join([start, *headers, b"", b""]))
            try:
                answer = connection.recv(65536)
            except ConnectionResetError:  # it refuses, and does not read all of it
                answer = b"HTTP/1.1 400 Bad Request"
        assert b"access-control-" not in answer.lower(), value
        found.append(int(answer.split(b" ", 2)[1]))
    # A server may refuse a few of them itself.
    assert set(found) <= {status, 400}
    assert found.count(400) < 40


HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n"
)


def shake_hands(name: str, port: int, host: str, origin: str | None) -> int:
    """Return the status of the answer to a handshake; in HTTP/2, 200 means that it is open."""
    if name == "hypercorn-http2":
        pseudo = {":method": "CONNECT", ":protocol": "websocket", ":scheme": "http"}
        pseudo |= {":path": "/ws", ":authority": host}
        headers = {"sec-websocket-version": "13"} | ({"origin": origin} if origin else {})
        return http2.ask(port, (pseudo | headers).items(), is_open=True).status or 0
    line = f"Origin: {origin}\r\n" if origin else ""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(HANDSHAKE.format(host, line).encode())
        return int(connection.recv(65536).split(b" ", 2)[1])


@pytest.mark.parametrize("host", ["bare", *OF_STARLETTE, "django"])
@pytest.mark.parametrize(("origin", "is_open"), [(APP, True), (OTHER, False), (None, True)])
def test_a_handshake(name: str, port: int, host: str, origin: str | None, is_open: bool) -> None:
    opened = 200 if name == "hypercorn-http2" else 101
    assert shake_hands(name, port, host, origin) == (opened if is_open else 403)


def test_what_is_left_alone_gets_the_servers_own_objects(
    name: str, port: int, whole: Whole
) -> None:
    assert shake_hands(name, port, "unchecked", OTHER) in {101, 200}
    unchanged = b"http websocket" if name == "daphne" else b"http lifespan websocket"
    assert whole("alone", "/unchanged", None).body == unchanged
