"""Serves case0.py, case1.py, ... of a folder, each on a port of its own."""

import importlib
import json
import os
import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn
from django.core.wsgi import get_wsgi_application

STACK, PORTS = os.environ["STACK"], json.loads(os.environ["PORTS"])


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def serve_wsgi(app: object, port: int) -> None:
    make_server("127.0.0.1", port, app, Threading, Quiet).serve_forever()  # type: ignore[arg-type]


def serve_asgi(app: object, port: int) -> None:
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")  # type: ignore[arg-type]
    uvicorn.Server(config).run()


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    if STACK == "django":
        os.environ["DJANGO_SETTINGS_MODULE"] = "case0"
        serve_wsgi(get_wsgi_application(), PORTS[0])
        return
    serve, name = {
        "wsgi": (serve_wsgi, "application"),
        "flask": (serve_wsgi, "app"),
        "fastapi": (serve_asgi, "app"),
    }[STACK]
    for number, port in enumerate(PORTS):
        app = getattr(importlib.import_module(f"case{number}"), name)
        threading.Thread(target=serve, args=(app, port), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
