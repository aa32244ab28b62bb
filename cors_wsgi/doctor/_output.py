"""What the subcommands print with, and what their exit codes mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Mapping

# The exit codes of every subcommand; 2 is also what click uses for a wrong option.
FINE: Final = 0
BAD: Final = 1
CANNOT_TELL: Final = 2

_WIDEST: Final = 100
# Without a terminal, lines are as long as in the smallest one.
_PIPED: Final = 80


def console(*, stderr: bool = False) -> Console:
    """Make what to print with: no colour when piped or with NO_COLOR, no markup, no emoji.

    Markup would let what a server or a console line says change how it is shown.
    """
    made = Console(markup=False, emoji=False, highlight=False, stderr=stderr)
    made.width = min(made.width, _WIDEST) if made.is_terminal else _PIPED
    return made


def print_json(value: Mapping[str, Any]) -> None:
    """Print a value as JSON, in ASCII, so that no terminal can be misled."""
    click.echo(json.dumps(value, indent=2))
