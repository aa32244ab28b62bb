"""What the servers received and answered, for the page to show."""

import dataclasses
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

RUN = re.compile(r"[0-9a-f]{8}")
LONGEST_VALUE = 300
MOST_RUNS = 400
MOST_EXCHANGES = 8

# Of what a browser sends, the part that CORS or these applications look at.
REQUEST_HEADERS = (
    "Host",
    "Origin",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
    "Authorization",
    "Cookie",
    "X-CSRFToken",
    "Content-Type",
)


@dataclasses.dataclass
class Exchange:
    """One request as a server received it, and the answer as it left."""

    method: str
    path: str
    request_headers: list[tuple[str, str]]
    status: str = ""
    response_headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)

    def answered(self, status: str, headers: Iterable[tuple[str, str]]) -> None:
        self.status = status
        self.response_headers = [(name, shown(name, value)) for name, value in headers]


class Recorder:
    """Keeps the exchanges of the last runs; a run is named by `?run=<8 hex digits>` in the URL.

    An answer is written down before it leaves: a page that has it may ask at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, list[Exchange]] = OrderedDict()

    def recorded(self, application: WSGIApplication) -> WSGIApplication:
        """Return the same application, with what passes written down."""

        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            exchange = self._begin(
                environ["REQUEST_METHOD"],
                environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
                environ.get("QUERY_STRING", ""),
                {name: environ.get(key_of(name), "") for name in REQUEST_HEADERS},
            )

            def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
                exchange.answered(status, headers)
                return start_response(status, headers, exc_info)

            return application(environ, start)

        return wrapped

    def recorded_asgi(self, application: Any) -> Any:
        """Return the same for an ASGI application."""

        async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
            sent = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
            exchange = self._begin(
                scope["method"],
                scope["path"],
                scope["query_string"].decode(),
                {name: sent.get(name.lower(), "") for name in REQUEST_HEADERS},
            )

            async def sending(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    headers = ((n.decode().title(), v.decode()) for n, v in message["headers"])
                    exchange.answered(str(message["status"]), headers)
                await send(message)

            await application(scope, receive, sending)

        return wrapped

    def exchanges(self, run: str) -> list[Exchange]:
        with self._lock:
            return list(self._runs.get(run, ()))

    def _begin(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Exchange:
        sent = [(name, shown(name, value)) for name, value in headers.items() if value]
        exchange = Exchange(method, path[:LONGEST_VALUE], sent)
        (run,) = parse_qs(query).get("run", [""])[:1]
        if RUN.fullmatch(run):
            with self._lock:
                kept = self._runs.setdefault(run, [])
                if len(kept) < MOST_EXCHANGES:
                    kept.append(exchange)
                if len(self._runs) > MOST_RUNS:
                    self._runs.popitem(last=False)
        return exchange


def key_of(header: str) -> str:
    """Return a header's name in a WSGI environ."""
    key = header.upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"


def shown(name: str, value: str) -> str:
    """Return the value as the page shows it: of a secret, only that it is there."""
    if name == "Authorization":
        return f"{value.partition(' ')[0]} …"
    if name == "X-CSRFToken":
        return "…"
    if name == "Cookie":
        return "; ".join(f"{pair.partition('=')[0].strip()}=…" for pair in value.split(";"))
    if name == "Set-Cookie":
        return f"{value.partition('=')[0]}=…"
    return value[:LONGEST_VALUE]
