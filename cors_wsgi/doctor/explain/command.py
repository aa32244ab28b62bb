"""`cors-wsgi explain`: from a console line to the failure, its causes and its fix."""

from __future__ import annotations

import sys
from typing import Final

import click

from cors_wsgi import catalogue
from cors_wsgi.doctor.explain import explanation, render
from cors_wsgi.doctor.terminal import CANNOT_TELL, FINE, console, print_json

_HELP: Final = """\b
cors-wsgi explain "Access to fetch at 'https://api.example/users' from ..."
cors-wsgi explain --stack nginx < console.txt
cors-wsgi explain preflight-405 --stack flask

Explain a line of a browser's console: what it means, what it does not mean,
the likely causes, what to change, and the check to run next.

Paste the line as LINE, or without LINE on standard input: of Chrome, Edge,
Firefox or Safari, with or without what stands around it, broken or cut off.
Or name a failure by its id.

\b
Exit codes: 0 explained, 2 could not tell which failure it is.
"""


@click.command("explain", help=_HELP)
@click.argument("line", nargs=-1)
@click.option("--stack", metavar="NAME", help="What to fix: flask, django, nginx, ...")
@click.option("--json", "to_json", is_flag=True, help="Print JSON.")
def explain(line: tuple[str, ...], stack: str | None, *, to_json: bool) -> None:
    """Explain a line of a browser's console."""
    if stack is not None:
        stack = checked_stack(stack)
    explanations = explanation.explain(" ".join(line) or _pasted(), stack)
    if to_json:
        print_json(explanation.as_json(explanations))
    else:
        render.render(explanations, stack, console())
    sys.exit(FINE if any(one.certain for one in explanations) else CANNOT_TELL)


def checked_stack(name: str) -> str:
    """Return a stack's id.

    Raises:
        click.BadParameter: if there is no such stack, with those that there are.
    """
    for known in catalogue.stacks().values():
        if name.lower() == known.id or name.lower() in known.aliases:
            return known.id
    names = ", ".join(catalogue.stacks())
    raise click.BadParameter(f"there is no stack {name!r}; there are {names}", param_hint="--stack")


def _pasted() -> str:
    if sys.stdin.isatty():
        click.echo("Paste the line, then press Enter and Ctrl-D.", err=True)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")
