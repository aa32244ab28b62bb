"""The answers on which a fetch failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser import NetworkError

if TYPE_CHECKING:
    from cors_wsgi.browser import HTTPResponse
    from cors_wsgi.doctor.check.probe import Seen


def failed_response(seen: Seen) -> HTTPResponse | None:
    """Return the response on which the fetch failed, if there was one."""
    outcome = seen.outcome
    return outcome.response if isinstance(outcome, NetworkError) else None


def failed_preflight(seen: Seen) -> HTTPResponse | None:
    """Return the preflight's response, if it is the one on which the fetch failed."""
    exchanges = seen.outcome.exchanges
    failed_there = bool(exchanges) and exchanges[-1].preflight and not seen.outcome.shared
    return failed_response(seen) if failed_there else None
