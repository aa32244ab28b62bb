"""A set-up that is there and does not reach the answer: why, and what to move."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from cors_wsgi import HostPolicies, PathPolicies
from cors_wsgi.doctor.check.fixing.django import prefix_of, settings_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cors_wsgi.doctor.check.fixing.application import Application

_MIDDLEWARE = "django_cors_wsgi.middleware.CORSMiddleware"


class Placement(NamedTuple):
    """Where to change something, what and why, and the code; empty if there is none."""

    where: str
    text: str
    code: str = ""


def why_not_reached(
    application: Application, environ: Mapping[str, Any], *, governs: bool
) -> Placement:
    """Say why the answer does not come from the policy that is there.

    Args:
        application: The application at hand, which has a policy.
        environ: The request's environ.
        governs: Whether a policy governs the request's path at all.
    """
    if not governs:
        return _no_policy(application, environ.get("PATH_INFO", "/"))
    if application.stack == "django":
        return misplaced_middleware() or _past_django()
    remarks = application.governed.remarks if application.governed else ()
    if remarks:
        return Placement("where the application is made", ". ".join(remarks) + ".")
    return Placement(
        "where the application is wrapped",
        "The policy allows this, and the answer does not pass through it: something that wraps the "
        "application answers first. Move the policy outside of it.",
    )


def why_denied(application: Application, url: str) -> Placement:
    """Say what helps where no policy can be chosen, so that nobody is allowed.

    Args:
        application: The application at hand.
        url: What was asked for.
    """
    governed = application.governed
    where = f"in {governed.where}" if governed else ""
    if governed is None or not isinstance(governed.source, HostPolicies):
        return Placement(where, "See to that first: no change of a policy helps.")
    asked = urlsplit(url)
    policies = governed.source.policies
    if asked.hostname in policies:
        return Placement(where, "See to that first: no change of a policy helps.")
    other = asked._replace(scheme="https", netloc=next(iter(policies))).geturl()
    return Placement(
        where,
        f"These hosts have policies: {', '.join(policies)}. Add {asked.hostname}, or ask about one "
        f"of these, with a URL in the place of the path: {other}",
    )


def _no_policy(application: Application, path: str) -> Placement:
    """Say what switches CORS off: a path, no path at all, or a view."""
    governed = application.governed
    if governed is None:
        return Placement("", f"CORS is switched off for {path}.")
    where = f"in {governed.where}"
    if isinstance(governed.source, PathPolicies):
        policies = governed.source.policies
        prefix = prefix_of(policies, path)
        if prefix not in policies:
            return Placement(
                where,
                f"No policy governs {path}: the prefixes are {', '.join(policies)}. Add one that "
                "covers it.",
            )
        if policies[prefix] is None:
            return Placement(
                where,
                f"CORS is switched off for {prefix} and what is below it. Give {prefix} a policy, "
                "or the view alone, with `cors_policy`.",
            )
    exempt = next((view.where for view in governed.views if view.policy is None), None)
    if exempt is not None:
        return Placement(
            exempt, "This view is exempt from CORS: give it a policy, or remove the mark."
        )
    return Placement(where, f"CORS is switched off for {path}.")


def misplaced_middleware() -> Placement | None:
    """Return how to put Django's CORS middleware in its place; None if it is there."""
    settings = import_module("django.conf").settings
    where = f"at the end of {settings_file()}"
    if _MIDDLEWARE not in settings.MIDDLEWARE:
        return Placement(
            where,
            "There is a CORS_POLICY, and the middleware that applies it is not in MIDDLEWARE.",
            f'MIDDLEWARE = ["{_MIDDLEWARE}", *MIDDLEWARE]',
        )
    if settings.MIDDLEWARE[0] != _MIDDLEWARE:
        return Placement(
            where,
            f"{settings.MIDDLEWARE[0]} runs before the CORS middleware, and answers in its place. "
            "Move the CORS middleware to the top.",
            f'MIDDLEWARE = sorted(MIDDLEWARE, key="{_MIDDLEWARE}".__ne__)',
        )
    return None


def _past_django() -> Placement:
    return Placement(
        f"at the end of {settings_file()}",
        "The policy allows this, and the answer does not pass through Django's middleware: static "
        "files of `runserver` do not, for example. Serve them with WhiteNoise below the CORS "
        "middleware, or start `runserver --nostatic`.",
    )
