"""Options that several commands have, read in one way."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

from cors_wsgi import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_Command = TypeVar("_Command", bound="Callable[..., Any] | click.Command")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean ...?" for a word that is nearly known; else an empty text."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def header_option(described: str) -> Callable[[_Command], _Command]:
    """Return `-H`, which `targets.header` reads.

    Args:
        described: What it is for.
    """
    return click.option("-H", "--header", "headers", multiple=True, help=described)


credentials_option = click.option(
    "--credentials", is_flag=True, help="Send cookies, like fetch's credentials: 'include'."
)
json_option = click.option("--json", "to_json", is_flag=True, help="Print JSON.")
send_option = click.option(
    "--send", is_flag=True, help="Send POST, PUT, PATCH and DELETE for real."
)
timeout_option = click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1),
    metavar="SECONDS",
    help="How long one request may take.",
)
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Show everything that was seen."
)


class StackType(click.ParamType):  # type: ignore[type-arg] # click 8.1 takes none
    """A stack that there are fixes for, by its id or an alias, in any case."""

    name = "stack"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the stack's id."""
        known = {
            name: stack.id
            for stack in catalogue.stacks().values()
            for name in (stack.id, *stack.aliases)
        }
        found = known.get(value.lower())
        if found is None:
            hint = did_you_mean(value, known) or f" It is one of {', '.join(catalogue.stacks())}."
            self.fail(f"there is no stack {value!r}.{hint}", param, ctx)
        return found

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the ids that begin so."""
        return [
            CompletionItem(name)
            for name in catalogue.stacks()
            if name.startswith(incomplete.lower())
        ]
