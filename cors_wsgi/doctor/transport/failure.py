"""Why there was no answer, in words that diagnosis can tell apart."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cors_wsgi.browser import NoAnswer


class ConnectionFailure(enum.Enum):
    """Why there was no HTTP response. None of these is about CORS."""

    NAME = "the host name cannot be resolved"
    REFUSED = "the connection was refused"
    UNREACHABLE = "the host cannot be reached"
    TLS = "the TLS handshake failed"
    TIMEOUT = "there was no answer in time"
    CLOSED = "the connection was closed without an answer"
    NOT_HTTP = "the answer is not HTTP"
    PORT = "browsers do not open this port"


def connection_failure(answer: NoAnswer) -> ConnectionFailure:
    """Return why a transport has no answer."""
    return ConnectionFailure(answer.reason.partition(":")[0])


def detail_of(answer: NoAnswer) -> str:
    """Return what the library below said about it."""
    return answer.reason.partition(": ")[2]
