"""The command `cors-wsgi`: from a red console line to the line of configuration to change."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; say what to install where its extra is not installed."""
    # Imported here, since the message below must come without them: they are an extra.
    try:
        import click  # noqa: F401, PLC0415 - see above
        import rich  # noqa: F401, PLC0415 - see above
    except ModuleNotFoundError as error:
        print(f"cors-wsgi needs {error.name}: pip install 'cors-wsgi[cli]'", file=sys.stderr)  # noqa: T201 - a command's answer
        sys.exit(2)
    from cors_wsgi.doctor.cli import cli  # noqa: PLC0415 - it fails without them; 40 ms

    cli()
