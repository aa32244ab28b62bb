"""What carries the doctor's requests: HTTP, or an application in this process.

It knows nothing of what the answers are read for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer, HTTPRequest


@dataclass(frozen=True, slots=True)
class Peer:
    """Who answered, below HTTP.

    Attributes:
        address: The IP address that the connection went to.
        protocol: "HTTP/1.1", "HTTP/2" or what the server said.
    """

    address: str
    protocol: str


class Transport(Protocol):
    """Carries requests, and remembers what it learned about the server.

    Attributes:
        raised: What the application raised last, as `Type: text`; None over HTTP.
    """

    raised: str | None

    def send(self, request: HTTPRequest) -> Answer:
        """Carry one request; what goes wrong below HTTP becomes NoAnswer."""

    def peer(self, url: str) -> Peer | None:
        """Return who answered for a URL's origin; None in process, or if nobody did."""
