"""System checks: what in the settings would make CORS, or what depends on it, fail.

Each kind of problem has an id of its own. What is wrong or questionable in a policy has
its code in the id: `cors_wsgi.origin-undefined`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's
from django.urls import get_resolver

from cors_wsgi import InvalidPolicy, PathPolicies, Policy, Problem
from cors_wsgi.adapting import Mark, unreached
from django_cors_wsgi._credentials import Written, check_cookies, check_csrf
from django_cors_wsgi._setting import EXAMPLE, SETTING, read_policy
from django_cors_wsgi._views import marks

APP: Final = "django_cors_wsgi"
MIDDLEWARE: Final = "django_cors_wsgi.middleware.CORSMiddleware"


def messages() -> list[CheckMessage]:
    """Check all that CORS depends on, if it is this package's business."""
    if MIDDLEWARE not in settings.MIDDLEWARE and not apps.is_installed(APP):
        return []
    reached = [*marks(get_resolver())] if getattr(settings, "ROOT_URLCONF", None) else []
    said = [*_place(), *_peers(), *_lost(reached)]
    written, found = _setting()
    said += found
    for mark in dict.fromkeys(reached):
        if mark.policy is not None:
            written.append(Written(mark.where, mark.policy))
            said += (_said(Warning, mark.where, w) for w in mark.policy.warnings)
    with_credentials = [each for each in written if each.policy.allow_credentials]
    return [*said, *check_cookies(with_credentials), *check_csrf(with_credentials)]


def _place() -> Iterator[CheckMessage]:
    """Check where the middleware stands."""
    if MIDDLEWARE not in settings.MIDDLEWARE:
        yield Warning(
            "CORSMiddleware is not in MIDDLEWARE, so no response gets CORS headers.",
            f"Write MIDDLEWARE = [{MIDDLEWARE!r}, ...]. If you wrap the WSGI application "
            "in cors_wsgi.CORSMiddleware instead, silence this check.",
            id="cors_wsgi.W001",
        )
    elif before := [*settings.MIDDLEWARE[: settings.MIDDLEWARE.index(MIDDLEWARE)]]:
        yield Warning(
            f"CORSMiddleware is not the first of MIDDLEWARE: {', '.join(before)} can "
            "answer or redirect a preflight, and its own answers have no CORS headers.",
            f"Move {MIDDLEWARE!r} to the top of MIDDLEWARE.",
            id="cors_wsgi.W002",
        )


def _peers() -> Iterator[CheckMessage]:
    """Check that no other layer sets the same headers."""
    installed = [name for name in settings.INSTALLED_APPS if name.startswith("corsheaders")]
    installed += [name for name in settings.MIDDLEWARE if name.startswith("corsheaders.")]
    if installed:
        yield Warning(
            "django-cors-headers is installed too: two layers set CORS headers.",
            f"Remove {' and '.join(map(repr, installed))} from the settings, and its "
            "settings: all that it did is in CORS_POLICY.",
            id="cors_wsgi.W003",
        )


def _lost(reached: Sequence[Mark]) -> Iterator[CheckMessage]:
    """Check that every mark governs something."""
    for where in unreached(reached):
        yield Warning(
            "this cors_policy governs nothing: no URL leads to it.",
            "Put it above the decorators that do not use functools.wraps, such as @api_view, "
            "or give the view a URL. Included URLconfs have no mark: write their prefix in "
            "CORS_POLICY.",
            obj=where,
            id="cors_wsgi.W004",
        )


def _setting() -> tuple[list[Written], list[CheckMessage]]:
    """Check the setting itself, and return the policies in it."""
    hint = f"Write, for example:\n\n{EXAMPLE}"
    try:
        source = read_policy()
    except LookupError as error:
        # Nobody reads it where the WSGI application is wrapped.
        wrapped = MIDDLEWARE not in settings.MIDDLEWARE
        return [], [] if wrapped else [Error(f"{error}.", hint, id="cors_wsgi.E001")]
    except InvalidPolicy as error:
        return [], [_said(Error, SETTING, problem) for problem in error.problems]
    except (ImportError, TypeError) as error:
        return [], [Error(f"{error}.", hint, obj=SETTING, id="cors_wsgi.E002")]
    if isinstance(source, Policy):
        written = [Written(SETTING, source)]
    elif isinstance(source, PathPolicies):
        policies = source.policies.items()
        written = [Written(f"{SETTING}[{path!r}]", policy) for path, policy in policies if policy]
    else:
        return [], []  # a function: what it returns, it alone knows
    return written, [_said(Warning, SETTING, warning) for warning in source.warnings]


def _said(level: type[Error | Warning], where: str, problem: Problem) -> CheckMessage:
    said = f"{problem.field}: {problem.value!r:.80} {problem.message}"
    return level(said, problem.hint, obj=where, id=f"cors_wsgi.{problem.code}")
