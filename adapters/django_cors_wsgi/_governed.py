"""What governs a Django project, for the tools."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.urls import get_resolver

from cors_wsgi import InvalidPolicy, Policy
from cors_wsgi.adapting import CannotRead, GovernedApplication, GovernedView
from django_cors_wsgi._setting import SETTING, read_policy
from django_cors_wsgi._views import policy_of_view, routed_policies
from django_cors_wsgi.middleware import choose


def governed() -> GovernedApplication:
    """Return what governs the project, its views with policies of their own included.

    Raises:
        CannotRead: If there is no policy in the settings.
    """
    where = f"{SETTING} in {settings.SETTINGS_MODULE}"
    try:
        source = read_policy()
    except InvalidPolicy as error:
        return GovernedApplication(where, None, error.problems)
    except (LookupError, ImportError, TypeError) as error:
        raise CannotRead(f"{settings.SETTINGS_MODULE}: {error}") from error
    routed = getattr(settings, "ROOT_URLCONF", "") and routed_policies(get_resolver())

    def resolve(environ: Mapping[str, Any]) -> Policy | None:
        request = WSGIRequest(dict(environ))
        return policy_of_view(request, environ, choose(source, environ))

    views = tuple(GovernedView(view.where, view.policy) for view in dict.fromkeys(routed))
    return GovernedApplication(where, source, views=views, resolve=resolve)
