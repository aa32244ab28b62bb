"""The command `cors-wsgi`: from a red console line to the line of configuration to change."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; say what to install where its extra is not installed."""
    try:
        import click  # noqa: F401, PLC0415 - only to see that it is there
        import rich  # noqa: F401, PLC0415 - the same
    except ModuleNotFoundError as error:
        print(f"cors-wsgi needs {error.name}: pip install 'cors-wsgi[cli]'", file=sys.stderr)  # noqa: T201 - a command's answer
        sys.exit(2)
    from cors_wsgi.doctor.cli import cli  # noqa: PLC0415 - after it is known to work

    cli()
