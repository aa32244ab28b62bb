"""Why a preflight fails, from what was seen."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cors_wsgi.doctor.check.diagnosis.failed import failed_preflight
from cors_wsgi.doctor.check.diagnosis.failure import (
    UNREACHED,
    answers_for_application,
    blocker,
)
from cors_wsgi.doctor.check.diagnosis.layers import author
from cors_wsgi.doctor.check.diagnosis.login import is_login_page, is_login_url
from cors_wsgi.doctor.check.diagnosis.origin import passes_on_strangers
from cors_wsgi.doctor.check.diagnosis.redirects import final_url, is_downgrade
from cors_wsgi.doctor.responses import cache_sign, value

if TYPE_CHECKING:
    from cors_wsgi.browser import HTTPResponse
    from cors_wsgi.doctor.check.probe import Seen

_TITLE: Final = re.compile(rb"<title[^>]*>\s*([^<]{1,80})", re.IGNORECASE)


def _get_status(seen: Seen) -> int | None:
    response = seen.probed("get")
    return response.status if response else None


def get_answers(seen: Seen) -> str:
    """Return what a GET of the same URL gets, as part of a sentence."""
    status = _get_status(seen)
    return f"GET of the same URL answers {status}" if status else "GET got no answer either"


def _slash_hint(seen: Seen) -> str:
    slash = seen.probe("slash")
    if slash and slash.passes:
        return f" With the other spelling it would pass: call {slash.request.url}."
    return ""


def no_route(seen: Seen) -> str:
    """Explain a 405."""
    if passes_on_strangers(seen):
        return _passed_on(seen)
    response = failed_preflight(seen)
    writer = author(response) if response else None
    if writer is not None and writer.role == "proxy":
        return (
            f"{writer.title} itself answers OPTIONS with 405, as for a file: {get_answers(seen)}."
        )
    allow = value(response, "allow")
    listed = f" (it allows {allow})" if allow else ""
    return (
        f"The route knows only its own methods{listed}: {get_answers(seen)}, and nothing answers "
        f"preflights before routing.{_slash_hint(seen)}"
    )


def not_found(seen: Seen) -> str:
    """Explain a 404."""
    if passes_on_strangers(seen):
        return _passed_on(seen)
    status = _get_status(seen)
    if status in {404, 410}:
        return (
            f"The path itself is missing: GET answers {status} too. See that the URL is "
            f"right.{_slash_hint(seen)}"
        )
    return (
        f"The path exists ({get_answers(seen)}), but no route takes OPTIONS, and nothing answers "
        f"preflights before routing.{_slash_hint(seen)}"
    )


def _passed_on(seen: Seen) -> str:
    return (
        f"A CORS layer is there (GET varies by Origin), and its list lacks {seen.target.origin}: "
        "it passes the preflight on, and no route takes OPTIONS."
    )


def auth(seen: Seen) -> str:
    """Explain a 401 or 403."""
    response, status = failed_preflight(seen), _get_status(seen)
    if response is not None and re.search(rb"csrf", response.body, re.IGNORECASE):
        return "CSRF protection refuses the preflight before CORS is asked."
    writer = author(response) if response else None
    if writer and writer.role == "proxy" and response and response.status == status == 403:
        return f"{writer.title} itself refuses every request here, OPTIONS included: see its rules."
    challenge = value(response, "www-authenticate")
    asks = f" It asks for {challenge.split(' ')[0]}." if challenge else ""
    elsewhere = seen.probed("elsewhere")
    if response and elsewhere and elsewhere.status == response.status:
        return (
            "A login check answers every request under this path before CORS is asked, and "
            f"browsers never send cookies or Authorization with a preflight.{asks}"
        )
    if status in {401, 403}:
        return (
            f"A login is demanded for every method ({get_answers(seen)}), and browsers never send "
            f"cookies or Authorization with a preflight.{asks}"
        )
    return (
        f"OPTIONS is refused while {get_answers(seen)}: a login check runs before CORS, and "
        f"browsers never send cookies or Authorization with a preflight.{asks}"
    )


def server_error(seen: Seen) -> str:
    """Explain a 5xx."""
    response, status = failed_preflight(seen), _get_status(seen)
    if seen.raised:
        return f"The application raised {seen.raised} while it answered."
    if response is not None and response.status in UNREACHED:
        return cannot_reach(response)
    if status is not None and status >= 500:
        return f"The service itself fails: GET answers {status} too. This is no CORS problem."
    return (
        "A handler runs for the preflight and fails, perhaps because it expects a body or a user: "
        f"{get_answers(seen)}."
    )


def cannot_reach(response: HTTPResponse) -> str:
    """Explain a gateway's error."""
    writer = author(response)
    if writer is None and response.status == 503:
        return "The service says that it is not available (503): see its log, or try again later."
    who = writer.title if writer else "What is in front"
    return f"{who} cannot reach the application ({response.status}): see that it is up."


def redirect(seen: Seen) -> str:
    """Explain a redirect."""
    there_url = final_url(seen)
    here, there = urlsplit(seen.target.url), urlsplit(there_url)
    if is_login_url(there_url):
        return f"The preflight is sent to a login page, {there_url}: a login check runs first."
    if is_downgrade(seen):
        return downgrade(seen)
    if here.netloc.partition(":")[0] == there.netloc.partition(":")[0]:
        if here.scheme != there.scheme and here.path == there.path:
            return f"The server moves {here.scheme} to {there.scheme}: call {there_url}."
        if here.path.rstrip("/") == there.path.rstrip("/"):
            return f"The redirect is about the slash at the end: call {there_url}."
        if there.path.endswith(here.path):
            return f"The redirect puts a prefix before the path: call {there_url}."
    return f"The address has moved: call {there_url}."


def downgrade(seen: Seen) -> str:
    """Explain a redirect from https to http."""
    return (
        f"The server moves https to http, with a redirect to {final_url(seen)}: behind a proxy "
        "that ends TLS, an application takes every request for http unless it is told otherwise."
    )


def page(seen: Seen) -> str:
    """Explain a web page."""
    response = failed_preflight(seen)
    body = response.body if response else b""
    title = _TITLE.search(body)
    named = f" ({html.unescape(title[1].decode(errors='replace')).strip()})" if title else ""
    if is_login_page(response):
        return f"A login page{named} answers the preflight with 200: a login check runs first."
    elsewhere, good = seen.probed("elsewhere"), seen.probed("get")
    if elsewhere is not None and elsewhere.body == body and (good is None or good.body == body):
        return (
            f"A catch-all page{named} answers every path, this one included: the request does not "
            "reach the API, or nothing there answers preflights."
        )
    return f"A page{named} answers the preflight, not the API: no route takes OPTIONS here."


def blocked_by_proxy(seen: Seen) -> str:
    """Explain what is in front."""
    layer = blocker(seen) or answers_for_application(seen)
    good = seen.probed("get")
    if layer is not None and good is not None and good.status >= 400 and author(good) == layer:
        return (
            f"{layer.title} itself refuses every request here, OPTIONS included "
            f"({get_answers(seen)}): see its rules."
        )
    if layer is not None:
        return (
            f"{layer.title} answers OPTIONS itself, and the application never sees it: "
            f"{get_answers(seen)}."
        )
    return (
        "At its own address, the application answers the preflight well; what is in front does not."
    )


def stale(seen: Seen) -> str:
    """Explain a cached answer to OPTIONS."""
    sign = cache_sign(failed_preflight(seen))
    return f"A cache answers OPTIONS ({sign}); a URL that it has not seen passes. Purge it."


def other_status(seen: Seen) -> str:
    """Explain any other status."""
    response = failed_preflight(seen)
    if response is None:
        return ""
    if response.status == 501:
        return (
            f"The server does not know the method OPTIONS (501), and {get_answers(seen)}: "
            "preflights have to be answered by something in it or in front of it."
        )
    return (
        f"Something that expects a real request answered the preflight {response.status}, and only "
        f"200 to 299 pass. {get_answers(seen)}."
    )
