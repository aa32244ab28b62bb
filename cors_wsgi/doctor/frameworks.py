"""The command for the application at hand: what `flask cors` and `manage.py cors` run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from cors_wsgi.adapting import CannotRead, GovernedApplication
from cors_wsgi.doctor.options import (
    credentials_option,
    header_option,
    json_option,
    send_option,
    verbose_option,
)
from cors_wsgi.doctor.policy.command import show
from cors_wsgi.doctor.policy.questions import EXAMPLE
from cors_wsgi.doctor.terminal import CANNOT_TELL, console

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

__all__ = ["commands"]


def commands(
    governed: Callable[[], GovernedApplication],
    application: Callable[[], WSGIApplication],
    stack: str,
) -> click.Group:
    """Make the commands for an application at hand.

    Args:
        governed: Returns what governs it; may raise `CannotRead`.
        application: Returns the application.
        stack: Its stack, for the fixes.
    """

    @click.group("cors", context_settings={"help_option_names": ["-h", "--help"]})
    def cors() -> None:
        """Check this application's CORS policy, and ask it about requests."""

    @cors.command("policy", short_help="Check and print the policy.")
    @json_option
    def policy(*, to_json: bool) -> None:
        """Check and print the policy: what governs what, and what browsers make of it."""
        sys.exit(show(_read(governed), to_json=to_json))

    @cors.command("explain", short_help="Ask the policy about a request.", help=_EXPLAIN)
    @click.argument("request", nargs=-1, required=True)
    @json_option
    def explain(request: tuple[str, ...], *, to_json: bool) -> None:
        sys.exit(show(_read(governed), [" ".join(request)], to_json=to_json))

    @cors.command("check", short_help="Fetch as a browser would, in process.", help=_CHECK)
    @click.argument("path")
    @click.option("-o", "--origin", required=True, help="Origin of the page.")
    @click.option("-X", "--method", default="GET", show_default=True, help="The method.")
    @header_option("A header that script sets.")
    @credentials_option
    @send_option
    @verbose_option
    def check(**given: Any) -> None:
        # The other commands start a fifth faster without what it needs.
        from cors_wsgi.doctor.check import at_hand  # noqa: PLC0415 - see above

        sys.exit(at_hand.check(governed, application(), stack, **given))

    return cors


_EXPLAIN: Final = f"""\b
... cors explain {EXAMPLE}

Ask the policy about a request: METHOD ORIGIN PATH with HEADERS. Nothing runs.
"""
_CHECK: Final = """\b
... cors check /api/users --origin https://app.example --method PUT

Fetch PATH of this application as a browser would, without a port, and say
what is wrong. A URL in its place chooses the host.
"""


def _read(governed: Callable[[], GovernedApplication]) -> GovernedApplication:
    try:
        return governed()
    except CannotRead as error:
        console(stderr=True).print(str(error), soft_wrap=True)
        sys.exit(CANNOT_TELL)
