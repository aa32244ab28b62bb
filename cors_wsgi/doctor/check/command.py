"""`cors-wsgi check`: the fetch as browsers do it, and what is wrong with it."""

from __future__ import annotations

import contextlib
import ssl
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cors_wsgi.browser import ScriptError, origin_of
from cors_wsgi.doctor.check.fixing.application import application_at
from cors_wsgi.doctor.check.in_process import examine_application
from cors_wsgi.doctor.check.probe import examine
from cors_wsgi.doctor.check.render import render, render_summary
from cors_wsgi.doctor.check.report import as_json, exit_code, report
from cors_wsgi.doctor.check.requests import SAFE_METHODS
from cors_wsgi.doctor.hosts import is_blocked_port
from cors_wsgi.doctor.importing import module_of
from cors_wsgi.doctor.options import (
    StackType,
    credentials_option,
    header_option,
    json_option,
    send_option,
    timeout_option,
    verbose_option,
)
from cors_wsgi.doctor.targets import (
    BadTarget,
    Target,
    absolute_url,
    header,
    page_origin,
    targets,
    url_in_process,
)
from cors_wsgi.doctor.terminal import console, print_json, progress, shown, shown_url
from cors_wsgi.doctor.transport.http import HTTPTransport, proxy_for
from cors_wsgi.doctor.transport.in_process import (
    NotAnApplication,
    is_import_path,
    load,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.browser import HTTPRequest
    from cors_wsgi.doctor.check.report import Report

# The example comes first; \b is click's mark for lines to be kept as they are.
_HELP = """\b
cors-wsgi check https://api.example/data --origin http://localhost:3000
cors-wsgi check https://api.example/data --origin http://localhost:3000 \\
    -X PUT -H "Content-Type: application/json" --credentials
cors-wsgi check myapp:app /data --origin http://localhost:3000
cors-wsgi check --file urls.txt --origin https://app.example

Fetch as a browser would, and say what blocks it and what to change.

TARGET is a URL, or the import path or the .wsgi file of a WSGI, ASGI, Flask,
Django or FastAPI application with the PATH to fetch. Only GET, HEAD, OPTIONS and PROPFIND are
sent, unless you use --send.

Exit codes: 0 allowed, 1 blocked, 2 could not tell.
"""


def _with_certificates(_: Any, __: Any, path: str | None) -> str | None:
    """Refuse a file that has no certificate authorities in it."""
    if path is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except ssl.SSLError as error:
            raise click.BadParameter(f"{path} has no certificate in the PEM format.") from error
    return path


@click.command("check", help=_HELP, no_args_is_help=True)
@click.argument("target", required=False)
@click.argument("path", required=False)
@click.option("-o", "--origin", "origins", multiple=True, help="Origin of the page (repeatable).")
@click.option("-X", "--method", help="The method.  [default: GET, or POST with --data]")
@header_option("A header that script sets, or Cookie.")
@click.option("-d", "--data", help="The body.")
@credentials_option
@send_option
@click.option("--no-probe", is_flag=True, help="Send the fetch itself and nothing else.")
@click.option("--direct", metavar="URL", help="The application's own address, to compare.")
@click.option(
    "--stack", type=StackType(), metavar="NAME", help="Show the fix for flask, django, nginx, ..."
)
@timeout_option
@click.option(
    "--cafile",
    type=click.Path(exists=True, dir_okay=False),
    callback=_with_certificates,
    help="Trust the certificate authorities in this PEM file, too.",
)
@click.option(
    "-f",
    "--file",
    type=click.File(encoding="utf-8-sig"),
    help="A file of [METHOD] URL [ORIGIN...] lines.",
)
@verbose_option
@json_option
def check(**given: Any) -> None:
    """Run `cors-wsgi check`."""
    try:
        reports = _check(given)
    except (BadTarget, NotAnApplication, ScriptError, ValueError) as error:
        raise click.UsageError(shown_url(str(error), 2000)) from error
    if given["to_json"]:
        print_json(as_json(reports))
    elif len(reports) == 1:
        render(reports[0], console(), verbose=given["verbose"])
    else:
        render_summary(reports, console())
    sys.exit(exit_code(reports))


def _check(given: dict[str, Any]) -> list[Report]:
    app = _application(given["target"])
    asked = _targets(given)
    direct = absolute_url(given["direct"]) if given["direct"] else None
    application = None if app is None else application_at(given["target"], app)
    stack = given["stack"] or (application.stack if application else None)
    if app is None:
        _announce(asked, given)
    reports = []
    with _progress() as tell:
        for target in asked:
            options: dict[str, Any] = {
                "direct": direct,
                "progress": tell,
                "probes": not given["no_probe"],
            }
            if app is None:
                transport = HTTPTransport(timeout=given["timeout"], cafile=given["cafile"])
                seen = examine(target, transport, **options)
            else:
                seen = examine_application(target, app, **options)
            reports.append(report(seen, stack, application))
    return reports


def _announce(asked: list[Target], given: dict[str, Any]) -> None:
    """Say on standard error what is going to be sent, before it is."""
    methods: dict[str, set[str]] = {}
    for target in asked:
        if not is_blocked_port(target.url):
            # What no script can ask for is an error here, before anything is said or sent.
            methods.setdefault(origin_of(target.url), set()).add(target.request.method)
    for origin, sent in methods.items():
        proxy, ignored = proxy_for(origin)
        through = f" through the proxy {shown_url(proxy)}" if proxy else ""
        more = "" if given["no_probe"] else ", then about 10 GET and OPTIONS probes (--no-probe)"
        unsafe = ", ".join(sorted(sent - SAFE_METHODS)) if given["send"] else ""
        real = f" Sent for real: {unsafe}." if unsafe else ""
        text = f"Sending to {origin}{through}: the fetch as browsers send it{more}.{real}"
        console(stderr=True).print(text, soft_wrap=True)
        if ignored:
            text = f"The proxy {shown_url(ignored)} is not used: only http and https proxies are."
            console(stderr=True).print(text, soft_wrap=True)


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
        origins = tuple(map(page_origin, given["origins"]))
        listed = targets(given["file"].read(), like, origins)
        if not listed:
            raise BadTarget("the file names no URL")
        return listed
    if not given["target"]:
        raise BadTarget("give a URL: cors-wsgi check https://api.example.com/data --origin ...")
    if not given["origins"]:
        raise BadTarget("give the page's origin: --origin http://localhost:3000")
    url = absolute_url(_url(given))
    return [replace(like, url=url, origin=page_origin(origin)) for origin in given["origins"]]


def _url(given: dict[str, Any]) -> str:
    if is_import_path(given["target"]):
        return url_in_process(given["path"] or "/")
    if given["path"]:
        raise BadTarget(
            f"a PATH goes with an import path, such as {module_of(given['target'])}:app. "
            "If TARGET is a URL, put the path into it"
        )
    return str(given["target"])


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[HTTPRequest], None]]:
    with progress() as waiting_for:
        yield lambda request: waiting_for(f"{shown(request.method)} {shown_url(request.url, 60)}")
