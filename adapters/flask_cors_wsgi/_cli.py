"""`flask cors`: the application's policy, checked, printed and asked about requests."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from cors_wsgi import Policy
from cors_wsgi.adapting import governing
from flask_cors_wsgi._extension import EXTENSION

if TYPE_CHECKING:
    from cors_wsgi.doctor.frameworks import Governed

_PASSED_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command("cors", context_settings=_PASSED_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_appcontext
def cors(arguments: tuple[str, ...]) -> None:
    """Check the CORS policy, and ask it about requests."""
    # Every `flask` command imports this module: the rest only when it is meant.
    try:
        from cors_wsgi.doctor.frameworks import commands  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        click.echo(f"flask cors needs {error.name}: pip install 'cors-wsgi[cli]'", err=True)
        sys.exit(2)
    app = current_app._get_current_object()  # type: ignore[attr-defined] # it is a proxy
    group = commands(lambda: governed(app, app.import_name), lambda: app, "flask")
    group([*arguments], prog_name="flask cors")


def governed(app: Flask, where: str) -> "Governed":
    """Return what governs an application, its marked views included.

    Args:
        app: the application.
        where: what to call it.

    Raises:
        CannotRead: if it is behind no policy.
    """
    from cors_wsgi.doctor.frameworks import (  # noqa: PLC0415 - only the commands need it
        CannotRead,
        Governed,
        MarkedView,
    )

    found = app.extensions.get(EXTENSION)
    if found is None:
        raise CannotRead(f"{where} is behind no policy: write CORS(app, Policy(...))")
    marked = found._views
    views = tuple(MarkedView(mark.where, mark.policy) for mark in dict.fromkeys(marked.marks()))

    def resolve(environ: Mapping[str, Any]) -> Policy | None:
        mark = marked.mark_for(environ)
        return mark.policy if mark else governing(found.policy, environ)

    return Governed(where, found.policy, views=views, resolve=resolve)
