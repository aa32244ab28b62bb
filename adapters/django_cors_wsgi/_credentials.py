"""Checks of what requests with credentials depend on besides the policy."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's
from django.utils.http import is_same_domain

from cors_wsgi import Policy

_SESSIONS: Final = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF: Final = "django.middleware.csrf.CsrfViewMiddleware"


class Written(NamedTuple):
    """A policy, and where it is written."""

    where: str
    policy: Policy


def check_cookies(with_credentials: Sequence[Written]) -> Iterator[CheckMessage]:
    """Check that browsers send the session's cookie from the pages of another site."""
    where = ", ".join(each.where for each in with_credentials if not _is_local(each.policy))
    if not where or _SESSIONS not in settings.MIDDLEWARE:
        return
    if settings.SESSION_COOKIE_SAMESITE in ("Lax", "Strict"):
        yield Warning(
            f"SESSION_COOKIE_SAMESITE is {settings.SESSION_COOKIE_SAMESITE!r}: a session is "
            "anonymous to the pages of another site, though the policy allows credentials.",
            "If your pages are on another site, write SESSION_COOKIE_SAMESITE = 'None' "
            "and SESSION_COOKIE_SECURE = True; CSRF_COOKIE_SAMESITE likewise. Other hosts "
            "of the same domain are the same site: then silence this check.",
            obj=where,
            id="cors_wsgi.W005",
        )
    if not settings.SESSION_COOKIE_SECURE:
        yield Warning(
            "SESSION_COOKIE_SECURE is not True: browsers send a cookie to another site's "
            "requests only if it is Secure, though the policy allows credentials.",
            "Serve over https and write SESSION_COOKIE_SECURE = True.",
            obj=where,
            id="cors_wsgi.W006",
        )


def _is_local(policy: Policy) -> bool:
    """Tell whether all pages are on this machine: all ports of localhost are one site."""
    origins = policy.origins
    return not origins.regexes and all(origin.is_loopback for origin in origins.parsed())


def check_csrf(with_credentials: Sequence[Written]) -> Iterator[CheckMessage]:
    """Check that CSRF's own check of `Origin` lets the allowed origins pass."""
    if _CSRF not in settings.MIDDLEWARE:
        return
    for where, policy in with_credentials:
        origins = [str(origin) for origin in policy.origins.parsed()]
        if refused := [origin for origin in origins if not _is_trusted(origin)]:
            trusted = [*settings.CSRF_TRUSTED_ORIGINS, *refused]
            by_port = " Write each port of ':*'." if any(":*" in o[6:] for o in refused) else ""
            yield Warning(
                f"{', '.join(refused)} may send requests with credentials, but "
                "CsrfViewMiddleware answers 403 to those that change something.",
                f"Write CSRF_TRUSTED_ORIGINS = {trusted!r}.{by_port}",
                obj=where,
                id="cors_wsgi.W007",
            )


def _is_trusted(origin: str) -> bool:
    """Tell whether CSRF_TRUSTED_ORIGINS has an origin, or a pattern of origins.

    As `CsrfViewMiddleware` compares them; it has no pattern for ports, so any origin
    that differs by its port will do for one.
    """
    scheme, _, authority = origin.partition("://")
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        if trusted == origin:
            return True
        parsed = urlsplit(trusted)
        if parsed.scheme != scheme:
            continue
        if "*" in trusted and is_same_domain(authority, parsed.netloc.lstrip("*")):
            return True
        if authority.endswith(":*") and parsed.netloc.startswith(authority[:-1]):
            return True
    return False
