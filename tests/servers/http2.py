"""A client of HTTP/2 that keeps all that a server sends: hints, pushed responses, trailers."""

import contextlib
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events

Headers = list[tuple[str, str]]


@dataclass
class Answer:
    """What a server sent for one request, or promised to.

    Attributes:
        status: The status; None if no response came.
        headers: The headers, sorted, without the date.
        body: The body.
        hints: The headers of each informational response.
        trailers: The headers after the body.
        pushed: What was pushed along, by its path.
    """

    status: int | None = None
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    hints: list[Headers] = field(default_factory=list)
    trailers: Headers = field(default_factory=list)
    pushed: dict[str, "Answer"] = field(default_factory=dict)


def ask(port: int, request: Iterable[tuple[str, str]], *, is_open: bool = False) -> Answer:
    """Send one request on a connection of its own, and return what came until all was there.

    Args:
        port: The port on this machine.
        request: The headers, pseudo-headers included.
        is_open: Whether the request has a body, which is not sent: what comes back first counts.
    """
    configuration = h2.config.H2Configuration(header_encoding="utf-8")
    connection = h2.connection.H2Connection(configuration)
    connection.initiate_connection()
    connection.send_headers(1, list(request), end_stream=not is_open)
    answers = {1: Answer()}
    unfinished = {1}
    with socket.create_connection(("127.0.0.1", port), 20) as peer:
        while unfinished:
            peer.sendall(connection.data_to_send())
            received = peer.recv(65536)
            events = connection.receive_data(received) if received else []
            for event in events:
                unfinished -= _take(event, answers)
                if isinstance(event, h2.events.PushedStreamReceived):
                    unfinished.add(event.pushed_stream_id)
            if not received or (is_open and answers[1].status):
                break
        with contextlib.suppress(OSError):
            peer.sendall(connection.data_to_send())
    return answers[1]


def _take(event: h2.events.Event, answers: dict[int, Answer]) -> set[int]:
    """Keep what an event says; return the stream that ends with it, if one does."""
    match event:
        case h2.events.InformationalResponseReceived(stream_id=stream, headers=headers):
            answers[stream].hints.append(_told(headers))
        case h2.events.PushedStreamReceived(
            parent_stream_id=parent, pushed_stream_id=stream, headers=headers
        ):
            answers[stream] = answers[parent].pushed[dict(headers)[":path"]] = Answer()
        case h2.events.ResponseReceived(stream_id=stream, headers=headers):
            answers[stream].status = int(dict(headers)[":status"])
            answers[stream].headers = _told(headers)
        case h2.events.DataReceived(stream_id=stream, data=data):
            answers[stream].body += data
        case h2.events.TrailersReceived(stream_id=stream, headers=headers):
            answers[stream].trailers = _told(headers)
        case h2.events.StreamEnded(stream_id=stream) | h2.events.StreamReset(stream_id=stream):
            return {stream}
    return set()


def _told(headers: Iterable[tuple[str, str]]) -> Headers:
    return sorted((name, value) for name, value in headers if name[0] != ":" and name != "date")
