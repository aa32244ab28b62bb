"""What browsers decide alike, and caches do not: `Vary`, and how long preflights are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cors_wsgi.browser import Browser, HTTPResponse
from cors_wsgi.doctor.judge import preflight_failure
from cors_wsgi.doctor.responses import values
from cors_wsgi.doctor.verify.report import Observation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cors_wsgi.browser import Answer, Request
    from cors_wsgi.doctor.verify.places import Place

_DECIDING: Final = ("access-control-allow-origin", "access-control-allow-credentials")


def vary(place: Place, answers: Iterable[tuple[str | None, bool, Answer]]) -> Iterator[Observation]:
    """Yield a warning if responses depend on the origin and do not say so.

    Args:
        place: The path.
        answers: The origin, or None, whether the policy allows it, and the answer to a GET.
    """
    known = [
        (origin, allowed, one) for origin, allowed, one in answers if isinstance(one, HTTPResponse)
    ]
    seen = {tuple(values(one, name) for name in _DECIDING) for _, _, one in known}
    if len(seen) < 2:
        return  # the same for everybody
    phrase = "no Vary: Origin on {}: a shared cache can mix them up"
    for origin, allowed, one in known:
        if not {"origin", "*"} & {part.lower() for part in split(values(one, "vary"))}:
            kind = "allowed" if allowed else "refused"
            subject = "responses without an Origin" if origin is None else f"{kind} responses"
            yield Observation("warnings", "no-vary", place.path, subject, phrase)


def max_age(
    place: Place, request: Request, right: HTTPResponse, answer: Answer
) -> Iterator[Observation]:
    """Yield a warning if browsers keep a preflight's answer for another time than the policy says.

    Args:
        place: The path.
        request: The request that needs the preflight.
        right: The policy's answer.
        answer: The server's answer.
    """
    asked = replace(request, credentials="omit")
    wanted, seconds = _seconds(asked, right), _seconds(asked, answer)
    if wanted is not None and seconds is not None and wanted != seconds:
        phrase = f"preflights are kept for {seconds} s, and the policy says {wanted} s"
        yield Observation("warnings", "max-age", place.path, "", phrase)


def _seconds(request: Request, answer: Answer) -> int | None:
    """Return for how many seconds a browser keeps an answer; None if it does not pass."""
    browser = Browser()
    if preflight_failure(request, answer, browser) is not None:
        return None
    entries = [entry for kept in browser.preflights.entries.values() for entry in kept]
    return int(max(entry.expires for entry in entries)) if entries else None


def split(lines: Iterable[str]) -> list[str]:
    """Return the elements of a list that may be spread over several lines."""
    return [part.strip(" \t") for line in lines for part in line.split(",")]
