"""Why Access-Control-Allow-Origin is not what it should be, from what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser import NoAnswer
from cors_wsgi.doctor.check.diagnosis.failure import (
    failed_preflight,
    failed_response,
    value,
    values,
)
from cors_wsgi.doctor.check.diagnosis.layers import layers

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Seen


def origin_absent(seen: Seen) -> str:
    """The header is not there."""
    response = failed_response(seen)
    stranger = seen.probe("stranger")
    varies = "origin" in (value(response, "vary") or "").lower()
    if response and response.body.startswith(b"Disallowed CORS"):
        varies = True
    if varies:
        return f"CORS is on here, but the allow-list does not have {seen.target.origin}."
    if failed_preflight(seen) and value(response, "allow") is not None:
        return (
            "The server's own OPTIONS answered (it lists methods in Allow): CORS is not on for "
            f"this path, or {seen.target.origin} is not in its list."
        )
    if value(response, "access-control-allow-methods") is not None:
        return f"CORS answers here, but not for {seen.target.origin}: it is not in the list."
    if seen.preflight is not None and failed_preflight(seen) is None:
        return (
            "The preflight passes, and the answer itself has no CORS headers: CORS is on for "
            "OPTIONS only, or comes after the routes that answer."
        )
    also = ", and for another origin neither" if stranger and not stranger.passes else ""
    return (
        f"No CORS headers came{also}: CORS is not on for this path, or {seen.target.origin} is not "
        "in its list."
    )


def origin_value(seen: Seen) -> str:
    """It names another origin, or none."""
    found = value(failed_response(seen), "access-control-allow-origin") or ""
    other = value(seen.probed("stranger"), "access-control-allow-origin")
    if other == found:
        return f"Every origin gets the same value, {found!r}: it is written down once."
    return f"The server answers {found!r} to {seen.target.origin!r}."


def origin_invalid(seen: Seen) -> str:
    """It is not an origin at all."""
    found = value(failed_response(seen), "access-control-allow-origin") or ""
    origin = seen.target.origin
    if "," in found or " " in found.strip():
        return f"{found!r} is a list: the header takes one origin."
    if found.rstrip("/") == origin:
        return f"{found!r} has a slash at the end: browsers compare byte for byte."
    if found.lower() == origin:
        return f"{found!r} is spelled with capitals: browsers compare byte for byte."
    if found and origin.endswith("://" + found):
        return f"{found!r} has no scheme."
    return f"{found!r} is not an origin: it is scheme://host[:port] and nothing else."


def duplicate(seen: Seen) -> str:
    """Two layers set it."""
    said = value(failed_response(seen), "access-control-allow-origin")
    direct = seen.direct.exchanges if seen.direct else ()
    found = [layer.title for layer in layers(seen.responses)]
    if direct and not isinstance(direct[-1].response, NoAnswer):
        own = values(direct[-1].response, "access-control-allow-origin")
        if len(own) == 1:
            return (
                f"The application sets {own[0]!r} at its own address; what stands in front of it "
                "adds another."
            )
        if len(own) > 1:
            return "Both values are set by the application: two middlewares, or one and the view."
        return "The application sets none at its own address: both come from in front of it."
    shown = f", of {' and '.join(found)}" if len(found) > 1 else ""
    return (
        f"The header has more than one value ({said}), so two layers set it{shown}: --direct with "
        "the application's own address tells which."
    )
