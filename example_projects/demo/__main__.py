"""The demo: a page, four applications on other origins, broken and fixed.

python example_projects/demo [--port PORT]
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import failures_django
import failures_fastapi
import failures_flask
import failures_wsgi
import lines
import playground
import replay
import uvicorn
from described import TITLES, described
from failures import Adapter, Failure
from page import page
from recorder import Recorder
from werkzeug.serving import make_server

from cors_wsgi import catalogue

HOST = "127.0.0.1"
EXAMPLES = Path(__file__).resolve().parent.parent
FOLDERS = ("legacy_wsgi", "flask_api", "django_site", "fastapi_api")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--port", type=int, default=8765, help="the page's port, 0 for any (default: %(default)s)"
    )
    port = parser.parse_args(arguments).port
    if not 0 <= port <= 65535:
        parser.error(f"there is no port {port}")
    # kill ends it as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory() as folder:
        start(listen(port), Path(folder))
        threading.Event().wait()
    print("\nStopped.")  # noqa: T201 - a command


def listen(port: int) -> socket.socket:
    """Take a port, or say why not and how to choose another."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        sys.exit(
            f"Cannot use port {port}: {reason}. Choose another with --port (make demo PORT=8766),"
            " or --port 0 for any free one."
        )


def start(adapter: socket.socket, folder: Path) -> None:
    """Start all servers, each a thread that ends with us, and print the page's address."""
    origin = origin_of(adapter)
    os.environ |= {
        "CORS_ALLOW_ORIGINS": origin,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "SHOP_DB": str(folder / "shop.sqlite3"),
        "STOCKROOM_DB": str(folder / "stockroom.sqlite3"),
    }
    sys.path += [str(EXAMPLES / name) for name in FOLDERS]
    # The twins fail on purpose; what they log would only fill the terminal.
    logging.basicConfig(handlers=[logging.NullHandler()])

    import adapters  # noqa: PLC0415 - the examples read the environment as they are imported

    recorder = Recorder()
    modules = (failures_django, failures_flask, failures_fastapi, failures_wsgi)
    shown = {failure.id: failure for module in modules for failure in module.failures(origin)}
    others: dict[Adapter, dict[str, str]] = {}
    for name, sides in adapters.sides(shown.values(), origin).items():
        others[name] = {}
        for side, application in sides._asdict().items():
            server = listen(0)
            others[name][side] = origin_of(server)
            if name == "fastapi":
                serve_asgi(server, recorder.recorded_asgi(application))
            else:
                serve(server, recorder.recorded(application))
    data = {
        "origin": origin,
        "others": others,
        "frameworks": TITLES,
        "rows": [described(one, origin, others, adapters.source_of) for one in shown.values()],
    }
    questions = {
        "/demo.json": lambda _: data,
        "/exchanges.json": lambda query: passed(recorder, shown, origin, query),
        "/lines.json": lambda query: lines.lines(shown[query["row"]], query),
        "/patterns.json": lambda _: catalogue.as_patterns(),
        "/playground.json": playground.tried,
    }
    serve(adapter, page(origin, elsewhere(others), questions))
    print(f"The demo is at {origin}/\nEnd it with Ctrl-C.", flush=True)  # noqa: T201 - a command


def passed(
    recorder: Recorder, shown: Mapping[str, Failure], origin: str, query: Mapping[str, str]
) -> dict[str, Any]:
    """What passed in a run, and what browsers make of it."""
    failure = shown[query["row"]]
    exchanges = recorder.exchanges(query["run"])
    outcome = replay.replay(origin, query["url"], failure, exchanges)
    return {
        "exchanges": [replay.shown(exchange) for exchange in exchanges],
        "consoles": replay.consoles(outcome),
        "decided": replay.decided(outcome, failure),
    }


def elsewhere(others: Mapping[Adapter, Mapping[str, str]]) -> list[str]:
    """Where the page may send requests: a redirect leads to localhost, which is another host."""
    urls = [url for sides in others.values() for url in sides.values()]
    return urls + [url.replace(HOST, "localhost") for url in urls]


def origin_of(adapter: socket.socket) -> str:
    return f"http://{HOST}:{adapter.getsockname()[1]}".removesuffix(":80")


def serve(adapter: socket.socket, application: WSGIApplication) -> None:
    port = adapter.getsockname()[1]
    server = make_server(HOST, port, application, threaded=True, fd=adapter.fileno())
    adapter.close()  # the server has its own copy
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve_asgi(adapter: socket.socket, application: Any) -> None:
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, args=([adapter],), daemon=True).start()


if __name__ == "__main__":
    main()
