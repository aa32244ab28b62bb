"""Which mark governs a request: Django's own resolver says which view serves it.

An included URLconf is not a view and cannot carry a mark; a prefix in `CORS_POLICY` can
say the same.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any, Final

from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.utils import translation

from cors_wsgi.adapting import Mark, is_preflight, mark_of

# Of how many URLconfs it is remembered whether they lead to marks.
_REMEMBERED: Final = 64


def mark_for(request: HttpRequest) -> Mark | None:
    """Return the mark of the view that serves a request, or `None`.

    A preflight is resolved as the request that it asks about. Applications without
    marks are not resolved here.
    """
    urlconf = getattr(request, "urlconf", None)
    try:
        if not _has_marks(urlconf):
            return None
        # It is there once the handler has found the view.
        match = request.resolver_match
        view = match.func if match else _view_of(request.path_info, get_resolver(urlconf))
    except Exception:
        return None  # a URLconf that fails: Django says so itself, when it serves
    environ = request.META
    method = environ["REQUEST_METHOD"]
    if is_preflight(environ):
        method = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
    return mark_of(*_candidates(view, method.lower())) if view else None


def marks(resolver: URLResolver) -> Iterator[Mark]:
    """Return all marks that a URLconf leads to."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            for method in ("", *_methods(pattern.callback)):
                for candidate in _candidates(pattern.callback, method):
                    if mark := mark_of(candidate):
                        yield mark
        else:
            yield from marks(pattern)


@lru_cache(_REMEMBERED)
def _has_marks(urlconf: Any) -> bool:
    return any(marks(get_resolver(urlconf)))


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "ROOT_URLCONF":
        _has_marks.cache_clear()


setting_changed.connect(_forget)


def _view_of(path: str, resolver: URLResolver) -> Callable[..., Any] | None:
    """Return the view that a path leads to, as LocaleMiddleware would have it resolved.

    With APPEND_SLASH, that is also the view which a redirect leads to: its pages must be
    able to read that answer too.
    """
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    paths = [path]
    if settings.APPEND_SLASH and not path.endswith("/"):
        paths.append(f"{path}/")
    with translation.override(language):
        for candidate in paths:
            try:
                return resolver.resolve(candidate).func
            except Resolver404:
                continue
    return None


def _view_class(view: Any) -> Any:
    return getattr(view, "cls", None) or getattr(view, "view_class", None)


def _methods(view: Any) -> list[str]:
    """Return the methods, in lower case, that a class-based view could have handlers for."""
    while isinstance(view, partial):
        view = view.func
    return [*getattr(_view_class(view), "http_method_names", ())]


def _candidates(view: Any, method: str) -> Iterator[Any]:
    """Return what can carry the mark, the most specific first.

    Args:
        view: what the resolver returned.
        method: the request's, in lower case; it may be anything.
    """
    while isinstance(view, partial):
        view = view.func
    view_class = _view_class(view)
    # Not any attribute that a stranger names.
    if method in getattr(view_class, "http_method_names", ()):
        for name in (method, "get") if method == "head" else (method,):
            # The viewsets of Django REST framework call their handlers actions.
            handler = getattr(view, "actions", {}).get(name, name)
            yield getattr(view_class, handler, None)
    yield view
    yield view_class
