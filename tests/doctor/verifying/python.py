"""A Python application that obeys the policy, and mistakes to plant in it.

A mistake is another policy, or something around the middleware that changes what it does.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from cors_wsgi import CORSMiddleware, PathPolicies, Policy, policy_from_toml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Headers = dict[str, str]
Edit = Callable[["WSGIEnvironment", str, Headers], tuple[str, Headers] | None]

POLICY_FILE = Path(__file__).with_name("policy.toml")


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """The application behind the middleware: it sets a header of its own on a 404."""
    headers = [("Content-Type", "text/plain")]
    if environ["REQUEST_METHOD"] == "OPTIONS":
        status = "405 Method Not Allowed"
    elif environ["PATH_INFO"] in {"/api", "/prices", "/api/internal"}:
        status = "200 OK"
    else:
        status = "404 Not Found"
        if environ["PATH_INFO"].startswith("/api/cors"):
            headers.append(("Access-Control-Allow-Origin", "*"))
    start_response(status, headers)
    return [b"x"]


def right() -> WSGIApplication:
    """The application with the policy that it is to obey."""
    return CORSMiddleware(application, policy_from_toml(POLICY_FILE))


def drifted(name: str, *codes: str, path: str = "/api", **changes: Any) -> Any:
    """A row: the application with another policy for a path, and the codes to be found."""
    policies = dict(_policies())
    policy = policies[path] or Policy(allow_origins=())
    policies[path] = policy.replace(**changes)
    return _row(name, CORSMiddleware(application, PathPolicies(policies)), codes)


def moved(name: str, *codes: str, **paths: str | None) -> Any:
    """A row: the application with its policies at other paths, and the codes to be found."""
    policies = {paths.get(path, path): policy for path, policy in _policies().items()}
    kept = {path: policy for path, policy in policies.items() if path is not None}
    return _row(name, CORSMiddleware(application, PathPolicies(kept)), codes)


def edited(name: str, *codes: str, edit: Edit) -> Any:
    """A row: the right application, whose answers are changed on the way, and the codes."""
    return _row(name, changed(right(), edit), codes)


def changed(inner: WSGIApplication, edit: Edit) -> WSGIApplication:
    """An application whose answers are changed on the way."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            status, changed = edit(environ, status, dict(headers)) or (status, dict(headers))
            return start_response(status, list(changed.items()), exc_info)

        return inner(environ, start)

    return app


def _row(name: str, app: WSGIApplication, codes: tuple[str, ...]) -> Any:
    return pytest.param(app, set(codes), id=f"Python: {name}")


def _policies() -> dict[str, Policy | None]:
    source = policy_from_toml(POLICY_FILE)
    assert isinstance(source, PathPolicies)
    return dict(source.policies)


def _origin(environ: WSGIEnvironment) -> str:
    return str(environ.get("HTTP_ORIGIN", ""))


def _is_api(environ: WSGIEnvironment) -> bool:
    path = str(environ["PATH_INFO"])
    return f"{path}/".startswith("/api/") and "internal" not in path


def _allowing(test: Callable[[str], bool], *, actual_only: bool = False) -> Edit:
    """Allow, besides the policy's, the origins that pass a test."""

    def edit(environ: WSGIEnvironment, status: str, headers: Headers) -> tuple[str, Headers] | None:
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS"
        if not _is_api(environ) or not test(_origin(environ)) or (actual_only and is_preflight):
            return None
        more = {
            "Access-Control-Allow-Origin": _origin(environ),
            "Access-Control-Allow-Credentials": "true",
        }
        return status, headers | more

    return edit


def _setting(name: str, value: str | None, when: str = "/api", only: str = "") -> Edit:
    """Set a header, or remove it, below a path; only on answers with a status, if given."""

    def edit(environ: WSGIEnvironment, status: str, headers: Headers) -> tuple[str, Headers] | None:
        path = str(environ["PATH_INFO"])
        if not path.startswith(when) or "internal" in path or not status.startswith(only):
            return None
        kept = {key: old for key, old in headers.items() if key != name}
        return status, kept | ({name: value} if value and len(kept) < len(headers) else {})

    return edit


def _preflights(status: str) -> Edit:
    def edit(environ: WSGIEnvironment, was: str, headers: Headers) -> tuple[str, Headers] | None:
        return (status, headers) if environ["REQUEST_METHOD"] == "OPTIONS" else None

    return edit


def _exempt(environ: WSGIEnvironment, status: str, headers: Headers) -> tuple[str, Headers] | None:
    if environ["PATH_INFO"] == "/api/internal" and environ["REQUEST_METHOD"] == "OPTIONS":
        return "204 No Content", {"Access-Control-Allow-Origin": _origin(environ) or "*"}
    return None


MISTAKES: list[Any] = [
    edited("reflects any origin", "opens any-origin", edit=_allowing(bool)),
    edited(
        "reflects any origin, but not in preflights",
        "opens any-origin",
        edit=_allowing(bool, actual_only=True),
    ),
    edited(
        "compares the beginning",
        "opens suffix",
        "opens character",
        "opens not-an-origin",
        "opens port",
        edit=_allowing(lambda one: one.startswith("https://app.example.com")),
    ),
    edited(
        "compares the end",
        "opens prefix",
        "opens http",
        "opens not-an-origin",
        "opens subdomain",
        edit=_allowing(lambda one: one.endswith("app.example.com")),
    ),
    edited(
        "looks for the origin in a text",
        "opens substring",
        edit=_allowing(
            lambda one: bool(one) and one in "https://app.example.com https://partner.example.org"
        ),
    ),
    edited(
        "compares without case",
        "opens not-an-origin",
        edit=_allowing(lambda one: one.lower() == "https://app.example.com"),
    ),
    edited(
        "drops the slash at the end",
        "opens not-an-origin",
        edit=_allowing(lambda one: one.rstrip("/") == "https://app.example.com"),
    ),
    edited(
        "takes the first of several",
        "opens not-an-origin",
        "opens character",
        edit=_allowing(lambda one: one.split(",")[0] == "https://app.example.com"),
    ),
    edited("null is allowed", "opens null", edit=_allowing(lambda one: one == "null")),
    edited(
        "an origin of development is left in",
        "opens localhost",
        edit=_allowing(lambda one: one == "http://127.0.0.1:8080"),
    ),
    edited(
        "any port",
        "opens port",
        edit=_allowing(lambda one: one.rpartition(":")[0] == "https://app.example.com"),
    ),
    drifted(
        "an origin is forgotten",
        "refuses origin-missing",
        allow_origins=["https://app.example.com", "https://*.pages.example", "http://localhost:*"],
    ),
    drifted(
        "a pattern is forgotten",
        "refuses origin-missing",
        allow_origins=[
            "https://app.example.com",
            "https://partner.example.org",
            "http://localhost:*",
        ],
    ),
    drifted(
        "a wider pattern",
        "opens subdomain",
        allow_origins=[
            "https://app.example.com",
            "https://*.app.example.com",
            "https://partner.example.org",
            "https://*.pages.example",
            "http://localhost:*",
        ],
    ),
    drifted("no credentials", "refuses credentials-missing", allow_credentials=False),
    drifted("a method is forgotten", "refuses method-missing", allow_methods=["PUT"]),
    drifted("a method too many", "opens method-extra", allow_methods=["PUT", "DELETE", "PATCH"]),
    drifted("every method", "opens method-extra", allow_methods="*"),
    drifted(
        "a header is forgotten",
        "refuses header-missing",
        allow_headers=["Authorization", "Content-Type"],
    ),
    drifted(
        "a header too many",
        "opens header-extra",
        allow_headers=["Authorization", "Content-Type", "X-Api-Key", "X-Admin"],
    ),
    drifted("every header", "opens header-extra", allow_headers="*"),
    drifted("an exposed header is forgotten", "refuses exposed-missing", expose_headers=[]),
    drifted(
        "an exposed header too many",
        "opens exposed-extra",
        expose_headers=["X-Request-Id", "X-Debug"],
    ),
    drifted("another max-age", "warnings max-age", max_age=60),
    drifted(
        "the public path is private",
        "refuses origin-missing",
        path="/prices",
        allow_origins=["https://app.example.com"],
    ),
    drifted(
        "JSON at the public path",
        "warnings content-type-extra",
        path="/prices",
        allow_headers=["Content-Type"],
    ),
    moved(
        "another prefix", "refuses origin-missing", "refuses preflight-405", **{"/prices": "/price"}
    ),
    moved("no exemption", "opens path-exempt", **{"/api/internal": None}),
    moved("the policy of the public path everywhere", "opens scope-wider", **{"/prices": "/"}),
    edited("the exempt path answers preflights", "opens path-exempt", edit=_exempt),
    edited("no Vary", "warnings no-vary", edit=_setting("Vary", None)),
    edited("another Vary", "warnings no-vary", edit=_setting("Vary", "Accept")),
    edited(
        "nothing on a 404",
        "refuses error-without-cors",
        edit=_setting("Access-Control-Allow-Origin", None, only="404"),
    ),
    edited(
        "the origin with a slash",
        "refuses origin-invalid",
        edit=_setting("Access-Control-Allow-Origin", "https://app.example.com/"),
    ),
    edited(
        "two origins in one value",
        "refuses origin-invalid",
        edit=_setting(
            "Access-Control-Allow-Origin", "https://app.example.com, https://partner.example.org"
        ),
    ),
    edited(
        "the word null",
        "refuses origin-undefined",
        edit=_setting("Access-Control-Allow-Origin", "None"),
    ),
    edited(
        "a star with credentials",
        "refuses origin-wildcard-credentials",
        edit=_setting("Access-Control-Allow-Origin", "*"),
    ),
    edited(
        "preflights need a login", "refuses preflight-auth", edit=_preflights("401 Unauthorized")
    ),
    edited(
        "preflights are redirected",
        "refuses preflight-status",
        edit=_preflights("307 Temporary Redirect"),
    ),
    edited(
        "preflights fail", "refuses preflight-5xx", edit=_preflights("500 Internal Server Error")
    ),
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


@contextlib.contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """The origin of a server that runs an application until the block ends."""
    with make_server("127.0.0.1", 0, app, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
