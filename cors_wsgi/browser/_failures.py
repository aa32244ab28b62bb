"""From a network error to the failure's id, and the reason in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser import _check, _lists, _mime, _standard, _urls
from cors_wsgi.browser._steps import Failure, Step

if TYPE_CHECKING:
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse

# The words for what is not set, in many languages; `(null)` is Apache's.
_UNDEFINED = frozenset({"", "none", "null", "(null)", "undefined", "nan", "false"})
_PREFLIGHT_STATUS_IDS = {
    401: "preflight-auth",
    403: "preflight-auth",
    404: "preflight-404",
    405: "preflight-405",
    407: "preflight-auth",
    410: "preflight-404",
}
_STEP_IDS = {
    Step.NO_ANSWER: "preflight-no-answer",
    Step.CREDENTIALS_NOT_ALLOWED: "credentials-missing",
    Step.ORIGIN_WILDCARD: "origin-wildcard-credentials",
    Step.LIST_UNPARSABLE: "list-unparsable",
    Step.METHOD_NOT_ALLOWED: "method-missing",
    Step.NON_WILDCARD_HEADER: "header-missing",
    Step.HEADER_NOT_ALLOWED: "header-missing",
    Step.REDIRECT_CREDENTIALS: "redirect-cross-origin",
    Step.REDIRECT_LOCATIONS: "redirect-cross-origin",
    Step.REDIRECT_LOCATION: "redirect-cross-origin",
}


def failure_id(hop: Hop, failure: Failure, response: HTTPResponse | None) -> str | None:
    """Return the failure's id; None where the catalogue has none (a mode, a resource policy)."""
    if failure.preflight and response is not None and not _standard.is_ok_status(response.status):
        return _preflight_status_id(response)
    if response is None or failure.step not in {Step.ORIGIN_ABSENT, Step.ORIGIN_DIFFERS}:
        return _STEP_IDS.get(failure.step)
    if is_from_shared_cache(response):
        return "cache-poisoned"
    if len(hop.urls) > 1 or _is_redirect(response):
        return "redirect-cross-origin"
    if failure.step is Step.ORIGIN_ABSENT:
        return _absent_id(failure, response)
    return origin_value_id(response)


def _preflight_status_id(response: HTTPResponse) -> str:
    """Return the id for a preflight's status, the root of whatever else is wrong with it."""
    if response.status in _PREFLIGHT_STATUS_IDS:
        return _PREFLIGHT_STATUS_IDS[response.status]
    if response.status >= 500:
        return "preflight-5xx"
    return "preflight-redirect" if _is_redirect(response) else "preflight-status"


def is_from_shared_cache(response: HTTPResponse) -> bool:
    """Tell whether a cache answered, and may have stored the answer to somebody else's request.

    A response with Age was not made for this request (RFC 9111, section 5.1); one that varies by
    Origin was at least stored for the same origin.
    """
    vary = _lists.get(response.headers, "Vary") or ""
    varies = {field.strip(" \t").lower() for field in vary.split(",")}
    return _lists.get(response.headers, "Age") is not None and not varies & {"origin", "*"}


def _is_redirect(response: HTTPResponse) -> bool:
    location = _lists.get(response.headers, "Location")
    return response.status in _standard.REDIRECT_STATUSES and location is not None


def _absent_id(failure: Failure, response: HTTPResponse) -> str:
    content_type = _lists.get(response.headers, "Content-Type") or ""
    is_page = response.body and _mime.essence(content_type) == "text/html"
    if failure.preflight and is_page:
        return "preflight-html-200"
    if not failure.preflight and response.status >= 400:
        return "error-without-cors"
    return "origin-missing"


def origin_value_id(response: HTTPResponse) -> str:
    """Return the id for an Access-Control-Allow-Origin that is there but does not match."""
    values = _lists.get_all(response.headers, _check.ALLOW_ORIGIN)
    if len(values) > 1:
        return "origin-duplicate"
    if values[0].lower() in _UNDEFINED:
        return "origin-undefined"
    return "origin-mismatch" if _urls.is_serialized_origin(values[0]) else "origin-invalid"


def reason(failure: Failure, response: HTTPResponse | None) -> str:
    """Return what went wrong, in a sentence."""
    if failure.header is not None:
        return _header_reason(failure, response)
    what = "preflight" if failure.preflight else "request"
    sentences = {
        Step.NO_ANSWER: f"The {what} got no HTTP answer: {failure.value}.",
        Step.BLOCKED_PORT: f"Browsers send nothing to the port of {failure.value}.",
        Step.STREAM: f"The body is a stream, and this browser needs {failure.wanted}.",
        Step.SAME_ORIGIN_MODE: f"Mode 'same-origin' does not allow a request to {failure.value}.",
        Step.PREFLIGHT_STATUS: (
            f"The preflight was answered {failure.value}; only {failure.wanted} pass."
        ),
    }
    return sentences.get(failure.step, f"The request ended at: {failure.step.place}.")


def _header_reason(failure: Failure, response: HTTPResponse | None) -> str:
    value = "absent" if failure.value is None else repr(failure.value)
    star = ", which `*` does not cover here" if "*" in value else ""
    if failure.step is Step.METHOD_NOT_ALLOWED:
        return f"{failure.header} is {value}; it must list the method {failure.wanted}{star}."
    if failure.step in {Step.HEADER_NOT_ALLOWED, Step.NON_WILDCARD_HEADER}:
        return f"{failure.header} is {value}; it must list the header {failure.wanted}{star}."
    if failure.header == "Location":
        return f"The redirect to {failure.value} cannot be followed: it needs {failure.wanted}."
    whose = "the preflight's response" if failure.preflight else "the response"
    status = f" ({response.status})" if response is not None else ""
    return f"{failure.header} of {whose}{status} is {value}; it must be {failure.wanted!r}."
