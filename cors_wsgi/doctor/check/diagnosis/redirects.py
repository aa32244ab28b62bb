"""Where redirects lead a fetch, and whether what is sent there is still from the page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from cors_wsgi.browser import origin_of
from cors_wsgi.doctor.check.diagnosis.failed import failed_response
from cors_wsgi.doctor.hosts import is_mixed_content
from cors_wsgi.doctor.responses import value

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Seen


def final_url(seen: Seen) -> str:
    """Return where the redirects lead, as far as they show."""
    url, response = seen.outcome.hop.url, failed_response(seen)
    if response is None or not 300 <= response.status < 400:
        return url
    try:
        return urljoin(url, value(response, "location") or "")
    except ValueError:
        return url


def loses_origin(seen: Seen) -> bool:
    """Return whether the redirects lead to where browsers say `Origin: null`.

    No policy allows that, so no header on the way helps.
    See https://fetch.spec.whatwg.org/#concept-request-tainted-origin.
    """
    hop = seen.outcome.hop
    try:
        there = origin_of(final_url(seen))
    except ValueError:
        return False
    return hop.is_tainted or hop.target_origin not in {there, hop.request.origin}


def is_downgrade(seen: Seen) -> bool:
    """Return whether the redirects lead from https to plain http."""
    return seen.target.url.startswith("https:") and final_url(seen).startswith("http:")


def plain_http_url(seen: Seen) -> str | None:
    """Return the URL that an https page is kept from, if it or a redirect asks for one."""
    if seen.address is None:
        return None  # in process, nothing is sent
    urls = seen.outcome.hop.urls
    return next((url for url in urls if is_mixed_content(seen.target.origin, url)), None)
