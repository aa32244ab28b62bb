"""The command's frame: its subcommands, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from cors_wsgi.doctor.options import did_you_mean

_COMMANDS: Final = {
    "check": "cors_wsgi.doctor.check.command",
    "explain": "cors_wsgi.doctor.explain.command",
    "audit": "cors_wsgi.doctor.audit.command",
    "policy": "cors_wsgi.doctor.policy.command",
    "verify": "cors_wsgi.doctor.verify.command",
    "export": "cors_wsgi.doctor.export.command",
    "tenants": "cors_wsgi.doctor.tenants.command",
}
_SUMMARIES: Final = {
    "check": "Fetch a URL as a browser would, and say what blocks it.",
    "explain": "Explain a line of a browser's console, and how to fix it.",
    "audit": "Find out whether a URL lets in origins that it should not.",
    "policy": "Check and print a policy, and answer requests with it offline.",
    "verify": "Find out whether a running server obeys a policy.",
    "export": "Write a policy down for a proxy, a gateway or another framework.",
    "tenants": "Print what a database needs that has your tenants' origins.",
}


class _Subcommands(click.Group):
    """A group that imports a subcommand when it runs, so that none pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[name]), name)
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command can do before how it is called."""
        self.format_help_text(ctx, formatter)
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # Pasting a console line without the command's name is the usual mistake.
        if args and " " in args[0]:
            ctx.fail(f"to explain a console line, write: {ctx.info_name} explain '...'")
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}.{did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)


# What it can do comes first; \b is click's mark for lines to be kept as they are.
_HELP: Final = """\b
Find and fix CORS errors, whatever the server is made of:
cors-wsgi explain "Access to fetch at ..."  what a red console line means
cors-wsgi check URL --origin ORIGIN         what blocks a request, and a fix
cors-wsgi policy cors.toml                  what a policy allows
cors-wsgi verify URL cors.toml              whether a server obeys it
cors-wsgi export nginx cors.toml            the same policy, for a proxy
"""
_EPILOG: Final = """\b
Exit codes: 0 it is fine, 1 something is wrong, 2 it could not tell.
cors-wsgi COMMAND --help has the options and examples of a command.
"""


@click.group(
    cls=_Subcommands,
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(package_name="cors-wsgi", prog_name="cors-wsgi")
def cli() -> None:
    """Run a subcommand."""
