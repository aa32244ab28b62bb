"""The stockroom for browsers: the old application, untouched, behind one policy."""

import os
import sys
from wsgiref.simple_server import make_server

from stockroom import application as stockroom

from cors_wsgi import CORSMiddleware, PathPolicies, Policy

FRONT_ENDS = os.environ.get("CORS_ALLOW_ORIGINS", "http://localhost:3000").split(",")

# The password travels in an Authorization header that the page sets itself,
# so the browser need not be asked to send cookies: no allow_credentials.
POLICIES = PathPolicies(
    {
        "/items": Policy(
            allow_origins=FRONT_ENDS,
            allow_methods=["GET", "PUT"],
            allow_headers=["Authorization", "Content-Type"],
        ),
        "/prices": Policy(allow_origins="*"),
    }
)

application = CORSMiddleware(stockroom, POLICIES)


def main() -> None:
    port = int(os.environ.get("PORT", "8001"))
    try:
        server = make_server("127.0.0.1", port, application)
    except OSError as error:
        sys.exit(f"Cannot listen on port {port} ({error.strerror}). Set PORT to another one.")
    with server:
        print(f"http://127.0.0.1:{server.server_port}/prices", flush=True)  # noqa: T201 - a command
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
