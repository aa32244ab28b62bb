"""What the servers received and answered, for the page to show."""

import dataclasses
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

RUN = re.compile(r"[0-9a-f-]{36}")
LONGEST_VALUE = 300
MOST_RUNS = 400
MOST_EXCHANGES = 8

# Of what a browser sends, the part that CORS or these applications look at.
REQUEST_HEADERS = {
    "HTTP_HOST": "Host",
    "HTTP_ORIGIN": "Origin",
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "Access-Control-Request-Method",
    "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "Access-Control-Request-Headers",
    "HTTP_AUTHORIZATION": "Authorization",
    "HTTP_COOKIE": "Cookie",
    "HTTP_X_CSRFTOKEN": "X-CSRFToken",
    "CONTENT_TYPE": "Content-Type",
}


@dataclasses.dataclass
class Exchange:
    """One request as a server received it, and the answer as it left."""

    method: str
    path: str
    request_headers: list[tuple[str, str]]
    status: str = ""
    response_headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)


class Recorder:
    """Keeps the exchanges of the last runs; a run is named by `?run=<UUID>` in the URL."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, list[Exchange]] = OrderedDict()

    def recorded(self, application: WSGIApplication) -> WSGIApplication:
        """The same application, with what passes written down."""

        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            exchange = self._begin(environ)
            if exchange is None:
                return application(environ, start_response)

            # Written down before the answer leaves: a page that has it may ask at once.
            def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
                exchange.status = status
                exchange.response_headers = [(name, shown(name, value)) for name, value in headers]
                return start_response(status, headers, exc_info)

            return application(environ, start)

        return wrapped

    def exchanges(self, run: str) -> list[dict[str, Any]]:
        with self._lock:
            return [dataclasses.asdict(exchange) for exchange in self._runs.get(run, ())]

    def _begin(self, environ: WSGIEnvironment) -> Exchange | None:
        (run,) = parse_qs(environ.get("QUERY_STRING", "")).get("run", [""])[:1]
        if not RUN.fullmatch(run):
            return None
        headers = [
            (name, shown(name, environ[key]))
            for key, name in REQUEST_HEADERS.items()
            if environ.get(key)
        ]
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        exchange = Exchange(environ["REQUEST_METHOD"], path[:LONGEST_VALUE], headers)
        with self._lock:
            kept = self._runs.setdefault(run, [])
            if len(kept) < MOST_EXCHANGES:
                kept.append(exchange)
            if len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)
        return exchange


def shown(name: str, value: str) -> str:
    """The value as the page shows it: of a secret, only that it is there."""
    if name == "Authorization":
        return f"{value.partition(' ')[0]} …"
    if name == "X-CSRFToken":
        return "…"
    if name == "Cookie":
        return "; ".join(f"{pair.partition('=')[0].strip()}=…" for pair in value.split(";"))
    if name == "Set-Cookie":
        return f"{value.partition('=')[0]}=…"
    return value[:LONGEST_VALUE]
