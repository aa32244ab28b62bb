"""The page's own server: three files, the rows as data, and what the other servers recorded."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from failures import Adapter, Failure, groups

from cors_wsgi import InvalidPolicy, Policy, catalogue

FILES = {f"/{file.name}": file for file in Path(__file__).with_name("page").iterdir()}
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


def page(
    origin: str,
    others: Mapping[Adapter, Mapping[str, str]],
    source_of: Callable[[Failure], str],
    fix_of: Callable[[Adapter], str],
    exchanges: Callable[[str], list[dict[str, Any]]],
) -> WSGIApplication:
    """The WSGI application that serves the page.

    Args:
        origin: The page's own origin; requests under another name are sent there.
        others: The origins of the broken and of the fixed twins, by adapter.
        source_of: The code of a failure's mistake.
        fix_of: The code that puts a adapter's application behind cors_wsgi.
        exchanges: What passed in a run.
    """
    rows = json.dumps(
        {
            "origin": origin,
            "others": others,
            "fixes": {adapter: fix_of(adapter) for adapter in others},
            "groups": described(origin, source_of),
        }
    )
    elsewhere = [url for twins in others.values() for url in twins.values()]
    # A redirect goes from 127.0.0.1 to localhost (redirect-cross-origin).
    allowed = " ".join(elsewhere + [url.replace("127.0.0.1", "localhost") for url in elsewhere])
    headers = [
        ("Content-Security-Policy", CONTENT_POLICY.format(others=allowed)),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]

    def answer(environ: WSGIEnvironment) -> tuple[str, str, str]:
        path = environ["PATH_INFO"]
        if path == "/rows.json":
            return "200 OK", "application/json", rows
        if path == "/exchanges.json":
            run = parse_qs(environ["QUERY_STRING"]).get("run", [""])[0]
            return "200 OK", "application/json", json.dumps(exchanges(run))
        if file := FILES.get("/index.html" if path == "/" else path):
            return "200 OK", TYPES[file.suffix], file.read_text()
        return "404 Not Found", "text/plain", "There is no such page.\n"

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # "localhost" is another origin, and not the one that may call the others.
        if f"http://{environ.get('HTTP_HOST')}" != origin:
            start_response("302 Found", [("Location", f"{origin}/"), ("Content-Length", "0")])
            return []
        status, kind, text = answer(environ)
        body = text.encode()
        length = str(len(body))
        types = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", length)]
        start_response(status, types + headers)
        return [body]

    return application


def described(origin: str, source_of: Callable[[Failure], str]) -> list[dict[str, Any]]:
    return [
        {
            "heading": heading,
            "rows": [
                dataclasses.asdict(failure)
                | known(failure.id)
                | {
                    "console": {
                        engine: text.replace("{origin}", origin)
                        for engine, text in failure.console._asdict().items()
                    },
                    "source": source_of(failure),
                    "refusal": refusal(failure.mistake),
                }
                for failure in failures
            ],
        }
        for heading, failures in groups(origin).items()
    ]


def known(failure: str) -> dict[str, str]:
    """What the catalogue knows of a failure, in plain words."""
    entry = catalogue.failure(failure)
    words = {"title": entry.title, "meaning": entry.meaning, "not_meaning": entry.not_meaning}
    return {name: text.replace("`", "") for name, text in words.items()}


def refusal(mistake: dict[str, Any] | None) -> str | None:
    """What building a policy with the same mistake in it says."""
    if mistake is None:
        return None
    try:
        Policy(**mistake)
    except InvalidPolicy as error:
        return str(error)
    raise AssertionError(f"a policy with {mistake} should not have been built")
