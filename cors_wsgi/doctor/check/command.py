"""`cors-wsgi check`: the fetch as browsers do it, and what is wrong with it."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import click

from cors_wsgi import catalogue
from cors_wsgi.browser import ScriptError, origin_of
from cors_wsgi.doctor.check.probe import Target, observe
from cors_wsgi.doctor.check.render import render, render_summary
from cors_wsgi.doctor.check.report import as_json, exit_code, report
from cors_wsgi.doctor.targets import BadTarget, absolute_url, header, targets
from cors_wsgi.doctor.terminal import console, print_json, shown
from cors_wsgi.doctor.transport.http import HTTPTransport
from cors_wsgi.doctor.transport.in_process import (
    NotAnApplication,
    ProcessTransport,
    is_import_path,
    load,
    stack_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.browser import HTTPRequest
    from cors_wsgi.doctor.check.report import Report

_HOME = "http://localhost"
# The example comes first; \b is click's mark for lines to be kept as they are.
_HELP = """\b
cors-wsgi check https://api.example/data --origin http://localhost:3000
cors-wsgi check https://api.example/data --origin http://localhost:3000 \\
    -X PUT -H "Content-Type: application/json" --credentials
cors-wsgi check myapp:app /data --origin http://localhost:3000
cors-wsgi check --file urls.txt --origin https://app.example

Fetch as a browser would, and say what blocks it and what to change.

TARGET is a URL, or the import path of a WSGI, Flask or Django application
with the PATH to fetch. Only GET, HEAD, OPTIONS and PROPFIND are sent, unless
you say --send.

Exit codes: 0 allowed, 1 blocked, 2 could not tell.
"""


@click.command("check", help=_HELP, no_args_is_help=True)
@click.argument("target", required=False)
@click.argument("path", required=False)
@click.option("-o", "--origin", "origins", multiple=True, help="The page's origin. Repeatable.")
@click.option("-X", "--method", help="The method.  [default: GET, or POST with --data]")
@click.option(
    "-H", "--header", "headers", multiple=True, help="A header that script sets, or Cookie."
)
@click.option("-d", "--data", help="The body.")
@click.option("--credentials", is_flag=True, help="As with credentials: 'include'.")
@click.option("--send", is_flag=True, help="Send POST, PUT, PATCH, DELETE for real.")
@click.option("--direct", metavar="URL", help="The application's own address, to compare.")
@click.option("--stack", metavar="NAME", help="What to fix: flask, django, nginx, ...")
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1),
    metavar="SECONDS",
    help="How long one request may take.",
)
@click.option("-f", "--file", type=click.File(), help="A file of [METHOD] URL [ORIGIN...] lines.")
@click.option("--json", "to_json", is_flag=True, help="Print JSON.")
def check(**given: Any) -> None:
    """Run `cors-wsgi check`."""
    try:
        reports = _check(given)
    except (BadTarget, NotAnApplication, ScriptError, ValueError) as error:
        raise click.UsageError(shown(str(error))) from error
    if given["to_json"]:
        print_json(as_json(reports))
    else:
        _print(reports)
    sys.exit(exit_code(reports))


def _check(given: dict[str, Any]) -> list[Report]:
    stack = _checked_stack(given["stack"])
    app = _application(given["target"])
    asked = _targets(given)
    direct = absolute_url(given["direct"]) if given["direct"] else None
    if app is not None:
        stack = stack or stack_of(app)
    reports = []
    with _progress() as progress:
        for target in asked:
            transport = (
                HTTPTransport(timeout=given["timeout"])
                if app is None
                else ProcessTransport(app, origin_of(target.url))
            )
            crash = transport.crash if isinstance(transport, ProcessTransport) else None
            seen = observe(target, transport.send, direct=direct, progress=progress, crash=crash)
            reports.append(report(transport.located(seen), stack))
    return reports


def _application(target: str | None) -> Any:
    return load(target) if target and is_import_path(target) else None


def _targets(given: dict[str, Any]) -> list[Target]:
    headers = [header(text) for text in given["headers"]]
    cookies = [value for name, value in headers if name.lower() == "cookie"]
    like = Target(
        url="",
        origin="",
        method=given["method"] or ("GET" if given["data"] is None else "POST"),
        headers=tuple(one for one in headers if one[0].lower() != "cookie"),
        credentials=given["credentials"],
        body=given["data"],
        send=given["send"],
        cookie="; ".join(cookies) or None,
    )
    if given["file"]:
        return targets(given["file"].read(), like, given["origins"])
    if not given["target"]:
        raise BadTarget("say which URL: cors-wsgi check https://api.example.com/data --origin ...")
    if not given["origins"]:
        raise BadTarget("say which page asks: --origin http://localhost:3000")
    url = absolute_url(_url(given))
    return [replace(like, url=url, origin=origin) for origin in given["origins"]]


def _url(given: dict[str, Any]) -> str:
    if is_import_path(given["target"]):
        return urljoin(_HOME, str(given["path"] or "/"))
    if given["path"]:
        raise BadTarget("a PATH goes with an import path; put it into the URL")
    return str(given["target"])


def _checked_stack(name: str | None) -> str | None:
    if name is None:
        return None
    for stack in catalogue.stacks().values():
        if name == stack.id or name in stack.aliases:
            return stack.id
    raise BadTarget(f"no stack {name!r}: it is one of {', '.join(catalogue.stacks())}")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[HTTPRequest], None]]:
    """What is being waited for, on a terminal; nothing where nobody watches."""
    with console(stderr=True).status("...") as status:
        yield lambda request: status.update(f"{shown(request.method)} {shown(request.url, 60)}")


def _print(reports: list[Report]) -> None:
    if len(reports) == 1:
        render(reports[0], console())
    else:
        render_summary(reports, console())
