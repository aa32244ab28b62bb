"""`cors-wsgi policy`: check and print a policy, and ask it about requests, offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cors_wsgi._importing import names_file
from cors_wsgi.adapting import CannotRead, GovernedApplication
from cors_wsgi.doctor import sources
from cors_wsgi.doctor.migrate.layers import read_layer
from cors_wsgi.doctor.migrate.migration import READERS, translate
from cors_wsgi.doctor.options import json_option
from cors_wsgi.doctor.policy.questions import NotAQuestion, ask, read
from cors_wsgi.doctor.policy.render import render
from cors_wsgi.doctor.policy.report import as_json, report
from cors_wsgi.doctor.terminal import CANNOT_TELL, console, print_json, shown
from cors_wsgi.export.readers import READABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cors_wsgi.doctor.migrate.migration import Migration

_MESSAGE: Final = 600  # characters of what code that is not ours says
_HELP: Final = """\b
cors-wsgi policy cors.toml
cors-wsgi policy shop:app \\
    --explain "PUT https://app.example /users with content-type"
cors-wsgi policy --django shop.settings
cors-wsgi policy --from flask-cors shop:app
cors-wsgi policy --from envoy cors.json

Check a policy and print it: problems, warnings, what it governs, and how
long each browser caches a preflight's response. Nothing is sent.

SOURCE is a TOML file, or the import path (module:object) of a policy, of a
mapping, of a Flask application, or of an application behind CORSMiddleware.

With --from, SOURCE is an application, or a Django settings module, that
uses another library: print the code that replaces it, and every behaviour
that changes. Or it is the file that configures a proxy or a gateway: print the
policy that it amounts to.

\b
Exit codes: 0 fine; 1 problems, a blocked request, or something left for you
to decide; 2 cannot tell.
"""

# Other names of what `--from` reads.
_ALSO_CALLED: Final = {"django-cors-headers": "corsheaders", "fastapi": "starlette"}


class _System(click.Choice[str]):
    """What `--from` reads, by the name of its package too."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        name = str(value).lower().replace("_", "-")
        return super().convert(_ALSO_CALLED.get(name, name), param, ctx)


@click.command("policy", help=_HELP)
@click.argument("source", required=False)
@click.option(
    "--env",
    "prefix",
    is_flag=False,
    flag_value="CORS_",
    metavar="[PREFIX]",
    help="Read the environment.  [prefix: CORS_]",
)
@click.option("--django", metavar="MODULE", help="Read a Django settings module.")
@click.option(
    "--from",
    "library",
    metavar="SYSTEM",
    type=_System([*READERS, *READABLE]),
    help=f"Replace another library ({', '.join(READERS)}), or read the configuration of a proxy "
    f"or a gateway ({', '.join(READABLE)}).",
)
@click.option(
    "--explain",
    "questions",
    multiple=True,
    metavar="REQUEST",
    help="Ask about a request: '[METHOD] ORIGIN [PATH] [with HEADERS]'. Repeatable.",
)
@json_option
def policy(**given: Any) -> None:
    """Check and print a policy."""
    try:
        governed, migration = _read(given)
    except CannotRead as error:
        console(stderr=True).print(shown(str(error), _MESSAGE), soft_wrap=True)
        sys.exit(CANNOT_TELL)
    sys.exit(show(governed, given["questions"], to_json=given["to_json"], migration=migration))


def show(
    governed: GovernedApplication,
    questions: Sequence[str] = (),
    *,
    to_json: bool = False,
    migration: Migration | None = None,
) -> int:
    """Print what governs an application, or what it answers; return the exit code.

    Raises:
        click.UsageError: If a question is none.
    """
    try:
        answers = [ask(governed, read(question)) for question in questions]
    except NotAQuestion as error:
        raise click.UsageError(shown(str(error), _MESSAGE)) from error
    reported = report(governed, answers, migration)
    if to_json:
        print_json(as_json(reported))
    else:
        render(reported, console())
    return reported.exit_code


def _read(given: dict[str, Any]) -> tuple[GovernedApplication, Migration | None]:
    if sum(bool(given[name]) for name in ("source", "prefix", "django")) != 1:
        raise click.UsageError("give one source: a file, an import path, --env or --django")
    if given["library"]:
        return _translate(given)
    if given["prefix"]:
        return sources.from_environment(given["prefix"]), None
    if given["django"]:
        return sources.from_django(given["django"]), None
    source = given["source"]
    if "://" in source:
        raise click.UsageError(
            f"{source} is a URL. To ask the server, use cors-wsgi check {source} --origin ORIGIN; "
            f"to compare it with a policy, cors-wsgi verify {source} cors.toml"
        )
    is_file = Path(source).exists() or source.endswith(".toml")
    if names_file(source) or (":" in source and not is_file):
        return sources.from_object(source), None
    return sources.from_toml(source), None


def _translate(given: dict[str, Any]) -> tuple[GovernedApplication, Migration]:
    source = given["source"] or given["django"]
    if not source:
        raise click.UsageError("--from needs an application, a settings module or a file")
    library = given["library"]
    migration = read_layer(library, source) if library in READABLE else translate(library, source)
    if migration.views and given["questions"]:
        raise click.UsageError(
            "some views have policies of their own, which --explain cannot find before the code "
            "is in place: paste it, and ask 'flask cors explain'"
        )
    return GovernedApplication(migration.where, migration.source, ()), migration
