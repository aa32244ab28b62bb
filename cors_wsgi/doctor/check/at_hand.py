"""The check of the application at hand: `flask cors check` and `manage.py cors check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cors_wsgi.adapting import CannotRead, GovernedApplication
from cors_wsgi.doctor.check.fixing.application import Application
from cors_wsgi.doctor.check.in_process import examine_application
from cors_wsgi.doctor.check.render import render
from cors_wsgi.doctor.check.report import exit_code, report
from cors_wsgi.doctor.targets import BadTarget, Target, header, page_origin, url_in_process
from cors_wsgi.doctor.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication


def check(  # noqa: PLR0913 - the command's options
    governed: Callable[[], GovernedApplication],
    application: WSGIApplication,
    stack: str,
    *,
    path: str,
    origin: str,
    method: str,
    headers: tuple[str, ...],
    credentials: bool,
    send: bool,
    verbose: bool,
) -> int:
    """Fetch as a browser would, print what is wrong, and return the exit code.

    Args:
        governed: Returns what governs the application; may raise `CannotRead`.
        application: The application.
        stack: Its stack, for the fixes.
        path: What to fetch, below the application's root; or a URL, for its host's sake.
        origin: The page's origin.
        method: The method.
        headers: The headers that script sets, as `Name: value`.
        credentials: Whether they are included.
        send: Whether requests that change something are sent.
        verbose: Whether everything is printed.

    Raises:
        click.UsageError: If a page cannot send such a request.
    """
    try:
        target = Target(
            url=url_in_process(path),
            origin=page_origin(origin),
            method=method,
            headers=tuple(header(text) for text in headers),
            credentials=credentials,
            send=send,
        )
        seen = examine_application(target, application)
    except (BadTarget, ValueError) as error:
        raise click.UsageError(str(error)) from error
    reported = report(seen, stack, _at_hand(governed, application, stack))
    render(reported, console(), verbose=verbose)
    return exit_code([reported])


def _at_hand(
    governed: Callable[[], GovernedApplication], application: WSGIApplication, stack: str
) -> Application:
    try:
        found = governed()
    except CannotRead:
        found = None
    name = "app" if stack == "flask" else "application"
    return Application(stack, name, "", application, found)
