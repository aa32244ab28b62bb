"""The servers of the demo: each is a thread on a port of its own, and ends with the process."""

import os
import socket
import sys
import threading
from typing import Any
from wsgiref.types import WSGIApplication

import uvicorn
from werkzeug.serving import make_server

HOST = "127.0.0.1"


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
