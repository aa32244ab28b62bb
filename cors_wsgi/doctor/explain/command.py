"""`cors-wsgi explain`: from a console line to the failure, its causes and its fix."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import Final

import click

from cors_wsgi import catalogue
from cors_wsgi.doctor.explain import explanation, render
from cors_wsgi.doctor.options import json_option
from cors_wsgi.doctor.terminal import CANNOT_TELL, FINE, console, print_json

_HELP: Final = """\b
cors-wsgi explain "Access to fetch at 'https://api.example/users' from ..."
cors-wsgi explain --stack nginx < console.txt
cors-wsgi explain preflight-405 --stack flask

Explain a line of a browser's console: what it means, what it does not mean,
the likely causes, what to change, and which check to run next.

Pass the line as LINE, or paste it into standard input. Lines of Chrome, Edge,
Firefox and Safari will do, with or without surrounding text, broken or cut off.
So will the id of a failure.

\b
Exit codes: 0 explained, 2 could not tell which failure it is.
"""


@click.command("explain", help=_HELP)
@click.argument("line", nargs=-1)
@click.option("--stack", metavar="NAME", help="Show the fix for flask, django, nginx, ...")
@json_option
def explain(line: tuple[str, ...], stack: str | None, *, to_json: bool) -> None:
    """Explain a line of a browser's console."""
    if stack is not None:
        stack = _checked_stack(stack)
    text = " ".join(line) or _pasted()
    explanations = explanation.explain(text, stack)
    if to_json:
        print_json(explanation.as_json(explanations))
    else:
        render.render(explanations, stack, console(), explanation.similar_ids(text))
    sys.exit(FINE if any(one.certain for one in explanations) else CANNOT_TELL)


def _checked_stack(name: str) -> str:
    """Return a stack's id.

    Raises:
        click.BadParameter: If there is no such stack; it names similar ones, or all.
    """
    try:
        return catalogue.stack(name).id
    except KeyError:
        known = catalogue.stacks()
        names = [*known, *(alias for stack in known.values() for alias in stack.aliases)]
        similar = get_close_matches(name.lower(), names, n=1)
        hint = f"Did you mean {similar[0]}?" if similar else f"There are {', '.join(known)}."
        raise click.BadParameter(
            f"there is no stack {name!r}. {hint}", param_hint="--stack"
        ) from None


def _pasted() -> str:
    if sys.stdin.isatty():
        click.echo("Paste the line, then press Enter and Ctrl-D.", err=True)
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")
