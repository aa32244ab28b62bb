"""Which failure it is: the model's id, made more exact by what was seen around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cors_wsgi.browser import HTTPResponse, NetworkError, NoAnswer, Step
from cors_wsgi.doctor.check.diagnosis.layers import author, is_in_front, layers
from cors_wsgi.doctor.hosts import is_mixed_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from cors_wsgi.doctor.check.diagnosis.layers import Layer
    from cors_wsgi.doctor.check.probe import Seen

MIXED_CONTENT: Final = "mixed-content"

_ALLOW_ORIGIN: Final = "access-control-allow-origin"
_REFUSALS: Final = (
    (re.compile(rb"\ADisallowed CORS [a-z, ]*origin"), "origin-missing"),
    (re.compile(rb"\ADisallowed CORS [a-z, ]*method"), "method-missing"),
    (re.compile(rb"\ADisallowed CORS [a-z, ]*headers"), "header-missing"),
)


def values(response: HTTPResponse | None, name: str) -> list[str]:
    """The lines of a header, by its name in lower case."""
    headers = response.headers if response else ()
    return [value for key, value in headers if key.lower() == name]


def value(response: HTTPResponse | None, name: str) -> str | None:
    """A header's combined value; None if it is absent."""
    lines = values(response, name)
    return ", ".join(lines) if lines else None


def failed_response(seen: Seen) -> HTTPResponse | None:
    """The response on which the fetch failed, if there was one."""
    outcome = seen.outcome
    return outcome.response if isinstance(outcome, NetworkError) else None


def failed_preflight(seen: Seen) -> HTTPResponse | None:
    """The preflight's response, if it is the one on which the fetch failed."""
    exchanges = seen.outcome.exchanges
    failed_there = bool(exchanges) and exchanges[-1].preflight and not seen.outcome.shared
    return failed_response(seen) if failed_there else None


def cache_sign(response: HTTPResponse | None) -> str | None:
    """What shows that a shared cache answered, as a header line; None if nothing does."""
    for name in ("age", "x-cache", "cf-cache-status", "x-cache-status", "cache-status"):
        found = value(response, name)
        if found is not None and (name == "age" or re.search(r"\bhit\b", found, re.IGNORECASE)):
            return f"{name.title()}: {found}"
    return None


def failure_id(seen: Seen) -> str | None:
    """The id of what blocks the fetch; None if nothing does."""
    if is_mixed_content(seen.target, seen.address):
        return MIXED_CONTENT  # whatever the server says: no browser asks it
    outcome = seen.outcome
    if not isinstance(outcome, NetworkError):
        return None
    refined = next(filter(None, (rule(seen) for rule in _RULES)), None)
    # Too many redirects have no id.
    return refined or outcome.failure or "redirect-cross-origin"


def _bodyless_204(seen: Seen) -> str | None:
    """The application's own 204 never makes it through what stands in front."""
    direct = seen.direct.exchanges if seen.direct else ()
    if not direct or not isinstance(direct[0].response, HTTPResponse):
        return None
    lost = isinstance(seen.preflight, NoAnswer) or (
        isinstance(seen.preflight, HTTPResponse) and seen.preflight.status in {502, 504}
    )
    return "content-length-204" if lost and direct[0].response.status == 204 else None


def _stale_preflight(seen: Seen) -> str | None:
    fresh = seen.probe("fresh")
    if failed_preflight(seen) and fresh and fresh.passes and cache_sign(failed_preflight(seen)):
        return "preflight-cached-stale"
    return None


def _poisoned(seen: Seen) -> str | None:
    """An address that no cache has seen gets the right headers, with the same status."""
    response, fresh = failed_response(seen), seen.probe("fresh")
    if response is None or failed_preflight(seen) or not fresh or not fresh.passes:
        return None
    outcome = seen.outcome
    by_origin = isinstance(outcome, NetworkError) and outcome.step in {
        Step.ORIGIN_ABSENT,
        Step.ORIGIN_DIFFERS,
    }
    same = fresh.response is not None and fresh.response.status == response.status
    single = len(values(response, _ALLOW_ORIGIN)) < 2
    return "cache-poisoned" if by_origin and same and single else None


def blocker(seen: Seen) -> Layer | None:
    """The layer in front that answered the preflight in the application's place, if one did."""
    response, good = failed_preflight(seen), seen.probed("get")
    if response is None or not (400 <= response.status < 500 or response.status == 501):
        return None
    if response.status in {401, 404, 407, 410}:
        return None
    writer = author(response)
    if writer is not None and good is not None and author(good) != writer:
        # No server refuses OPTIONS for a file of its own with 403, unless it is told to.
        told = response.status == 403 and good.status < 400 and writer.role == "proxy"
        return writer if told or is_in_front(writer, good) else None
    if writer is not None:
        return writer if writer.role == "edge" else None
    return _unnamed_blocker(response, good)


def _unnamed_blocker(response: HTTPResponse, good: HTTPResponse | None) -> Layer | None:
    """An edge that answered without a page of its own: the application's marks are missing."""
    here, there = layers([response]), layers([good] if good else [])
    edges = [layer for layer in here if layer.role == "edge"]
    own = {layer for layer in there if layer.role in {"framework", "server"}}
    return edges[0] if edges and own and not own & set(here) else None


def _blocked_by_proxy(seen: Seen) -> str | None:
    response = failed_preflight(seen)
    if blocker(seen) is not None:
        return "preflight-blocked-by-proxy"
    direct = seen.direct.exchanges if seen.direct else ()
    if response is None or not 400 <= response.status < 500 or not direct:
        return None
    beyond = len(direct) > 1 or (seen.direct is not None and seen.direct.shared)
    return "preflight-blocked-by-proxy" if beyond else None


def _refused_in_words(seen: Seen) -> str | None:
    """Starlette refuses a preflight with 400, and says why in the body."""
    response = failed_preflight(seen)
    if response is None or response.status != 400:
        return None
    return next((name for text, name in _REFUSALS if text.search(response.body)), None)


def _joined_duplicate(seen: Seen) -> str | None:
    """Two equal values on one line: a hop has joined what two layers set."""
    lines = values(failed_response(seen), _ALLOW_ORIGIN)
    parts = [part.strip(" \t") for part in lines[0].split(",")] if len(lines) == 1 else []
    return "origin-duplicate" if len(parts) > 1 and len(set(parts)) == 1 else None


_RULES: Final[tuple[Callable[[Seen], str | None], ...]] = (
    _bodyless_204,
    _stale_preflight,
    _poisoned,
    _blocked_by_proxy,
    _refused_in_words,
    _joined_duplicate,
)
