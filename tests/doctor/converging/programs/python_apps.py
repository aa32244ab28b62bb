"""Serves case0.py, case1.py, ... of a folder, each on a port of its own."""

import asyncio
import importlib
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import hypercorn
import hypercorn.asyncio
import uvicorn
from django.core.wsgi import get_wsgi_application

STACK, PORTS = os.environ["STACK"], json.loads(os.environ["PORTS"])


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def wsgi_server(app: object, port: int) -> Callable[[], None]:
    return make_server("127.0.0.1", port, app, Threading, Quiet).serve_forever  # type: ignore[arg-type]


def asgi_server(app: object, port: int) -> Callable[[], None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))  # type: ignore[arg-type]
    return partial(server.run, [socket.create_server(("127.0.0.1", port))])


def hypercorn_server(app: object, port: int) -> Callable[[], None]:
    config = hypercorn.Config()
    config.bind, config.errorlog = [f"127.0.0.1:{port}"], None
    never = asyncio.Event().wait  # signals are for the main thread
    serving = hypercorn.asyncio.serve(app, config, shutdown_trigger=never)  # type: ignore[arg-type]
    return partial(asyncio.run, serving)


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    if STACK == "django":
        os.environ["DJANGO_SETTINGS_MODULE"] = "case0"
        wsgi_server(get_wsgi_application(), PORTS[0])()
        return
    server, name = {
        "wsgi": (wsgi_server, "application"),
        "flask": (wsgi_server, "app"),
        "fastapi": (asgi_server, "app"),
        "asgi": (asgi_server, "app"),
        "litestar": (asgi_server, "app"),
        "quart": (hypercorn_server, "app"),
    }[STACK]
    for number, port in enumerate(PORTS):
        app = getattr(importlib.import_module(f"case{number}"), name)
        # A port that somebody else has ends this program here, and not a thread of it.
        threading.Thread(target=server(app, port), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
