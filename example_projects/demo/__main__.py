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
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import failures_django
import failures_fastapi
import failures_flask
import failures_wsgi
from page import page
from questions import Demo
from recorder import Recorder
from servers import listen, origin_of, serve, serve_asgi

if TYPE_CHECKING:
    from failures import Adapter

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


def start(adapter: socket.socket, folder: Path) -> None:
    """Start all servers, and print the page's address."""
    origin = origin_of(adapter)
    os.environ |= {
        "CORS_ALLOW_ORIGINS": origin,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "SHOP_DB": str(folder / "shop.sqlite3"),
        "STOCKROOM_DB": str(folder / "stockroom.sqlite3"),
    }
    sys.path += [str(EXAMPLES / name) for name in FOLDERS]
    # The applications fail on purpose; what they log would only fill the terminal.
    logging.basicConfig(handlers=[logging.NullHandler()])

    import adapters  # noqa: PLC0415 - the examples read the environment as they are imported

    recorder = Recorder()
    modules = (failures_django, failures_flask, failures_fastapi, failures_wsgi)
    failures = {failure.id: failure for module in modules for failure in module.failures(origin)}
    others: dict[Adapter, dict[str, str]] = {}
    for name, sides in adapters.sides(failures.values(), origin).items():
        others[name] = {}
        for side, application in sides._asdict().items():
            server = listen(0)
            others[name][side] = origin_of(server)
            if name == "fastapi":
                serve_asgi(server, recorder.recorded_asgi(application))
            else:
                serve(server, recorder.recorded(application))
    elsewhere = [url for both in others.values() for url in both.values()]
    # A redirect goes from 127.0.0.1 to localhost (redirect-cross-origin).
    elsewhere += [url.replace("127.0.0.1", "localhost") for url in elsewhere]
    questions = Demo(origin, failures, others, recorder).questions(adapters.source_of)
    serve(adapter, page(origin, elsewhere, questions))
    print(f"The demo is at {origin}/\nEnd it with Ctrl-C.", flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
