"""The page's own server: files, and answers to the page's questions as JSON."""

import json
import mimetypes
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "_build"
# The box that explains a console line is the documentation's, with the catalogue's recogniser.
SHARED = [
    ROOT / "docs" / "_static" / "explain.js",
    files("cors_wsgi.catalogue") / "data" / "recognise.js",
]
FILES = {f"/{file.name}": file for file in [*Path(__file__).with_name("page").iterdir(), *SHARED]}
# Not what this machine's registry says of them.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {others};"
    " connect-src 'self' {others}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NO_DOCS = (
    "The documentation has not been built here yet. Run this in the repository, and reload:\n\n"
    "    make docs\n"
)

Question = Callable[[Mapping[str, str]], Any]


def page(
    origin: str, elsewhere: Iterable[str], questions: Mapping[str, Question]
) -> WSGIApplication:
    """Return the WSGI application that serves the page.

    Args:
        origin: The page's own origin; requests under another name are sent there.
        elsewhere: The origins that the page may send requests to.
        questions: What answers each path of the page's questions, given the query; None is a 404.
    """
    policy = ("Content-Security-Policy", CONTENT_POLICY.format(others=" ".join(elsewhere)))

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        # "localhost" is another origin, and not the one that may call the others.
        if f"http://{environ.get('HTTP_HOST')}" != origin:
            start_response("302 Found", [("Location", f"{origin}/"), ("Content-Length", "0")])
            return []
        if path.startswith("/docs/"):
            return built(path.removeprefix("/docs/"), start_response)
        status, kind, body = "404 Not Found", "text/plain", b"There is no such page.\n"
        if ask := questions.get(path):
            answer = ask(dict(parse_qsl(environ["QUERY_STRING"])))
            if answer is None:
                return sent(start_response, status, kind, body)
            status, kind, body = "200 OK", "application/json", json.dumps(answer).encode()
        elif file := FILES.get("/index.html" if path == "/" else path):
            kind = TYPES["." + file.name.rpartition(".")[2]]
            status, body = "200 OK", file.read_bytes()
        return sent(start_response, status, kind, body, policy)

    return application


def built(path: str, start_response: StartResponse) -> Iterable[bytes]:
    """Return a page of the documentation, or how to build it."""
    file = (DOCS / path / ("index.html" if path.endswith("/") or not path else "")).resolve()
    if not DOCS.exists():
        return sent(start_response, "404 Not Found", "text/plain", NO_DOCS.encode())
    if not file.is_relative_to(DOCS) or not file.is_file():
        return sent(start_response, "404 Not Found", "text/plain", b"There is no such page.\n")
    kind = (
        TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    )
    return sent(start_response, "200 OK", kind, file.read_bytes())


def sent(
    start_response: StartResponse, status: str, kind: str, body: bytes, *headers: tuple[str, str]
) -> Iterable[bytes]:
    charset = "; charset=utf-8" if kind.startswith(("text/", "application/json")) else ""
    common = [
        ("Content-Type", f"{kind}{charset}"),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, [*common, *headers])
    return [body]
