"""Whether something is about a login: a redirect to its page, or the page itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from cors_wsgi.browser import HTTPResponse
from cors_wsgi.doctor.responses import value

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Seen

_LOGIN: Final = re.compile(
    r"log-?_?in|log-?_?on|sign-?_?in|\bsso\b|oauth|\bauth|saml|\bidp\b|accounts?\.", re.IGNORECASE
)
_PASSWORD_FIELD: Final = re.compile(rb"<input[^>]*type=[\"']?password", re.IGNORECASE)


def is_login_url(url: str) -> bool:
    """Return whether a URL looks like a login page's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return _LOGIN.search(parts.path) is not None or _LOGIN.search(parts.netloc) is not None


def is_login_page(response: HTTPResponse | None) -> bool:
    """Return whether a response is a page with a field for a password."""
    return response is not None and _PASSWORD_FIELD.search(response.body) is not None


def login_url(seen: Seen) -> str | None:
    """Return the login page that the request itself is redirected to, if it is."""
    hop = seen.outcome.hop
    if len(hop.urls) > 1 and is_login_url(hop.url):
        return hop.url
    location = value(seen.actual if isinstance(seen.actual, HTTPResponse) else None, "location")
    target = urljoin(hop.url, location) if location else ""
    return target if is_login_url(target) else None


def leads_to_login(seen: Seen) -> bool:
    """Return whether the request itself is redirected to a login page."""
    return login_url(seen) is not None
