"""What governs a FastAPI or Starlette application, for the tools."""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette

from cors_wsgi import Policy
from cors_wsgi.adapting import (
    EXAMPLE,
    AsyncPolicyFunction,
    CannotRead,
    GovernedApplication,
    GovernedView,
)
from fastapi_cors_wsgi._extension import CORS, STATE
from fastapi_cors_wsgi._views import routed_policies, view_policy_for


def governed(app: Starlette, where: str) -> GovernedApplication:
    """Return what governs an application, its views with policies of their own included.

    Args:
        app: The application.
        where: What to call it.

    Raises:
        CannotRead: If it is behind no policy, or an asynchronous function chooses it.
    """
    found: CORS | None = getattr(app.state, STATE, None)
    if found is None:
        raise CannotRead(f"{where} is behind no policy: write CORS(app, {EXAMPLE})")
    source = found.policy
    if isinstance(source, AsyncPolicyFunction):
        raise CannotRead(f"{where}: an asynchronous function chooses its policy")

    def resolve(environ: Mapping[str, Any]) -> Policy | None:
        scope = _scope(environ)
        view_policy = view_policy_for(app, scope)
        return view_policy.policy if view_policy else source.policy_for(scope)

    views = dict.fromkeys(routed_policies(app.routes))
    return GovernedApplication(
        where,
        source,
        views=tuple(GovernedView(view.where, view.policy) for view in views),
        resolve=resolve,
    )


def _scope(environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ASGI scope of the request that a WSGI environ describes."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower().encode(), value.encode("latin-1"))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    path = environ.get("PATH_INFO", "").encode("latin-1").decode(errors="surrogateescape")
    scope = {"type": "http", "method": environ.get("REQUEST_METHOD", "GET"), "path": path}
    return {**scope, "root_path": "", "query_string": b"", "headers": headers}
