"""The answers on which a fetch failed, and what a cache leaves on one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cors_wsgi.browser import NetworkError
from cors_wsgi.doctor.responses import value

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


def cache_sign(response: HTTPResponse | None) -> str | None:
    """Return what shows that a shared cache answered, as a header line; None if nothing does."""
    for name in ("age", "x-cache", "cf-cache-status", "x-cache-status", "cache-status"):
        found = value(response, name)
        if found is not None and (name == "age" or re.search(r"\bhit\b", found, re.IGNORECASE)):
            return f"{name.title()}: {found}"
    return None
