"""`cors_policy`, and the policies that it has given."""

import sys
from typing import Final

from cors_wsgi.adapting import ViewPolicies

# Before this version, including a router copies its views, and nothing says where they are from.
_KEEPS_ROUTERS: Final = (0, 137)


def _check_router(view: object) -> None:
    """Refuse a router whose policy would govern nothing."""
    fastapi = sys.modules.get("fastapi")  # Starlette is enough for everything else
    if fastapi is None or not isinstance(view, fastapi.APIRouter):
        return
    if tuple(map(int, fastapi.__version__.split(".")[:2])) < _KEEPS_ROUTERS:
        raise TypeError(
            "cors_policy can decorate a router with FastAPI 0.137 or later; this is "
            f"{fastapi.__version__}, where the views of an included router do not know it. "
            "Decorate the views, or write PathPolicies for the router's prefix"
        )


VIEW_POLICIES: Final = ViewPolicies(_check_router)

cors_policy: Final = VIEW_POLICIES.cors_policy
