"""System checks: what in the settings would make CORS, or what depends on it, fail.

Each kind of problem has an id of its own. What is wrong or questionable in a policy has
its code in the id: `cors_wsgi.origin-undefined`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.checks import (
    CheckMessage,
    Error,
    Tags,
    Warning,  # noqa: A004 - Django's
    register,
)
from django.urls import get_resolver
from django.utils.module_loading import import_string

from cors_wsgi import HostPolicies, InvalidPolicy, PathPolicies, Policy, Problem
from cors_wsgi.adapting import ViewPolicy
from django_cors_wsgi._credentials import Written, check_cookies, check_csrf
from django_cors_wsgi._decorator import VIEW_POLICIES
from django_cors_wsgi._setting import EXAMPLE, SETTING, read_policy
from django_cors_wsgi._views import routed_policies

APP: Final = "django_cors_wsgi"
MIDDLEWARE: Final = "django_cors_wsgi.middleware.CORSMiddleware"

# The settings of django-cors-headers that people have, old names included.
_STALE: Final = (
    "CORS_ALLOWED_ORIGINS",
    "CORS_ALLOWED_ORIGIN_REGEXES",
    "CORS_ALLOW_ALL_ORIGINS",
    "CORS_ALLOW_CREDENTIALS",
    "CORS_ALLOW_HEADERS",
    "CORS_ALLOW_METHODS",
    "CORS_EXPOSE_HEADERS",
    "CORS_ORIGIN_ALLOW_ALL",
    "CORS_ORIGIN_REGEX_WHITELIST",
    "CORS_ORIGIN_WHITELIST",
    "CORS_PREFLIGHT_MAX_AGE",
    "CORS_URLS_REGEX",
)


@register(Tags.security)
def check_cors(**_: Any) -> Sequence[CheckMessage]:
    """Check everything that CORS depends on, if this package is in use."""
    ours = _our_middleware()
    if not ours and not apps.is_installed(APP):
        return []
    has_urls = getattr(settings, "ROOT_URLCONF", None)
    routed = [*routed_policies(get_resolver())] if has_urls else []
    messages = [
        *_check_position(ours),
        *_check_other_packages(),
        *_check_stale_settings(),
        *_check_unrouted(routed),
    ]
    written, found = _check_setting(is_wrapped=not ours)
    messages += found
    for view in dict.fromkeys(routed):
        if view.policy is not None:
            written.append(Written(view.where, view.policy))
            messages += (_message(Warning, view.where, each) for each in view.policy.warnings)
    with_credentials = [each for each in written if each.policy.allow_credentials]
    return [*messages, *check_cookies(with_credentials), *check_csrf(with_credentials)]


def _our_middleware() -> list[str]:
    """Return the entries of MIDDLEWARE that are this package's, or classes derived from it."""
    own = import_string(MIDDLEWARE)
    return [name for name in settings.MIDDLEWARE if name == MIDDLEWARE or _is_derived(name, own)]


def _is_derived(name: str, own: type) -> bool:
    try:
        found = import_string(name)
    except Exception:  # whatever its module does; Django reports it when it serves
        return False
    return isinstance(found, type) and issubclass(found, own)


def _check_position(ours: Sequence[str]) -> Iterator[CheckMessage]:
    """Check the position of the middleware.

    Args:
        ours: The entries of MIDDLEWARE that are this package's.
    """
    if not ours:
        yield Warning(
            "CORSMiddleware is not in MIDDLEWARE, so no response gets CORS headers.",
            f"Write MIDDLEWARE = [{MIDDLEWARE!r}, ...]. If you wrap the WSGI application "
            "in cors_wsgi.CORSMiddleware instead, silence this check.",
            id="cors_wsgi.W001",
        )
    elif before := [*settings.MIDDLEWARE[: settings.MIDDLEWARE.index(ours[0])]]:
        yield Warning(
            f"CORSMiddleware is not the first of MIDDLEWARE: {', '.join(before)} can "
            "answer or redirect a preflight, and its own answers have no CORS headers.",
            f"Move {ours[0]!r} to the top of MIDDLEWARE.",
            id="cors_wsgi.W002",
        )
    if len(ours) > 1:
        yield Warning(
            "CORSMiddleware is in MIDDLEWARE more than once: two layers set CORS headers.",
            f"Keep the first {ours[0]!r}, and remove the others.",
            id="cors_wsgi.W003",
        )


def _check_other_packages() -> Iterator[CheckMessage]:
    """Check that no other layer sets the same headers."""
    installed = [name for name in settings.INSTALLED_APPS if name.startswith("corsheaders")]
    installed += [name for name in settings.MIDDLEWARE if name.startswith("corsheaders.")]
    if installed:
        yield Warning(
            "django-cors-headers is installed too: two layers set CORS headers.",
            f"Remove {' and '.join(map(repr, installed))} from the settings, and its own "
            "settings: CORS_POLICY takes their place.",
            id="cors_wsgi.W003",
        )


def _check_stale_settings() -> Iterator[CheckMessage]:
    """Check for settings of django-cors-headers, which nothing reads any more."""
    stale = [name for name in _STALE if hasattr(settings, name)]
    if stale:
        yield Warning(
            f"{', '.join(stale)}: these are settings of django-cors-headers, and this package "
            "does not read them.",
            "Run 'cors-wsgi policy --from corsheaders --django "
            f"{settings.SETTINGS_MODULE}': it prints the CORS_POLICY that does the same. Then "
            "remove them.",
            id="cors_wsgi.W008",
        )


def _check_unrouted(routed: Sequence[ViewPolicy]) -> Iterator[CheckMessage]:
    """Check that every view policy governs something."""
    for where in VIEW_POLICIES.unrouted(routed):
        yield Warning(
            "this cors_policy governs nothing: no URL leads to it.",
            "Put it above the decorators that do not use functools.wraps, such as @api_view, "
            "or give the view a URL. Included URLconfs cannot have one: write their path in "
            "CORS_POLICY.",
            obj=where,
            id="cors_wsgi.W004",
        )


def _check_setting(*, is_wrapped: bool) -> tuple[list[Written], list[CheckMessage]]:
    """Check the setting itself, and return the policies in it.

    Args:
        is_wrapped: Whether the WSGI application may be wrapped instead: nothing reads the setting.
    """
    hint = f"Write, for example:\n\n{EXAMPLE}"
    try:
        source = read_policy()
    except LookupError as error:
        return [], [] if is_wrapped else [Error(f"{error}.", hint, id="cors_wsgi.E001")]
    except InvalidPolicy as error:
        return [], [_message(Error, SETTING, problem) for problem in error.problems]
    except (ImportError, TypeError) as error:
        return [], [Error(f"{error}.", hint, obj=SETTING, id="cors_wsgi.E002")]
    if not isinstance(source, Policy | PathPolicies | HostPolicies):
        return [], []  # a function: only calling it would tell what it returns
    written = [*_written(SETTING, source)]
    return written, [_message(Warning, SETTING, warning) for warning in source.warnings]


def _written(where: str, source: Policy | PathPolicies | HostPolicies | None) -> Iterator[Written]:
    """Yield the policies in a setting, with where each is written."""
    if isinstance(source, Policy):
        yield Written(where, source)
    elif source is not None:
        for key, policy in source.policies.items():
            yield from _written(f"{where}[{key!r}]", policy)


def _message(level: type[Error | Warning], where: str, problem: Problem) -> CheckMessage:
    message = f"{problem.field}: {problem.value!r:.80} {problem.message}"
    return level(message, problem.hint, obj=where, id=f"cors_wsgi.{problem.code}")
