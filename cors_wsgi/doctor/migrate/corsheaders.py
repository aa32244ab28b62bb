"""From django-cors-headers: its settings, and every behaviour that changes.

Read in django-cors-headers 4.9, `conf.py` and `middleware.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi.doctor.migrate.migration import (
    NAMELESS,
    Change,
    Draft,
    migrate,
    path_prefix,
    read_headers,
    read_methods,
    read_origins,
)

if TYPE_CHECKING:
    from cors_wsgi.doctor.migrate.migration import Migration

LIBRARY: Final = "django-cors-headers"
_FRAME: Final = """from cors_wsgi import {names}

MIDDLEWARE = [
    "django_cors_wsgi.middleware.CORSMiddleware",  # first; corsheaders goes
    # ...
]
CORS_POLICY = {policy}"""

# Older names of the settings, which 4.9 still reads.
_OLD_NAMES: Final = {
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGIN_ALLOW_ALL",
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGIN_REGEX_WHITELIST",
}
_METHODS: Final = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")
_HEADERS: Final = (
    "accept",
    "authorization",
    "content-type",
    "user-agent",
    "x-csrftoken",
    "x-requested-with",
)
_ALWAYS: Final = (
    Change(
        "a preflight's answer",
        "status 200, where the middleware stands in MIDDLEWARE",
        "status 204 (`preflight_status=200` keeps 200), before every other middleware",
    ),
    Change(
        "OPTIONS without Origin, with Access-Control-Request-Method",
        "answered by the middleware",
        "your views': it is no preflight",
    ),
    Change(
        "other OPTIONS requests",
        "got Access-Control-Allow-Methods, -Headers and -Max-Age",
        "get what every response gets",
    ),
    Change(
        "CORS headers that a view or a library sets",
        "stayed for an origin that was refused",
        "are replaced, or removed for an origin that is refused",
    ),
)


def migration(settings: Any) -> Migration:
    """Translate the settings of a Django project.

    Args:
        settings: `django.conf.settings`, or what has the same attributes.
    """

    def get(name: str, default: Any) -> Any:
        return getattr(settings, name, getattr(settings, _OLD_NAMES.get(name, name), default))

    draft = Draft()
    _origins(draft, get)
    read_methods(draft, get("CORS_ALLOW_METHODS", _METHODS))
    read_headers(draft, get("CORS_ALLOW_HEADERS", _HEADERS), "CORS_ALLOW_HEADERS")
    if get("CORS_ALLOW_CREDENTIALS", False):
        draft.fields["allow_credentials"] = True
    if exposed := get("CORS_EXPOSE_HEADERS", ()):
        draft.fields["expose_headers"] = list(exposed)
    _max_age(draft, get("CORS_PREFLIGHT_MAX_AGE", 86400))
    if get("CORS_ALLOW_PRIVATE_NETWORK", False):
        draft.change(
            "CORS_ALLOW_PRIVATE_NETWORK", "was sent", "not sent: browsers no longer ask for it"
        )
    path = _path(draft, get("CORS_URLS_REGEX", r"^.*$"))
    return migrate(LIBRARY, "the settings", {path: draft}, [*_signals(), *_ALWAYS], _FRAME)


def _origins(draft: Draft, get: Any) -> None:
    credentials = bool(get("CORS_ALLOW_CREDENTIALS", False))
    if get("CORS_ALLOW_ALL_ORIGINS", False):
        _any_origin(draft, credentials=credentials)
        return
    listed = get("CORS_ALLOWED_ORIGINS", ())
    read_origins(draft, listed, credentials=credentials, option="CORS_ALLOWED_ORIGINS")
    for entry in get("CORS_ALLOWED_ORIGIN_REGEXES", ()):
        regex = entry if isinstance(entry, re.Pattern) else re.compile(entry)
        draft.fields["allow_origins"].append(regex)
        if not regex.pattern.endswith(("$", r"\Z")):
            draft.change(
                "CORS_ALLOWED_ORIGIN_REGEXES",
                f"{regex.pattern!r} let in every origin that begins so",
                "it has to match the whole origin",
            )


def _any_origin(draft: Draft, *, credentials: bool) -> None:
    if credentials:
        draft.fields["allow_origins"] = [NAMELESS]
        draft.leave(
            "CORS_ALLOW_ALL_ORIGINS with CORS_ALLOW_CREDENTIALS",
            "every site could act as your user, and read the answers",
            "no policy can say that: name your pages' origins",
        )
        return
    draft.fields["allow_origins"] = ["*"]
    draft.change("Vary: Origin", "sent on every response", "not sent: the header is always '*'")


def _max_age(draft: Draft, seconds: Any) -> None:
    if seconds:
        draft.fields["max_age"] = int(seconds)
        return
    draft.fields["max_age"] = 5
    draft.change(
        "CORS_PREFLIGHT_MAX_AGE",
        "0 left the header out, so browsers kept the answer for 5 s",
        "max_age=5 says the same; max_age=0 would have nothing kept",
    )


def _path(draft: Draft, given: Any) -> str:
    pattern = getattr(given, "pattern", given)
    prefix = path_prefix(pattern)
    if prefix is None:
        draft.leave(
            "CORS_URLS_REGEX",
            f"{pattern!r} chose the paths",
            "the policy governs every path: write PathPolicies, by prefix, or a function",
        )
        return "/"
    if prefix != "/":
        draft.change(
            "CORS_URLS_REGEX",
            f"{pattern!r} was compared with the path's beginning",
            f"{prefix!r} governs itself and what is below it, by whole segments",
        )
    return prefix


def _signals() -> list[Change]:
    try:
        from corsheaders.signals import check_request_enabled  # noqa: PLC0415 - may be gone
    except ImportError:
        return []
    if not check_request_enabled.receivers:
        return []
    return [
        Change(
            "check_request_enabled",
            "receivers of the signal could let a request in",
            "write a function of the environ that returns a Policy, as CORS_POLICY",
        )
    ]
