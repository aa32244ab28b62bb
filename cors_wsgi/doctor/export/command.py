"""`cors-wsgi export`: write a policy down for another layer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor import sources
from cors_wsgi.doctor.export.render import (
    as_json,
    print_findings,
    print_refusal,
    print_targets,
    print_written,
)
from cors_wsgi.doctor.export.writing import differing, replace_all
from cors_wsgi.doctor.options import json_option
from cors_wsgi.doctor.terminal import BAD, CANNOT_TELL, FINE, console, print_json, shown
from cors_wsgi.export import UnknownTarget
from cors_wsgi.export import export as exported

if TYPE_CHECKING:
    from cors_wsgi import Problem
    from cors_wsgi.export import Export

_HELP: Final = """\b
cors-wsgi export
cors-wsgi export nginx cors.toml --out edge/
cors-wsgi export gateway-api cors.toml
cors-wsgi export nginx cors.toml --check edge/

Write a policy down for a proxy, a gateway or another framework: exactly what
the policy says, or nothing. Without arguments, print the targets and what
each of them cannot say.

POLICY is a TOML file, or an import path (module:object), as for `policy`.

\b
Exit codes: 0 written, 1 the target cannot say it, or a file differs, 2 could
not tell.
"""


@click.command("export", help=_HELP)
@click.argument("target", required=False)
@click.argument("policy", required=False)
@click.option(
    "--out",
    metavar="DIRECTORY",
    help="Write the files into this directory, all of them or none.",
)
@click.option(
    "--check",
    metavar="DIRECTORY",
    help="Compare the files in this directory with what would be written.",
)
@json_option
def export(**given: Any) -> None:
    """Run `cors-wsgi export`."""
    if given["target"] is None:
        print_targets(console())
        return
    if given["policy"] is None:
        raise click.UsageError("give a policy: cors-wsgi export TARGET cors.toml")
    if given["out"] and given["check"]:
        raise click.UsageError("give --out or --check, not both")
    try:
        result = _exported(given["target"], given["policy"])
    except UnknownTarget as error:
        raise click.UsageError(str(error)) from error
    except (CannotRead, TypeError) as error:
        console(stderr=True).print(shown(str(error)), soft_wrap=True)
        sys.exit(CANNOT_TELL)
    sys.exit(_finish(result, given))


def _exported(target: str, where: str) -> Export:
    """Read a policy and export it.

    Raises:
        UnknownTarget: There is no such target.
        CannotRead: There is no policy, or it cannot be exported at all.
    """
    exported(target, _ANY)  # an unknown target is reported before the policy is read
    is_object = ":" in where and not Path(where).exists()
    governed = sources.from_object(where) if is_object else sources.from_toml(where)
    if governed.problems:
        _print_problems(where, governed.problems)
        sys.exit(BAD)
    if governed.views:
        raise CannotRead(f"{where}: views have policies of their own, which no other layer knows")
    if not isinstance(governed.source, Policy | PathPolicies):
        raise CannotRead(f"{where} decides for each request, so it cannot be written down")
    name = where if is_object else Path(where).name
    return exported(target, governed.source, source=name)


_ANY: Final = Policy(allow_origins="*")


def _print_problems(where: str, problems: tuple[Problem, ...]) -> None:
    to = console(stderr=True)
    to.print(f"✗ {shown(where)} is no valid policy; nothing was written", soft_wrap=True)
    for problem in problems:
        to.print(shown(str(problem)), soft_wrap=True)


def _finish(result: Export, given: dict[str, Any]) -> int:
    """Write, compare or print what was made; return the exit code."""
    texts = {name: file.text for name, file in result.files.items()}
    if given["to_json"]:
        print_json(as_json(result, given["policy"]))
    if result.errors:
        if not given["to_json"]:
            print_refusal(result, given["policy"], console(stderr=True))
        return BAD
    if given["check"]:
        return _check(Path(given["check"]), texts, given)
    if not given["to_json"]:
        print_findings(result.findings, console(stderr=True))
    if given["out"]:
        return _write(result, texts, given)
    if not given["to_json"]:
        _print_text(result.target, texts)
    return FINE


def _check(directory: Path, texts: dict[str, str], given: dict[str, Any]) -> int:
    differences = differing(directory, texts)
    for difference in differences:
        console(stderr=True).print(shown(difference), soft_wrap=True)
    if differences:
        again = f"cors-wsgi export {given['target']} {given['policy']} --out {given['check']}"
        console(stderr=True).print(f"To write it: {shown(again)}", soft_wrap=True)
    return BAD if differences else FINE


def _write(result: Export, texts: dict[str, str], given: dict[str, Any]) -> int:
    try:
        replace_all(Path(given["out"]), texts)
    except OSError as error:
        place = shown(str(error.filename or given["out"]))
        message = f"{place}: {error.strerror}; nothing was written"
        console(stderr=True).print(message, soft_wrap=True)
        return CANNOT_TELL
    if not given["to_json"]:
        print_written(result, given["out"], given["policy"], console())
    return FINE


def _print_text(target: str, texts: dict[str, str]) -> None:
    if len(texts) > 1:
        names = ", ".join(texts)
        raise click.UsageError(f"{target} takes {len(texts)} files ({names}): add --out DIRECTORY")
    [text] = texts.values()
    click.echo(text, nl=False)
