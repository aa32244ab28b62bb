"""What is logged, under `cors_wsgi`: one line an event, in escaped ASCII.

Nothing is computed for a level that is off, and what finds the reasons is not even
imported. What comes from a request is quoted by `_evaluate.quoted`: no control character
of it reaches a log (CVE-2024-1681).
"""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi._headers import Header
from cors_wsgi._policy.policy import Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

    from cors_wsgi._policy.decision import Decision

_DEBUG_HEADER: Final = "X-Cors-Wsgi"

DEBUG: Final = logging.DEBUG
INFO: Final = logging.INFO
logger = logging.getLogger("cors_wsgi")
# What it inherits its level from: who is in a hurry reads both levels, without a call.
root = logger.root


def log_decision(policy: Policy, environ: Mapping[str, Any]) -> None:
    """Log what is decided on a CORS request: refusals as INFO, the rest as DEBUG."""
    if logger.isEnabledFor(logging.INFO):
        decision, line = _decision(policy, environ)
        level = logging.DEBUG if decision.allowed else logging.INFO
        if logger.isEnabledFor(level):
            logger.log(level, "%s", line)


def log_allowed(policy: Policy, environ: Mapping[str, Any]) -> None:
    """Log what is decided on a request that is known to be allowed, as DEBUG."""
    if logger.isEnabledFor(logging.DEBUG):
        log_decision(policy, environ)


def _decision(policy: Policy, environ: Mapping[str, Any]) -> "tuple[Decision, str]":
    """Return what is decided on a request, and a line that says so."""
    from cors_wsgi._policy.decision import Request, describe  # noqa: PLC0415 - see above

    request = Request.from_environ(environ)
    decision = policy.explain(request)
    return decision, describe(request, decision)


def explanation(policy: Policy, environ: Mapping[str, Any]) -> tuple[Header, ...]:
    """Return the header that says why a CORS request was allowed or refused.

    For development, and on request only. Without an origin there is none.

    Args:
        policy: the policy that governs the request.
        environ: the environ of the request.
    """
    if "HTTP_ORIGIN" not in environ:
        return ()
    _, line = _decision(policy, environ)
    return ((_DEBUG_HEADER, line),)


def explaining(
    policy: Policy, environ: Mapping[str, Any], start_response: "StartResponse"
) -> "StartResponse":
    """Let the response to a CORS request say in a header what was decided.

    Args:
        policy: the policy that governs the request.
        environ: the WSGI environ.
        start_response: the server's.

    Returns:
        A `start_response` that adds the header.
    """
    reason = explanation(policy, environ)

    def start_explained(
        status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        return start_response(status, [*headers, *reason], exc_info)

    return start_explained


def log_crash(environ: Mapping[str, Any]) -> None:
    """Log the exception that is being handled, with its traceback."""
    from cors_wsgi._policy.decision import quoted  # noqa: PLC0415 - see above

    logger.exception(  # noqa: LOG004 - it is called from one
        "the application failed before its response had begun: %s %s",
        quoted(environ.get("REQUEST_METHOD", "")),
        quoted(environ.get("PATH_INFO", "")),
    )
