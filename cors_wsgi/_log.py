"""What is logged, as `cors_wsgi`: one line for each event, in escaped ASCII.

Reasons are found only for what is really logged. `quoted` writes what comes from a request, so
that no control character of it reaches a log (CVE-2024-1681).
"""

import logging
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from cors_wsgi._headers import Header
from cors_wsgi._policy.compiled import CompiledPolicy
from cors_wsgi._policy.decision import Request, describe, evaluate, quoted

_DEBUG_HEADER: Final = "X-Cors-Wsgi"

# What has been logged once in this process, and is not logged in the same way again.
_logged: Final[set[Hashable]] = set()
_MOST_LOGGED: Final = 1000


@cache
def get_logger() -> logging.Logger:
    """Return the log, which is made when something is first logged.

    `logging.config.dictConfig` disables every log that is there already, unless it is told not to.
    """
    return logging.getLogger("cors_wsgi")


def _is_first(event: Hashable) -> bool:
    """Tell whether an event is new; of no more than `_MOST_LOGGED` events."""
    if event in _logged or len(_logged) >= _MOST_LOGGED:
        return False
    _logged.add(event)
    return True


def warn_once(message: str, *arguments: object) -> None:
    """Log a warning, the first time that it comes up in this process."""
    if _is_first((message, arguments)):
        get_logger().warning(message, *arguments)


def reports_refusals(*, debug: bool) -> bool:
    """Tell whether anybody would see what `report` logs."""
    return debug or get_logger().isEnabledFor(logging.INFO)


def report(compiled: CompiledPolicy, request: Request, *, debug: bool) -> list[Header]:
    """Log that a CORS request is refused, if it is.

    Args:
        compiled: The policy that governs the request.
        request: The request.
        debug: Whether somebody is developing. The first refusal of each kind from each origin is
            then a warning, which Python shows without any configuration; all others are INFO.

    Returns:
        In development, the header that says why the request is allowed or refused; else none.
    """
    decision = evaluate(compiled, request)
    if decision.allowed and not debug:
        return []
    text = describe(request, decision)
    if not decision.allowed:
        event = "refused", quoted(request.origin or ""), decision.code
        level = logging.WARNING if debug and _is_first(event) else logging.INFO
        get_logger().log(level, "%s", text)
    return [(_DEBUG_HEADER, text)] if debug else []


def log_replaced(names: Sequence[str]) -> None:
    """Log, once, that the application sets CORS headers too.

    Args:
        names: The headers that the application set and that were replaced.
    """
    warn_once(
        "two layers set CORS headers: the application's (%s) are replaced by the policy's; "
        "remove them from the application",
        ascii(", ".join(names)),
    )


def log_crash(method: str, path: str) -> None:
    """Log the exception that is being handled, with its traceback.

    Args:
        method: The request's method.
        path: The request's path.
    """
    get_logger().exception(
        "the application failed before its response had begun: %s %s", quoted(method), quoted(path)
    )


def log_handshake(origin: str | None, path: str) -> None:
    """Log that a WebSocket handshake is refused.

    Args:
        origin: The `Origin` that it carries; None if there is none.
        path: Its path.
    """
    get_logger().info(
        "refused: a WebSocket handshake at %s from %s; list the origin in the policy, the page's "
        "own origin as well",
        quoted(path),
        "no origin" if origin is None else quoted(origin),
    )


def warn_of_local_server(environ: Mapping[str, Any]) -> None:
    """Log, once, that `*` opens a server on this machine to every page that its user visits.

    GHSA-583g-g682-crxf. A policy cannot know where it will be served, so a request has to tell:
    one that was sent to the loopback by a browser, not by a proxy or a test client.

    Args:
        environ: The WSGI environ of a request with an origin, which is allowed as any is.
    """
    if _is_local(environ):
        warn_once(
            "allow_origins is '*' and the server listens on this machine only: every site that "
            "its user visits can read from it; name the origins, or serve it in public"
        )


def _is_local(environ: Mapping[str, Any]) -> bool:
    host = environ.get("HTTP_HOST", "")
    return (
        host.startswith(("localhost", "127.", "[::1]"))
        and environ.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
        # Test clients name no server, nginx speaks HTTP/1.0, and other proxies name themselves.
        and "SERVER_SOFTWARE" in environ
        and environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
        and environ.keys().isdisjoint(("HTTP_VIA", "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR"))
    )
