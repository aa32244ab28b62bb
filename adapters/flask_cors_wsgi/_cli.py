"""`flask cors`: the application's policy, checked, printed and asked about requests."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from flask_cors_wsgi._governed import governed

_PASSED_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command("cors", context_settings=_PASSED_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_appcontext
def cors(arguments: tuple[str, ...]) -> None:
    """Check the CORS policy, and ask it about requests."""
    # Every `flask` command imports this module; the tools take 180 ms, and need the extra `cli`.
    try:
        from cors_wsgi.doctor.frameworks import commands  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        click.echo(f"flask cors needs {error.name}: pip install 'cors-wsgi[cli]'", err=True)
        sys.exit(2)
    app = current_app._get_current_object()  # type: ignore[attr-defined] # it is a proxy
    group = commands(lambda: governed(app, app.import_name), lambda: app, "flask")
    group([*arguments], prog_name="flask cors")
