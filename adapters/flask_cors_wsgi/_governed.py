"""What governs a Flask application, for the tools."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from cors_wsgi import Policy
from cors_wsgi.adapting import EXAMPLE, CannotRead, GovernedApplication, GovernedView
from flask_cors_wsgi._application import EXTENSION, GovernedFlask
from flask_cors_wsgi._views import routed_policies


def governed(app: Flask, where: str) -> GovernedApplication:
    """Return what governs an application, its views with policies of their own included.

    Args:
        app: The application.
        where: What to call it.

    Raises:
        CannotRead: If it is behind no policy.
    """
    found: GovernedFlask | None = app.extensions.get(EXTENSION)
    if found is None:
        raise CannotRead(f"{where} is behind no policy: write CORS(app, {EXAMPLE})")

    def resolve(environ: Mapping[str, Any]) -> Policy | None:
        return found.policy_for(dict(environ))

    views = dict.fromkeys(routed_policies(app))
    return GovernedApplication(
        where,
        found.policy,
        views=tuple(GovernedView(view.where, view.policy) for view in views),
        resolve=resolve,
        remarks=tuple(found.gaps()),
    )
