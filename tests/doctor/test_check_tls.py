"""`check` over TLS: HTTP/2 where the server offers it, and certificates as browsers take them."""

from __future__ import annotations

import gc
import socket
import ssl
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpcore
import pytest
import trustme
from click.testing import CliRunner
from doctor.broken_servers.examining import examine
from doctor.broken_servers.serving import serving
from doctor.broken_servers.stacks import PROGRAMS
from engines.processes import free_port, laboratory, listens, running, wait_for

from cors_wsgi.browser import HTTPRequest, NoAnswer
from cors_wsgi.doctor.check.report import report
from cors_wsgi.doctor.cli import cli
from cors_wsgi.doctor.transport import http
from cors_wsgi.doctor.transport.http import HTTPTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE = "http://localhost:3000"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    certificate: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        str(certificate)
    )
    port = free_port()
    command = [sys.executable, str(PROGRAMS / "http2_app.py")]
    environ = {"CERTIFICATE": str(certificate), "PORT": str(port)}
    with laboratory() as lab, running(command, lab, environ) as process:
        wait_for(lambda: listens(port), "Hypercorn, TLS", process, lab)
        yield f"https://127.0.0.1:{port}"


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(str(root))
    monkeypatch.setenv("SSL_CERT_FILE", str(root))


@pytest.mark.usefixtures("trusted")
def test_http2_is_spoken_where_it_is_offered(secure: str) -> None:
    seen, diagnosis = examine(f"{secure}/data", PAGE, timeout=5, method="PUT", send=True)
    assert (diagnosis.verdict, seen.protocol) == ("allowed", "HTTP/2")
    assert [finding.id for finding in diagnosis.findings] == ["any-origin", "two-layers"]
    assert seen.actual is not None
    assert getattr(seen.actual, "body", b"") == b"2"


def test_a_certificate_that_nobody_vouches_for_is_no_answer(secure: str) -> None:
    _, diagnosis = examine(f"{secure}/data", PAGE, timeout=5)
    assert (diagnosis.verdict, diagnosis.failure) == ("unknown", "preflight-no-answer")
    assert diagnosis.cause.startswith("The TLS handshake failed")
    assert "--cafile" in diagnosis.cause


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_not_said_to_need_trust(authority: trustme.CA) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example").configure_cert(tls)
    with serving({}, tls) as server:
        _, diagnosis = examine(f"{server.origin}/", PAGE, timeout=5)
    assert "The certificate is for other names" in diagnosis.cause
    assert "--cafile" not in diagnosis.cause


@pytest.mark.parametrize("trust", ["nobody", "the authority"])
def test_the_fix_of_a_wrong_scheme_is_the_right_one(
    secure: str, trust: str, request: pytest.FixtureRequest
) -> None:
    if trust == "the authority":
        request.getfixturevalue("trusted")
    url = f"{secure.replace('https://', 'http://')}/data"
    seen, diagnosis = examine(url, PAGE, timeout=5)
    fix = report(seen).fix
    assert fix is not None
    assert diagnosis.cause == "The scheme is wrong: https answers on this port."
    assert fix.code == f'const response = await fetch("{secure}/data");'


@pytest.mark.usefixtures("trusted")
def test_http_to_a_port_of_https_is_said_so(secure: str) -> None:
    plain = secure.replace("https://", "http://")
    _, diagnosis = examine(f"{plain}/data", PAGE, timeout=5)
    assert (diagnosis.verdict, diagnosis.failure) == ("unknown", "preflight-no-answer")
    assert diagnosis.cause == "The scheme is wrong: https answers on this port."


def test_a_file_without_certificates_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "notes.pem"
    file.write_text("not a certificate")
    asked = ["check", "https://api.example/", "-o", PAGE, "--cafile", str(file)]
    result = CliRunner().invoke(cli, asked)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        f"Error: Invalid value for '--cafile': {file} has no certificate in the PEM format."
    )


class _Clock:
    """A clock that stands still but for what is said to take long."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(http, "time", SimpleNamespace(monotonic=lambda: self.now))

    def slow(self, module: Any, name: str) -> None:
        """Let a function of a module take an hour."""
        quick: Callable[..., Any] = getattr(module, name)

        def slow(*args: Any, **kwargs: Any) -> Any:
            self.now += 3600
            return quick(*args, **kwargs)

        self._monkeypatch.setattr(module, name, slow)


def test_the_time_that_certificates_take_to_load_is_not_the_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _Clock(monkeypatch).slow(httpcore, "default_ssl_context")
    with serving({}) as server:
        url = server.origin.replace("http://", "https://")
        answer = HTTPTransport(timeout=5).send(HTTPRequest("GET", url))
    assert isinstance(answer, NoAnswer)
    assert answer.reason.startswith("the TLS handshake failed")


def test_a_connection_for_which_there_is_no_time_left_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _Clock(monkeypatch).slow(socket, "getaddrinfo")
    with serving({}) as server:
        url = server.origin.replace("http://", "https://")
        answer = HTTPTransport(timeout=5).send(HTTPRequest("GET", url))
    assert answer == NoAnswer("there was no answer in time: the time for the exchange is over")
    gc.collect()  # which would find a socket that is still open, and warn
