"""From django-cors-headers: its settings, and every behaviour that changes.

Read in django-cors-headers 4.9, `conf.py` and `middleware.py`. Its system checks would find some
of the mistakes that are told here, but servers do not run them.
"""

from __future__ import annotations

import difflib
import inspect
import pkgutil
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.urls import URLResolver, get_resolver
from django.utils.module_loading import import_string

from cors_wsgi._origins.parser import parse
from cors_wsgi.adapting import CannotRead
from cors_wsgi.doctor.migrate import code
from cors_wsgi.doctor.migrate.by_hand import set_by_hand
from cors_wsgi.doctor.migrate.code import Code, Entry
from cors_wsgi.doctor.migrate.draft import Draft
from cors_wsgi.doctor.migrate.expressions import take_expression
from cors_wsgi.doctor.migrate.migration import Change
from cors_wsgi.doctor.migrate.paths import UnreadablePath, reaches
from cors_wsgi.doctor.sources import set_up_django

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cors_wsgi.doctor.migrate.migration import Migration

LIBRARY: Final = "django-cors-headers"
_MIDDLEWARE: Final = "corsheaders.middleware.CorsMiddleware"
_REPLACEMENT: Final = "django_cors_wsgi.middleware.CORSMiddleware"
_FRAME: Final = """{import}
INSTALLED_APPS = [
    "django_cors_wsgi",  # instead of "corsheaders"
    # ...
]
MIDDLEWARE = [
    "django_cors_wsgi.middleware.CORSMiddleware",  # first, instead of corsheaders'
    # ...
]
CORS_POLICY = {policy}"""
_DEFAULTS: Final[dict[str, Any]] = {
    "CORS_ALLOW_ALL_ORIGINS": False,
    "CORS_ALLOWED_ORIGINS": (),
    "CORS_ALLOWED_ORIGIN_REGEXES": (),
    "CORS_ALLOW_CREDENTIALS": False,
    "CORS_ALLOW_METHODS": ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"),
    "CORS_ALLOW_HEADERS": (
        "accept",
        "authorization",
        "content-type",
        "user-agent",
        "x-csrftoken",
        "x-requested-with",
    ),
    "CORS_EXPOSE_HEADERS": (),
    "CORS_PREFLIGHT_MAX_AGE": 86400,
    "CORS_ALLOW_PRIVATE_NETWORK": False,
    "CORS_URLS_REGEX": r"^.*$",
}
# Older names of the settings, which 4.9 still reads where the new one is missing.
_OLD_NAMES: Final = {
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGIN_ALLOW_ALL",
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGIN_REGEX_WHITELIST",
}
_OURS: Final = frozenset({"CORS_POLICY", "CORS_POLICY_DEBUG"})
_ALWAYS: Final = (
    Change("a preflight's response", "status 200", "204; preflight_status=200 keeps 200"),
    Change(
        "OPTIONS without Origin, with Access-Control-Request-Method",
        "the middleware answered it",
        "it reaches your views: it is no preflight",
    ),
    Change(
        "other OPTIONS requests",
        "they got Access-Control-Allow-Methods, -Headers and -Max-Age",
        "they get what every response gets",
    ),
    Change(
        "CORS headers that a view or a library sets",
        "they stayed for a refused origin",
        "the policy's replace them; for a refused origin they are removed",
    ),
)


def read(source: str) -> Migration:
    """Translate the settings of a Django project.

    Args:
        source: The settings module.

    Raises:
        CannotRead: If they cannot be imported, or neither corsheaders' middleware nor the one
            that replaces it is listed.
    """
    set_up_django(source)
    middleware = _middleware(django_settings.MIDDLEWARE)
    own = [name for name, made_by in middleware.items() if _is_cors(made_by)]
    if not own and _REPLACEMENT in middleware:  # its settings are still there
        middleware = {
            _MIDDLEWARE if name == _REPLACEMENT else name: made_by
            for name, made_by in middleware.items()
        }
        own = [_MIDDLEWARE]
    if not own:
        raise CannotRead(
            f"{source}: {_MIDDLEWARE!r} is not in MIDDLEWARE, so its settings have no effect"
            f"{_settings_in(source)}"
        )
    if own[0] != _MIDDLEWARE:
        raise CannotRead(f"{source}: {own[0]} is corsheaders' middleware with rules of its own")
    return translate(django_settings, source, middleware)


def _settings_in(source: str) -> str:
    """Name the modules of a package of settings."""
    inside = pkgutil.iter_modules(getattr(sys.modules.get(source), "__path__", []))
    names = [f"{source}.{module.name}" for module in inside]
    return f". It is a package: give the module that you use, {' or '.join(names)}" if names else ""


def _middleware(listed: Iterable[str]) -> dict[str, Any]:
    """Import middleware; what cannot be imported is none that Django could start with."""
    found = {}
    for name in listed:
        with suppress(Exception):
            found[name] = import_string(name)
    return found


def _is_cors(made_by: Any) -> bool:
    return inspect.isclass(made_by) and any(
        f"{cls.__module__}.{cls.__qualname__}" == _MIDDLEWARE for cls in made_by.__mro__
    )


def translate(settings: Any, where: str, middleware: Mapping[str, Any]) -> Migration:
    """Translate settings.

    Args:
        settings: `django.conf.settings`, or an object with the same attributes.
        where: What to call them.
        middleware: What makes each middleware, by its path in the settings.
    """

    def get(name: str) -> Any:
        older = getattr(settings, _OLD_NAMES.get(name, name), _DEFAULTS[name])
        return getattr(settings, name, older)

    draft = _draft(get)
    paths = [*_paths(draft, get("CORS_URLS_REGEX"))]
    others = [
        made_by
        for name, made_by in middleware.items()
        if name != _MIDDLEWARE and not _is_cors(made_by)
    ]
    extras = [*_ignored(settings), *_signals(), *_above([*middleware])]
    extras += set_by_hand([*others, *_views()])
    changes = [*draft.changes, *extras, *_ALWAYS]
    return code.migration(LIBRARY, where, Code(_FRAME, paths), changes)


def _draft(get: Callable[[str], Any]) -> Draft:
    draft = Draft()
    if draft.flag("CORS_ALLOW_CREDENTIALS", get("CORS_ALLOW_CREDENTIALS")):
        draft.fields["allow_credentials"] = True
    if draft.flag("CORS_ALLOW_ALL_ORIGINS", get("CORS_ALLOW_ALL_ORIGINS")):
        draft.any_origin("CORS_ALLOW_ALL_ORIGINS")
        if not draft.credentials:
            draft.change("Vary: Origin", "it was sent on every response", "'*' needs no Vary")
    else:
        for entry in _listed(draft, get, "CORS_ALLOWED_ORIGINS"):
            _origin(draft, entry)
        for entry in _listed(draft, get, "CORS_ALLOWED_ORIGIN_REGEXES"):
            take_expression(draft, "CORS_ALLOWED_ORIGIN_REGEXES", entry)
    draft.note_nobody("CORS_ALLOWED_ORIGINS")
    draft.methods("CORS_ALLOW_METHODS", _listed(draft, get, "CORS_ALLOW_METHODS", wildcard="*"))
    draft.headers("CORS_ALLOW_HEADERS", _listed(draft, get, "CORS_ALLOW_HEADERS", wildcard="*"))
    draft.expose("CORS_EXPOSE_HEADERS", _listed(draft, get, "CORS_EXPOSE_HEADERS", wildcard="*"))
    draft.max_age("CORS_PREFLIGHT_MAX_AGE", get("CORS_PREFLIGHT_MAX_AGE"))
    draft.private_network("CORS_ALLOW_PRIVATE_NETWORK", get("CORS_ALLOW_PRIVATE_NETWORK"))
    return draft


def _listed(draft: Draft, get: Callable[[str], Any], name: str, *, wildcard: str = "") -> list[Any]:
    """Return what a setting lists. A text was read letter by letter."""
    value = get(name)
    if not isinstance(value, str):
        return [*value] if value is not None else []
    if value and value == wildcard:
        return [value]
    if value:
        draft.decide(
            name,
            f"{value!r} is text where a list is meant, and was read letter by letter",
            f"left out: write [{value!r}]",
        )
    return []


def _origin(draft: Draft, entry: Any) -> None:
    """Take over an origin; scheme, host and port are compared, and a path is ignored."""
    name = "CORS_ALLOWED_ORIGINS"
    if entry == "null" or not isinstance(entry, str):
        draft.origin(name, entry)
        return
    try:
        parts = urlsplit(entry)
    except ValueError:
        draft.decide(name, f"{entry!r} is no URL, and failed every request", "left out")
        return
    if not (parts.scheme or parts.netloc):
        # `Origin: null` has neither, too.
        draft.decide(
            name,
            f"{entry!r} has no scheme, and allowed 'null', which every site can send",
            f"left out: write {_with_scheme(entry)!r}",
        )
        return
    origin = f"{parts.scheme}://{parts.netloc}"
    if parse(origin)[1]:
        draft.origin(name, entry)  # which says what is wrong with it
        return
    draft.origin(name, origin)
    if origin != entry:
        draft.change(name, repr(entry), f"{origin!r}: an origin has no path")


def _with_scheme(entry: str) -> str:
    suggested = f"https://{entry.strip().strip('/')}"
    return suggested if not parse(suggested)[1] else "https://app.example"


def _paths(draft: Draft, given: Any) -> Iterator[Entry]:
    pattern = given.pattern if isinstance(given, re.Pattern) else given
    flags = given.flags if isinstance(given, re.Pattern) else 0
    name = "CORS_URLS_REGEX"
    try:
        found = reaches(pattern, flags)
    except UnreadablePath:
        found = []
    if not found or any(reach.exact for reach in found):
        draft.decide(
            name,
            f"{pattern!r} chose the paths, which no list of prefixes describes",
            "left out: CORS is off; write the prefixes, or @cors_policy above the views",
        )
        yield Entry("/", None, [(f"Left to decide: the paths of {pattern!r} had", draft)])
        return
    for reach in found:
        if reach.drops_siblings:
            draft.change(
                name,
                f"{pattern!r} matched every path that begins so",
                f"{reach.path!r} and what is below, by whole segments",
            )
        if reach.drops_likes:
            draft.change(name, f"a dot in {pattern!r} stood for any character", "a dot alone")
        for path in reach.added:
            draft.change(
                name,
                f"{pattern!r} did not match {path!r}",
                f"widened: {reach.path!r} governs it too",
            )
        yield Entry(reach.path, draft)


def _ignored(settings: Any) -> Iterator[Change]:
    """Return the settings that look like its own, and are not read."""
    known = {*_DEFAULTS, *_OLD_NAMES.values()}
    for name in sorted(dir(settings)):
        if not name.startswith("CORS_") or name in known | _OURS:
            continue
        if name == "CORS_REPLACE_HTTPS_REFERER":
            becomes = "left out: CSRF_TRUSTED_ORIGINS is Django's setting for that"
        else:
            near = difflib.get_close_matches(name, known, 1, 0.8)
            becomes = f"left out: did you mean {near[0]}?" if near else "left out"
        yield Change(name, "django-cors-headers did not read it", becomes, to_decide=False)
    for name, older in _OLD_NAMES.items():
        if hasattr(settings, name) and hasattr(settings, older):
            yield Change(older, f"{name} was read instead", "left out")


def _above(middleware: list[str]) -> Iterator[Change]:
    """Say what changes for the middleware that answered before corsheaders'."""
    names = middleware[: middleware.index(_MIDDLEWARE)] if _MIDDLEWARE in middleware else []
    if names:
        yield Change(
            f"middleware listed above corsheaders': {', '.join(names)}",
            "it could refuse or redirect preflights, and its responses had no CORS headers",
            "preflights are answered before it, and every response has them",
        )


def _views(resolver: Any = None) -> Iterator[Any]:
    """Yield the views of a project, if its URLs can be imported."""
    with suppress(Exception):
        for pattern in (resolver or get_resolver()).url_patterns:
            if isinstance(pattern, URLResolver):
                yield from _views(pattern)
            else:
                yield pattern.callback


def _signals() -> list[Change]:
    try:
        from corsheaders.signals import check_request_enabled  # noqa: PLC0415 - may be uninstalled
    except ImportError:
        return []
    if not check_request_enabled.receivers:
        return []
    return [
        Change(
            "check_request_enabled",
            "receivers of the signal could allow a request",
            "left out: write a function of the environ that returns a Policy, as CORS_POLICY",
            to_decide=True,
        )
    ]
