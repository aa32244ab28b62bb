"""The CORS check and the cross-origin resource policy check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cors_wsgi.browser import _lists, _sites, _urls
from cors_wsgi.browser._steps import Failure, Step

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
RESOURCE_POLICY = "Cross-Origin-Resource-Policy"


def allow_origin(response: HTTPResponse) -> str | None:
    """Return the combined value of Access-Control-Allow-Origin: two lines make `a, b`."""
    return _lists.get(response.headers, ALLOW_ORIGIN)


def origin_matches(value: str, origin: str) -> bool:
    """Tell whether the value is the serialised origin, byte for byte."""
    return value == origin


def credentials_allowed(value: str | None) -> bool:
    """Tell whether Access-Control-Allow-Credentials is exactly `true`."""
    return value == "true"


def cors_check(
    response: HTTPResponse, origin: str, *, include: bool, preflight: bool = False
) -> Failure | None:
    """Perform the CORS check (https://fetch.spec.whatwg.org/#concept-cors-check).

    Args:
        response: The response, of the preflight or of the request itself.
        origin: The serialised origin of the request.
        include: Whether the request's credentials mode is `include`.
        preflight: Whether this is the preflight's response.

    Returns:
        None if it passes.
    """
    value = allow_origin(response)
    if value is None:
        step = Step.ORIGIN_ABSENT
    elif value == "*" and not include:
        return None
    elif not origin_matches(value, origin):
        step = Step.ORIGIN_WILDCARD if value == "*" else Step.ORIGIN_DIFFERS
    elif not include:
        return None
    else:
        return _credentials_check(response, preflight=preflight)
    return Failure(step=step, preflight=preflight, header=ALLOW_ORIGIN, value=value, wanted=origin)


def _credentials_check(response: HTTPResponse, *, preflight: bool) -> Failure | None:
    value = _lists.get(response.headers, ALLOW_CREDENTIALS)
    if credentials_allowed(value):
        return None
    return Failure(
        step=Step.CREDENTIALS_NOT_ALLOWED,
        preflight=preflight,
        header=ALLOW_CREDENTIALS,
        value=value,
        wanted="true",
    )


def resource_policy_check(hop: Hop, response: HTTPResponse, engine: Engine) -> Failure | None:
    """Perform the cross-origin resource policy check for a page that requires none itself.

    See https://fetch.spec.whatwg.org/#cross-origin-resource-policy-internal-check.
    """
    value = _lists.get(response.headers, RESOURCE_POLICY)
    origin, target = hop.request.origin, hop.target_origin
    addresses = engine.addresses_share_no_site and _sites.is_address(_urls.host_of(target))
    same_site = (
        not addresses
        and _sites.schemelessly_same_site(origin, target)
        and (origin.startswith("https:") or not target.startswith("https:"))
    )
    blocked = (value == "same-origin" and origin != target) or (
        value == "same-site" and origin != target and not same_site
    )
    if not blocked:
        return None
    return Failure(
        step=Step.RESOURCE_POLICY, header=RESOURCE_POLICY, value=value, wanted="cross-origin"
    )
