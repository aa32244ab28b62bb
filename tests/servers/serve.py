"""Serve the application with a server that has no command of its own: `serve.py NAME PORT`."""

import sys
from typing import Any


def serve(name: str, port: int) -> None:
    from application import application  # noqa: PLC0415 - beside this file

    application_: Any = application
    if name == "wsgiref":
        from wsgiref.simple_server import make_server  # noqa: PLC0415 - one of three

        make_server("127.0.0.1", port, application_).serve_forever()
    elif name == "werkzeug":
        from werkzeug.serving import run_simple  # noqa: PLC0415 - one of three

        run_simple("127.0.0.1", port, application_, threaded=True)
    elif name == "cheroot":
        from cheroot.wsgi import Server  # noqa: PLC0415 - one of three

        Server(("127.0.0.1", port), application_).safe_start()


serve(sys.argv[1], int(sys.argv[2]))
