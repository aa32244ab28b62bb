"""`cors-wsgi verify`: does a running server obey a policy?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from cors_wsgi import HostPolicies, PathPolicies
from cors_wsgi._policy.requests import normal_host
from cors_wsgi.adapting import CannotRead
from cors_wsgi.browser import ScriptError, origin_of
from cors_wsgi.doctor import sources
from cors_wsgi.doctor.attempts import slowly
from cors_wsgi.doctor.hosts import space_of
from cors_wsgi.doctor.judge import script_request
from cors_wsgi.doctor.options import json_option
from cors_wsgi.doctor.targets import BadTarget, absolute_url
from cors_wsgi.doctor.terminal import CANNOT_TELL, console, print_json, progress, shown
from cors_wsgi.doctor.transport.http import HTTPTransport
from cors_wsgi.doctor.verify.render import render
from cors_wsgi.doctor.verify.report import Report, as_json
from cors_wsgi.doctor.verify.verification import Verification

if TYPE_CHECKING:
    from cors_wsgi import Policy
    from cors_wsgi.adapting import GovernedApplication

_DELAY: Final = 0.05

# The example comes first; \b is click's mark for lines to be kept as they are.
_HELP: Final = """\b
cors-wsgi verify https://api.example cors.toml
cors-wsgi verify http://localhost:8000 shop.policies:POLICY --also /login

Find out whether a running server obeys a policy: what it opens although the
policy does not, and what it refuses although the policy allows it.

POLICY is a TOML file, or an import path (module:object), as for `policy`. The
prefixes of a policy by path are asked from the root of the server; a path in
URL is asked as well.

At most 200 requests go to each path, only GET, HEAD and OPTIONS.

\b
Exit codes: 0 it obeys, 1 it does not, 2 could not tell.
"""


@click.command("verify", help=_HELP, no_args_is_help=True)
@click.argument("url")
@click.argument("policy")
@click.option(
    "--also",
    multiple=True,
    metavar="PATH",
    help="Ask this path too: one that answers 401, say. Repeatable.",
)
@click.option(
    "--delay",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help=f"The pause between two requests.  [default: {_DELAY}; on this machine 0]",
)
@json_option
def verify(**given: Any) -> None:
    """Run `cors-wsgi verify`."""
    try:
        url = absolute_url(given["url"])
        script_request(origin_of(url), url)  # raises ScriptError for one with a password
        also = [_also(url, path) for path in given["also"]]
    except (BadTarget, ScriptError, ValueError) as error:
        raise click.UsageError(shown(str(error))) from error
    try:
        governed = _read(given["policy"])
    except CannotRead as error:
        console(stderr=True).print(shown(str(error)), soft_wrap=True)
        sys.exit(CANNOT_TELL)
    report = _verify(url, governed, also, given["delay"])
    if given["to_json"]:
        print_json(as_json(report))
    else:
        render(report, console())
    sys.exit(report.exit_code)


def _verify(
    url: str, governed: GovernedApplication, also: list[str], delay: float | None
) -> Report:
    if delay is None:
        delay = 0 if space_of(urlsplit(url).hostname or "") == "loopback" else _DELAY
    send = HTTPTransport().send
    with progress() as waiting_for:
        return Verification(
            url=url,
            where=governed.where,
            policies=_by_prefix(governed, url),
            policy_for=governed.policy_for,
            send=slowly(send, delay) if delay else send,
            also=also,
            progress=lambda path: waiting_for(f"asking {shown(path, 60)}"),
        ).run()


def _also(url: str, path: str) -> str:
    """Return a path as a URL has it.

    Raises:
        BadTarget: It does not begin with a slash.
    """
    if not path.startswith("/"):
        raise BadTarget(f"--also takes a path: write '/{path.lstrip('/')}', not {path!r}")
    origin = origin_of(url)
    return absolute_url(f"{origin}{path}").removeprefix(origin)


def _read(policy: str) -> GovernedApplication:
    """Read a policy.

    Raises:
        CannotRead: There is none, or it has problems.
    """
    if ":" in policy and not Path(policy).exists():
        governed = sources.from_object(policy)
    else:
        governed = sources.from_toml(policy)
    if governed.problems:
        first, more = governed.problems[0], len(governed.problems) - 1
        others = f", and {more} more" if more else ""
        raise CannotRead(
            f"{policy} is wrong: {first.field}: {first.value!r} {first.message}{others} "
            f"(see: cors-wsgi policy {policy})"
        )
    return governed


def _by_prefix(governed: GovernedApplication, url: str) -> dict[str, Policy | None]:
    source: object = governed.source
    if isinstance(source, HostPolicies):
        source = source.policies.get(normal_host(urlsplit(url).netloc) or "")
    return dict(sorted(source.policies.items())) if isinstance(source, PathPolicies) else {}
