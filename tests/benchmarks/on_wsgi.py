"""The candidates of plain WSGI: the bare application, the limit, ours, and wsgicors."""

from typing import Any

import wsgicors
from benchmarks.cases import HEADERS, MAX_AGE, METHODS, Case, Setup
from benchmarks.yardsticks import Limit, application, policy

from cors_wsgi import CORSMiddleware


def with_wsgicors(app: Any, setup: Setup) -> Any:
    """Return the application behind wsgicors, which knows no policy by path."""
    patterns = [f"https://*.{name}.example" for name in setup.team_names()]
    return wsgicors.CORS(
        app,
        origin=" ".join(setup.exact_origins() + patterns),
        methods=",".join(METHODS),
        headers="*" if setup.reflect else ", ".join(HEADERS),
        credentials="true",
        maxage=str(MAX_AGE),
    )


def candidates(case: Case) -> dict[str, Any]:
    """Return the applications to compare on a case, the baseline first."""
    app = application(case.setup)
    found = {
        "bare": app,
        "limit": Limit(app),
        "limit fn": Limit(app).__call__,
        "ours": CORSMiddleware(app, policy(case.setup)),
    }
    if not case.setup.paths and "wsgicors" not in case.without:
        found["wsgicors"] = with_wsgicors(app, case.setup)
    return found
