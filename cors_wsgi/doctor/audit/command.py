"""`cors-wsgi audit`: is it too open?"""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi.browser import HTTPResponse, ScriptError, origin_of
from cors_wsgi.doctor.attempts import attempts, slowly
from cors_wsgi.doctor.audit.holes import holes
from cors_wsgi.doctor.audit.render import render
from cors_wsgi.doctor.audit.report import Audit
from cors_wsgi.doctor.audit.trying import Tried, try_all
from cors_wsgi.doctor.hosts import space_of
from cors_wsgi.doctor.judge import redirects_to, script_request
from cors_wsgi.doctor.options import header_option, json_option, timeout_option
from cors_wsgi.doctor.targets import BadTarget, absolute_url, header
from cors_wsgi.doctor.terminal import BAD, CANNOT_TELL, FINE, console, print_json, progress, shown
from cors_wsgi.doctor.transport.http import HTTPTransport

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION: Final = 1
_LOGIN: Final = frozenset({"authorization", "cookie"})

# The example comes first; \b is click's mark for lines to be kept as they are.
_HELP: Final = """\b
cors-wsgi audit https://api.example/me
cors-wsgi audit https://api.example/me --trusted https://app.example \\
    -H "Cookie: session=..."
cors-wsgi audit https://api.example/me --trusted "https://*.example"

Try the origins that an attacker would, and say which get in.

About 120 GET and OPTIONS requests go to this one URL, slowly, and nowhere
else. Ask only servers that are yours.

Exit codes: 0 nothing above low, 1 something, 2 could not tell.
"""


@click.command("audit", help=_HELP, no_args_is_help=True)
@click.argument("url")
@click.option("--trusted", metavar="ORIGIN", help="What it trusts.  [default: its own origin]")
@header_option("A login: Cookie, Authorization.")
@click.option(
    "--delay",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="The pause between two requests.",
)
@timeout_option
@json_option
def audit(**given: Any) -> None:
    """Run `cors-wsgi audit`."""
    try:
        done = _audit(given)
    except (BadTarget, ScriptError, ValueError) as error:
        raise click.UsageError(shown(str(error))) from error
    if given["to_json"]:
        print_json({"version": VERSION, **asdict(done)})
    else:
        render(done, console())
    sys.exit(_exit_code(done))


def _audit(given: dict[str, Any]) -> Audit:
    url = absolute_url(given["url"])
    trusted = given["trusted"] or origin_of(url)
    own = origin_of(url)
    script_request(own, url)  # raises ScriptError for one with a password
    allowed = _trusted(trusted)
    to_try = attempts(trusted, lambda origin: origin == own or allowed.allows_origin(origin))
    transport = HTTPTransport(timeout=given["timeout"])
    with progress() as waiting_for:
        tried = list(
            try_all(
                url,
                to_try,
                slowly(transport.send, given["delay"]),
                _login(given["headers"]),
                lambda attempt: waiting_for(f"as {shown(attempt.origin, 60)}"),
            )
        )
    peer = transport.peers.get(origin_of(url))
    private = peer is not None and space_of(peer.address) != "public"
    return Audit(
        url=url,
        trusted=trusted,
        tried=len(tried),
        answered=_answered(tried),
        moved_to=_moved_to(url, tried),
        holes=holes(url, tried, private=private),
    )


def _trusted(origin: str) -> Policy:
    """Return the policy that allows what is trusted: an origin, or a pattern of origins.

    Raises:
        BadTarget: It is neither.
    """
    if origin == "*":
        raise BadTarget("--trusted '*' trusts everybody, which leaves nothing to try")
    try:
        return Policy(allow_origins=[origin], dangerously_allow_null_origin=True)
    except InvalidPolicy as error:
        problem = error.problems[0]
        raise BadTarget(f"--trusted {origin!r} {problem.message} {problem.hint}") from error


def _login(headers: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = tuple(header(text) for text in headers)
    for name, _ in found:
        if name.lower() not in _LOGIN:
            raise BadTarget(
                f"-H takes what a login is made of, Cookie or Authorization: not {name}"
            )
    return found


def _answered(tried: Sequence[Tried]) -> bool:
    return any(isinstance(one.without_cookie, HTTPResponse) for one in tried)


def _moved_to(url: str, tried: Sequence[Tried]) -> str | None:
    places = (redirects_to(url, one.without_cookie) for one in tried)
    return next(filter(None, places), None)


def _exit_code(done: Audit) -> int:
    if any(hole.severity in {"critical", "high", "medium"} for hole in done.holes):
        return BAD
    return FINE if done.answered else CANNOT_TELL
