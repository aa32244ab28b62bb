"""What is logged, under `cors_wsgi`: one line an event, in escaped ASCII.

Nothing is computed for a level that is off. What comes from a request is quoted by
`_evaluate.quoted`: no control character of it reaches a log (CVE-2024-1681).
"""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._evaluate import Decision, Request, evaluate, quoted
from cors_wsgi._headers import Header
from cors_wsgi._policy import Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

DEBUG_HEADER: Final = "X-Cors-Wsgi"

DEBUG: Final = logging.DEBUG
INFO: Final = logging.INFO
logger = logging.getLogger("cors_wsgi")


def log_decision(policy: Policy, environ: Mapping[str, Any]) -> None:
    """Log what is decided on a CORS request: refusals as INFO, the rest as DEBUG."""
    if logger.isEnabledFor(logging.INFO):
        request = Request.from_environ(environ)
        decision = evaluate(policy, request)
        level = logging.DEBUG if decision.allowed else logging.INFO
        if logger.isEnabledFor(level):
            logger.log(level, "%s", describe(request, decision))


def describe(request: Request, decision: Decision) -> str:
    """Say in one line what was decided on a request, and why."""
    subject = f"{decision.kind} {quoted(request.method)} {quoted(request.path)}"
    if request.requested_method is not None:
        subject += f" for {quoted(request.requested_method)}"
    if request.origin is not None:
        subject += f" from {quoted(request.origin)}"
    verdict = "allowed" if decision.allowed else f"refused ({decision.code})"
    nearest = f"; {decision.nearest}" if decision.nearest else ""
    return f"{verdict}: {subject}: {decision.reason}{nearest}"


def explaining(
    policy: Policy, environ: Mapping[str, Any], start_response: "StartResponse"
) -> "StartResponse":
    """Let the response to a CORS request say in a header what was decided.

    Args:
        policy: the policy that governs the request.
        environ: the WSGI environ.
        start_response: the server's.

    Returns:
        A `start_response` that adds the header; the server's own for other requests.
    """
    request = Request.from_environ(environ)
    if request.origin is None:
        return start_response
    decision = evaluate(policy, request)
    reason = (DEBUG_HEADER, describe(request, decision))

    def start_explained(
        status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        return start_response(status, [*headers, reason], exc_info)

    return start_explained


def log_crash(environ: Mapping[str, Any]) -> None:
    """Log the exception that is being handled, with its traceback."""
    logger.exception(  # noqa: LOG004 - it is called from one
        "the application failed before its response had begun: %s %s",
        quoted(environ.get("REQUEST_METHOD", "")),
        quoted(environ.get("PATH_INFO", "")),
    )
