"""An application in this process, examined on the scheme that it serves pages on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from cors_wsgi.browser import HTTPResponse, origin_of
from cors_wsgi.doctor.check.probe import examine
from cors_wsgi.doctor.responses import value
from cors_wsgi.doctor.transport.in_process import ProcessTransport

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.probe import Seen
    from cors_wsgi.doctor.targets import Target
    from cors_wsgi.transports import AnyApplication


def examine_application(target: Target, app: AnyApplication, **options: Any) -> Seen:
    """Examine an application, over https if it redirects plain http there.

    Args:
        target: What to ask for, over plain http.
        app: The application.
        options: As for `examine`.
    """
    seen = examine(target, ProcessTransport(app, origin_of(target.url)), **options)
    secure = replace(target, url=_secure(target.url))
    if not _leads_to(seen, secure.url):
        return seen
    return examine(secure, ProcessTransport(app, origin_of(secure.url)), **options)


def _secure(url: str) -> str:
    return url.replace("http://", "https://", 1)


def _leads_to(seen: Seen, url: str) -> bool:
    """Return whether the fetch was answered with a redirect to a URL."""
    answers = [(one.request, one.response) for one in seen.outcome.exchanges]
    return any(
        isinstance(answer, HTTPResponse)
        and 300 <= answer.status < 400
        and urljoin(request.url, value(answer, "location") or "") == url
        for request, answer in answers
    )
