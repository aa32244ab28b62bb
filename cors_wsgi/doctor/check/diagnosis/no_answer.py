"""Why nothing answered: from what the connection did, and what OpenSSL says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cors_wsgi.browser import NoAnswer
from cors_wsgi.doctor.check.diagnosis import preflights
from cors_wsgi.doctor.check.diagnosis.failed import failed_response
from cors_wsgi.doctor.transport.failure import ConnectionFailure, connection_failure, detail_of

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer, HTTPResponse
    from cors_wsgi.doctor.check.probe import Seen


def no_answer(seen: Seen) -> str:
    """Return why nothing answered, and what to see to."""
    failed = seen.outcome.exchanges[-1]
    reason, detail = _why_no_answer(failed.response)
    dropped = reason in {ConnectionFailure.TIMEOUT, ConnectionFailure.CLOSED}
    if failed.preflight and seen.probed("get") is not None and dropped:
        return f"Something, perhaps a firewall, drops OPTIONS: {preflights.get_answers(seen)}."
    if (scheme := scheme_that_answers(seen)) is not None:
        return f"The scheme is wrong: {scheme} answers on this port."
    said = f" ({detail})" if detail else ""
    what = reason.value
    if reason is ConnectionFailure.NAME:
        what = what.replace("host name", f"host name {urlsplit(seen.outcome.hop.url).hostname}")
    if seen.preflight is not None and not failed.preflight:
        return f"The preflight passes, and for the {failed.request.method} itself {what}{said}."
    return f"{what[0].upper()}{what[1:]}{said}. {_hint(reason, detail)}"


def scheme_that_answers(seen: Seen) -> str | None:
    """Return the other scheme, if it is the one that the port speaks."""
    if demands_tls(failed_response(seen)):
        return "https"
    probe = seen.probe("scheme")
    if probe is None or _speaks_tls(seen.outcome.exchanges[-1].response):
        return None
    speaks = probe.response is not None or _speaks_tls(probe.answer)
    return urlsplit(probe.request.url).scheme if speaks else None


def demands_tls(response: HTTPResponse | None) -> bool:
    """Return whether a server answers plain http on a port of https, to say that it is one."""
    return (
        response is not None
        and response.status == 400
        and _DEMANDS_TLS.search(response.body) is not None
    )


def _speaks_tls(answer: Answer) -> bool:
    """Return whether a handshake came as far as the certificate, or to an alert.

    Many a server that speaks TLS answers plain http as well: with an error that says so, or with a
    redirect from port 80.
    """
    _, detail = _why_no_answer(answer)
    return _UNTRUSTED in detail or "_ALERT_" in detail


def _why_no_answer(answer: Answer) -> tuple[ConnectionFailure, str]:
    if not isinstance(answer, NoAnswer):
        return ConnectionFailure.CLOSED, ""
    return connection_failure(answer), detail_of(answer)


def _hint(reason: ConnectionFailure, detail: str) -> str:
    found = (hint for sign, hint in _TLS_HINTS if sign in detail)
    return next(found, _CONNECTION_HINTS[reason])


_UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
# What nginx, Apache, and servers written in Go say, Caddy among them.
_DEMANDS_TLS: Final = re.compile(
    rb"plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled server port"
    rb"|Client sent an HTTP request to an HTTPS server"
)
# By what OpenSSL says, the most exact first.
_TLS_HINTS: Final = (
    (
        "mismatch",  # of a host's name, or of an IP address
        "The certificate is for other names: call the server by one of them, or get one for this.",
    ),
    ("certificate has expired", "Renew the certificate."),
    (
        _UNTRUSTED,
        (
            "This machine does not trust the certificate. If it is for development, use --cafile "
            "with the authority that signed it."
        ),
    ),
    (
        "WRONG_VERSION_NUMBER",
        "This port does not speak TLS: the URL may have to begin with http.",
    ),
)
_CONNECTION_HINTS: Final = {
    ConnectionFailure.NAME: "See that the host name is right.",
    ConnectionFailure.REFUSED: "See that the server is up, and on which port.",
    ConnectionFailure.UNREACHABLE: "See that the server is up and that you can reach its network.",
    ConnectionFailure.TLS: "See the server's certificate and the versions of TLS that it speaks.",
    ConnectionFailure.TIMEOUT: "See that the server is up, or allow more time with --timeout.",
    ConnectionFailure.CLOSED: "See the server's log, or whether this port speaks https.",
    ConnectionFailure.NOT_HTTP: (
        "Something else listens on this port, or it speaks https, or the server sends malformed "
        "headers."
    ),
    ConnectionFailure.PORT: "Use another port.",
}
