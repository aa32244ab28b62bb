"""What a server's answers let a page do, judged by the browser model, and what that is worth.

`audit` and `verify` share it: a header alone proves nothing, only what a browser makes of it does.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urljoin

from cors_wsgi.browser import (
    Browser,
    FilteredResponse,
    HTTPResponse,
    NetworkError,
    Outcome,
    fetch,
    fetch_request,
    run,
)
from cors_wsgi.doctor.responses import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cors_wsgi.browser import Answer, Credentials, HTTPRequest, Request
    from cors_wsgi.doctor.attempts import Needs

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "note")

_WITH_LOGIN: Final[dict[Needs, Severity]] = {
    "a site": "critical",
    "a name": "critical",
    "the network": "high",
    "a sibling": "medium",
    "the machine": "medium",
    "nothing": "note",
}


def severity_of(needs: Needs, *, credentials: bool, private: bool = False) -> Severity:
    """Rank what an attacker gains.

    Args:
        needs: What an attacker must have to send the origin.
        credentials: Whether answers for a logged-in visitor are handed over.
        private: Whether the server is at a loopback or private address, where even answers for
            everybody are not meant for every website.
    """
    if needs == "nothing":
        return "note"
    if credentials:
        return _WITH_LOGIN[needs]
    return "medium" if private and needs in {"a site", "a name"} else "low"


def script_request(  # noqa: PLR0913 - the members of RequestInit that matter here
    origin: str,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    include: bool = False,
    forces_preflight: bool = False,
) -> Request:
    """Make a request as script does, from any origin, one that no browser has included.

    Args:
        origin: The value of `Origin`.
        url: What is asked.
        method: The method.
        headers: The headers that script sets.
        include: Whether the credentials mode is `include`.
        forces_preflight: Whether it is preflighted whatever else it is, as with an upload listener.

    Raises:
        cors_wsgi.browser.ScriptError: Script cannot make such a request.
    """
    page = "https://page.invalid"  # stands in for origins that the model would reject
    credentials: Credentials = "include" if include else "omit"
    request = fetch_request(
        page, url, method=method, headers=headers or {}, credentials=credentials, redirect="manual"
    )
    return replace(request, origin=origin, use_cors_preflight=forces_preflight)


def first_on_the_wire(request: Request) -> HTTPRequest:
    """Return what a browser sends first for a request: its preflight, if it needs one."""
    return next(fetch(request))


def outcome_of(request: Request, answer: Answer) -> Outcome:
    """Return what a request without a preflight comes to, given the server's answer."""
    return run(fetch(request), lambda _: answer)


def read_failure(request: Request, answer: Answer) -> NetworkError | None:
    """Return why the answer to a request without a preflight does not pass, or None if it does."""
    outcome = outcome_of(request, answer)
    return outcome if isinstance(outcome, NetworkError) else None


def reads(request: Request, answer: Answer) -> bool:
    """Tell whether script can read the answer to a request without a preflight."""
    outcome = outcome_of(request, answer)
    return isinstance(outcome, FilteredResponse) and outcome.shared


def preflight_failure(
    request: Request, answer: Answer, browser: Browser | None = None
) -> NetworkError | None:
    """Return why a preflight does not pass, or None if it does.

    Args:
        request: A request that needs a preflight.
        answer: The answer to that preflight.
        browser: The browser whose preflight cache remembers the answer.
    """
    steps = fetch(request, browser)
    next(steps)
    try:
        steps.send(answer)
    except StopIteration as end:
        return end.value if isinstance(end.value, NetworkError) else None
    return None


def redirects_to(url: str, answer: Answer) -> str | None:
    """Return the URL that an answer redirects to; None if it does not, or to nowhere."""
    location = values(answer, "location")
    if not isinstance(answer, HTTPResponse) or not 300 <= answer.status < 400 or not location:
        return None
    with contextlib.suppress(ValueError):  # what the server sent is not a URL
        return urljoin(url, location[0])
    return None
