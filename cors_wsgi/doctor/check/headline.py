"""The verdict in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cors_wsgi import catalogue
from cors_wsgi.browser import HTTPResponse, NetworkError
from cors_wsgi.doctor.check.diagnosis.failed import failed_response

if TYPE_CHECKING:
    from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis
    from cors_wsgi.doctor.check.probe import Seen

_BY_STATUS: Final = frozenset(
    {"preflight-404", "preflight-405", "preflight-5xx", "preflight-auth", "preflight-status"}
)


def headline(seen: Seen, diagnosis: Diagnosis) -> str:
    """Return what happened, as it goes on after "Blocked: "."""
    failure = diagnosis.failure
    if failure is None:
        return _without_failure(seen, diagnosis)
    response = failed_response(seen)
    wanted = seen.outcome.evidence.wanted if isinstance(seen.outcome, NetworkError) else None
    if failure in _BY_STATUS and response is not None:
        return f"the preflight was answered {response.status}"
    if failure == "error-without-cors" and response is not None:
        return f"the answer is a {response.status} without CORS headers"
    if failure == "method-missing":
        return f"{seen.outcome.request.method} is not an allowed method"
    if failure == "header-missing" and wanted and _is_name(wanted):
        return f"{_written(seen, wanted)} is not an allowed header"
    title = catalogue.failure(failure).title
    return title if title.startswith("Access-Control") else title[0].lower() + title[1:]


def _without_failure(seen: Seen, diagnosis: Diagnosis) -> str:
    if diagnosis.verdict == "unknown":
        return f"{seen.target.method} was not sent"
    actual = seen.actual
    if isinstance(actual, HTTPResponse) and actual.status >= 400 and not seen.stand_in:
        return f"the page can read the answer, which is {actual.status} {actual.reason}".rstrip()
    if seen.stand_in:
        passes = "the preflight passes, and " if seen.preflight is not None else ""
        return f"{passes}a GET in its place can be read"
    return "the page can read the answer"


def _is_name(text: str) -> bool:
    return " " not in text and "," not in text


def _written(seen: Seen, name: str) -> str:
    """Return a header as script writes it."""
    return next((one for one, _ in seen.target.headers if one.lower() == name.lower()), name)
