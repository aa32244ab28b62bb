"""The policy of the view that serves a request: Django's own resolver finds the view.

An included URLconf is not a view and cannot carry a policy; a path in `CORS_POLICY` does the same.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.utils import translation

from cors_wsgi import Policy
from cors_wsgi.adapting import (
    ViewPolicy,
    called_view,
    has_view_policies,
    is_preflight,
    view_not_found,
    view_policy_of,
)


def policy_of_view(
    request: HttpRequest, environ: Mapping[str, Any], policy: Policy | None
) -> Policy | None:
    """Return the policy of the view that serves a request, or else that of the settings.

    Args:
        request: The request.
        environ: The request as it arrived.
        policy: What the settings have for it.
    """
    if not has_view_policies():
        return policy
    try:
        view_policy = view_policy_for(request, environ)
    except Exception:
        # A path converter that asks a database, for example. Django reports it when it serves.
        return view_not_found(request.path_info)
    return view_policy.policy if view_policy else policy


def view_policy_for(request: HttpRequest, environ: Mapping[str, Any]) -> ViewPolicy | None:
    """Return the policy of the view that serves a request, or `None`.

    A preflight is resolved as the request that it asks about.

    Args:
        request: The request.
        environ: The request as it arrived.
    """
    match = request.resolver_match  # Django sets it when it has found the view
    view = match.func if match else _view_of(request)
    if view is None:
        return None
    method = environ["REQUEST_METHOD"]
    if is_preflight(environ):
        method = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
    return view_policy_of(*_candidates(view, method.lower()))


def routed_policies(resolver: URLResolver) -> Iterator[ViewPolicy]:
    """Yield the view policies that a URLconf leads to."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            for method in ("", *_methods(pattern.callback)):
                for candidate in _candidates(pattern.callback, method):
                    if found := view_policy_of(candidate):
                        yield found
        else:
            yield from routed_policies(pattern)


def _view_of(request: HttpRequest) -> Callable[..., Any] | None:
    """Return the view that a request's path leads to, as LocaleMiddleware would resolve it.

    That is also the view which a redirect leads to, of APPEND_SLASH or to a language: its pages
    must be able to read that response too.
    """
    resolver = get_resolver(getattr(request, "urlconf", None))
    path = request.path_info
    language = translation.get_language_from_path(path)
    slashes = ("", "/") if settings.APPEND_SLASH and not path.endswith("/") else ("",)
    with translation.override(language or settings.LANGUAGE_CODE):
        # Whichever language the redirect leads to, the view is the same.
        prefixes = ("",) if language else ("", f"/{translation.get_language()}")
        for prefix, slash in product(prefixes, slashes):
            try:
                return resolver.resolve(f"{prefix}{path}{slash}").func
            except Resolver404:
                continue
    return None


def _view_class(view: Any) -> Any:
    view = called_view(view)
    return getattr(view, "cls", None) or getattr(view, "view_class", None)


def _methods(view: Any) -> list[str]:
    """Return the methods, in lower case, that a class-based view could have handlers for."""
    return [*getattr(_view_class(view), "http_method_names", ())]


def _candidates(view: Any, method: str) -> Iterator[Any]:
    """Yield what can carry a view policy, the most specific first.

    Args:
        view: What the resolver returned.
        method: The request's method in lower case, of any content.
    """
    view_class = _view_class(view)
    # Only handlers: an attribute of any name that a request brings would be too much.
    if method in getattr(view_class, "http_method_names", ()):
        # The viewsets of Django REST framework call their handlers actions.
        actions = getattr(called_view(view), "actions", {})
        if method == "head" and "head" not in actions and not hasattr(view_class, "head"):
            method = "get"  # as Django does
        yield getattr(view_class, actions.get(method, method), None)
    yield view
    yield view_class
