"""A set-up that shows over HTTP: what to add to it, or why it does not reach the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from cors_wsgi.doctor.check.diagnosis.failed import failed_preflight
from cors_wsgi.doctor.check.diagnosis.layers import author
from cors_wsgi.doctor.check.diagnosis.login import is_login_page, is_login_url
from cors_wsgi.doctor.check.diagnosis.origin import (
    is_misspelt,
    list_lacks_origin,
    passes_on_strangers,
)
from cors_wsgi.doctor.check.fixing.wanted import requested
from cors_wsgi.doctor.responses import value

if TYPE_CHECKING:
    from cors_wsgi.browser import HTTPResponse
    from cors_wsgi.doctor.check.probe import Seen

# The stacks in which CORS is a part of the application, with a place among others.
_MOVABLE: Final = frozenset({"asgi", "django", "express", "fastapi", "flask", "http", "wsgi"})
_KEEP: Final = "Keep the other origins that it lists: they do not show from outside."
_OR: Final = ("Or put this in its place:", "As a whole:")
_ANSWERS_FIRST: Final = {
    "preflight-404": "routing",
    "preflight-405": "routing",
    "preflight-auth": "a login check",
    "preflight-5xx": "a handler that fails",
    "preflight-redirect": "a redirect",
    "preflight-html-200": "a page",
    "preflight-status": "something else",
}


def change_of_set_up(seen: Seen, failure: str, stack: str) -> str | None:
    """Return what to do with the set-up that is there, in sentences.

    Returns:
        `None` if no set-up shows, or if the failure itself says what to change in it.
    """
    if (failure == "origin-missing" and list_lacks_origin(seen)) or passes_on_strangers(seen):
        return _add(seen, stack)
    if not shows_set_up(seen) or is_misspelt(seen) or stack not in _MOVABLE:
        return None
    if failure == "origin-missing":
        return f"{_not_reached(seen)} {_move(stack)}"
    if failure == "error-without-cors":
        return (
            "Fix the error itself. CORS is set up here, and errors are answered outside of it. "
            f"{_move(stack)}"
        )
    if failure in _ANSWERS_FIRST:
        return f"CORS is set up here, and {_first(seen, failure)} answers before it. {_move(stack)}"
    return None


def shows_set_up(seen: Seen) -> bool:
    """Return whether any answer shows that CORS is set up on the server."""
    return any(map(_is_set_up, seen.responses))


def _is_set_up(response: HTTPResponse) -> bool:
    return any(name.lower().startswith("access-control-allow-") for name, _ in response.headers)


def _first(seen: Seen, failure: str) -> str:
    """Return what answers the preflight before the set-up does."""
    response = failed_preflight(seen)
    writer = author(response) if response else None
    if writer is not None and writer.role != "framework":
        return writer.title
    location = urljoin(seen.target.url, value(response, "location") or "")
    if is_login_page(response) or (failure == "preflight-redirect" and is_login_url(location)):
        return _ANSWERS_FIRST["preflight-auth"]
    return _ANSWERS_FIRST[failure]


def _add(seen: Seen, stack: str) -> str:
    """Recognise a list that lacks the origin; the rest may be on the others."""
    asked = requested(seen)
    others = [*asked.methods, *asked.headers, *(["credentials"] if asked.credentials else [])]
    also = f" It also has to allow {_joined(others)}." if others else ""
    return (
        f"CORS is set up here: add {seen.target.origin} to its origins.{also} Keep what else it "
        f"lists, which does not show from outside. {_OR[stack == 'http']}"
    )


def _move(stack: str) -> str:
    where = "so that this comes back" if stack == "http" else "or put this there in its place"
    return f"Move it to the front, {where}. {_KEEP}"


def _not_reached(seen: Seen) -> str:
    """Recognise an answer that does not pass through the set-up which other answers show."""
    if failed_preflight(seen) is not None:
        return "CORS is set up here, and something else answers OPTIONS before it."
    if seen.preflight is not None:
        return "CORS is set up for preflights only; the answer itself needs it as well."
    return "CORS is set up on this server, and this answer does not pass through it."


def _joined(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
