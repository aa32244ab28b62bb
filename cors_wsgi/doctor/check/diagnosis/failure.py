"""Which failure it is: the model's id, made more exact by what was seen around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cors_wsgi.browser import HTTPResponse, NetworkError, NoAnswer, Step
from cors_wsgi.doctor.check.diagnosis.failed import failed_preflight, failed_response
from cors_wsgi.doctor.check.diagnosis.layers import author, challenger, is_in_front, layers
from cors_wsgi.doctor.check.diagnosis.redirects import plain_http_url
from cors_wsgi.doctor.check.diagnosis.refusals import refused_by_cors_layer
from cors_wsgi.doctor.hosts import is_blocked_port
from cors_wsgi.doctor.responses import cache_sign, value, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from cors_wsgi.doctor.check.diagnosis.layers import Layer
    from cors_wsgi.doctor.check.probe import Seen

MIXED_CONTENT: Final = "mixed-content"
PORT_BLOCKED: Final = "port-blocked"

_ALLOW_ORIGIN: Final = "access-control-allow-origin"


# A gateway cannot reach what is behind it; Cloudflare has statuses of its own for that.
UNREACHED: Final = frozenset({502, 503, 504, *range(520, 528), 530})


def is_down(seen: Seen) -> bool:
    """Return whether the server does not answer anybody: what is in front cannot reach it."""
    response, plain = failed_response(seen), seen.probed("get")
    if response is None or response.status < 500:
        return False
    reached = response.status not in UNREACHED
    return not reached or (
        plain is not None and plain.status >= 500 and failed_preflight(seen) is not None
    )


def is_stand_in(seen: Seen) -> bool:
    """Return whether what failed is a GET in the place of a request that was not sent."""
    exchanges = seen.outcome.exchanges
    passes = seen.outcome.shared and plain_http_url(seen) is None
    if not seen.stand_in or passes or not exchanges or exchanges[-1].preflight:
        return False
    return isinstance(exchanges[-1].response, HTTPResponse)  # or else nothing answers anything


def failure_id(seen: Seen) -> str | None:
    """Return the id of what blocks the fetch; None if nothing does, or if it cannot be told."""
    # Whatever the server says: no browser asks it.
    if is_blocked_port(seen.target.url):
        return PORT_BLOCKED
    plain = plain_http_url(seen)
    if plain == seen.outcome.hop.urls[0]:
        return MIXED_CONTENT
    outcome = seen.outcome
    if is_stand_in(seen):
        return None
    if plain is not None:
        return MIXED_CONTENT
    if not isinstance(outcome, NetworkError):
        return None
    refined = next(filter(None, (rule(seen) for rule in _RULES)), None)
    return refined or outcome.failure or "redirect-cross-origin"


def _bodyless_204(seen: Seen) -> str | None:
    """Recognise an application's own 204 that is lost in a layer in front of it."""
    direct = seen.direct.exchanges if seen.direct else ()
    if not direct or not isinstance(direct[0].response, HTTPResponse):
        return None
    plain = seen.probe("get")
    if plain is not None and (plain.response is None or plain.response.status >= 500):
        return None  # nothing gets through, with a body or without
    lost = isinstance(seen.preflight, NoAnswer) or (
        isinstance(seen.preflight, HTTPResponse) and seen.preflight.status in {502, 504}
    )
    return "content-length-204" if lost and direct[0].response.status == 204 else None


def _stale_preflight(seen: Seen) -> str | None:
    fresh = seen.probe("fresh")
    if failed_preflight(seen) and fresh and fresh.passes and cache_sign(failed_preflight(seen)):
        return "preflight-cached-stale"
    return None


def _poisoned(seen: Seen) -> str | None:
    """Recognise a stale copy: a URL that no cache has seen gets the right headers."""
    response, fresh = failed_response(seen), seen.probe("fresh")
    if response is None or failed_preflight(seen) or not fresh or not fresh.passes:
        return None
    outcome = seen.outcome
    by_origin = isinstance(outcome, NetworkError) and outcome.step in {
        Step.ORIGIN_ABSENT,
        Step.ORIGIN_DIFFERS,
    }
    same = fresh.response is not None and fresh.response.status == response.status
    single = len(values(response, _ALLOW_ORIGIN)) < 2
    return "cache-poisoned" if by_origin and same and single else None


def blocker(seen: Seen) -> Layer | None:
    """Return the layer that answered the preflight in the application's place, if one did."""
    response, good = failed_preflight(seen), seen.probed("get")
    if response is None or not (400 <= response.status < 500 or response.status == 501):
        return None
    if response.status in {401, 404, 407, 410}:
        return None
    writer = author(response)
    if writer is not None and good is not None and author(good) != writer:
        # No server refuses OPTIONS for a file of its own with 403, unless it is told to.
        told = response.status == 403 and good.status < 400 and writer.role == "proxy"
        return writer if told or is_in_front(writer, good) else None
    if writer is not None:
        return writer if writer.role == "edge" else None
    return _unnamed_blocker(response, good)


def _unnamed_blocker(response: HTTPResponse, good: HTTPResponse | None) -> Layer | None:
    """Return an edge that answered without its own page: the application's marks are missing."""
    here, there = layers([response]), layers([good] if good else [])
    edges = [layer for layer in here if layer.role == "edge"]
    own = {layer for layer in there if layer.role in {"framework", "server"}}
    return edges[0] if edges and own and not own & set(here) else None


def _blocked_by_proxy(seen: Seen) -> str | None:
    response = failed_preflight(seen)
    if blocker(seen) is not None or answers_for_application(seen) is not None:
        return "preflight-blocked-by-proxy"
    direct = seen.direct.exchanges if seen.direct else ()
    if response is None or not 400 <= response.status < 500 or not direct:
        return None
    beyond = len(direct) > 1 or (seen.direct is not None and seen.direct.shared)
    return "preflight-blocked-by-proxy" if beyond else None


def answers_for_application(seen: Seen) -> Layer | None:
    """Return the proxy that answers OPTIONS itself with 200, without CORS headers, if one does.

    GET of the same URL is allowed, and shows the application's marks, which the answer lacks.
    """
    response, good = failed_preflight(seen), seen.probe("get")
    if response is None or not 200 <= response.status < 300 or good is None or not good.passes:
        return None
    if value(response, _ALLOW_ORIGIN) is not None:
        return None
    here, there = layers([response]), layers([good.response] if good.response else [])
    own = {layer for layer in there if layer.role in {"framework", "server"}}
    fronts = [layer for layer in here if layer.role in {"edge", "proxy"}]
    return fronts[0] if fronts and own and not own & set(here) else None


def front_that_answers(seen: Seen) -> Layer | None:
    """Return what is in front of the application, if it wrote the answer on which the fetch failed.

    Either the page is its own, or the answer lacks what the application's server leaves on others.
    """
    response = failed_response(seen)
    if response is None:
        return None
    writer = author(response)
    if writer is not None:
        return writer if writer.role in {"edge", "proxy"} else None
    here, there = layers([response]), layers(seen.responses)
    own = {layer for layer in there if layer.role == "server" or layer.id == "express"}
    signed = [layer for layer in here if layer in own]
    if len(own) > 1 and [layer.id for layer in signed] == ["express"]:
        return signed[0]  # it hands other requests on, to a server that signs them
    fronts = [layer for layer in here if layer.role in {"edge", "proxy"}]
    if fronts and fronts[0].id == "envoy" and _is_envoys_own(response, seen):
        return fronts[0]
    return fronts[0] if fronts and own and not signed else None


def _is_envoys_own(response: HTTPResponse, seen: Seen) -> bool:
    """Tell whether Envoy, which signs for the server behind it, lacks the time that this took."""
    handed_on = [value(one, "x-envoy-upstream-service-time") for one in (response, *seen.responses)]
    return handed_on[0] is None and any(handed_on)


# What may be lost or changed on the way from the application.
_LOSABLE: Final = frozenset(
    {
        "credentials-missing",
        "error-without-cors",
        "header-missing",
        "method-missing",
        "origin-invalid",
        "origin-mismatch",
        "origin-missing",
        "origin-undefined",
        "origin-wildcard-credentials",
        "preflight-html-200",
    }
)


def _lost(seen: Seen) -> str | None:
    """Recognise headers that are lost on the way: at its own address, the application allows it."""
    outcome = seen.outcome
    if seen.direct is None or not seen.direct.shared or not isinstance(outcome, NetworkError):
        return None
    if outcome.failure not in _LOSABLE:
        return None
    return "preflight-blocked-by-proxy" if failed_preflight(seen) else "lost-at-proxy"


def _redirect_loop(seen: Seen) -> str | None:
    outcome = seen.outcome
    looped = isinstance(outcome, NetworkError) and outcome.step is Step.REDIRECT_LIMIT
    return "redirect-loop" if looped else None


def _challenge(seen: Seen) -> str | None:
    response = failed_response(seen)
    return "bot-challenge" if response is not None and challenger(response) else None


def _rate_limit(seen: Seen) -> str | None:
    response = failed_response(seen)
    if response is None:
        return None
    # A dead application is 502 or 504 to nginx; its own 503 is `limit_req` or `limit_conn`.
    writer = author(response)
    limited = response.status == 503 and writer is not None and writer.id == "nginx"
    return "rate-limited" if response.status == 429 or limited else None


def _own_options(seen: Seen) -> str | None:
    """Recognise a list of methods, which is no web page, whatever its type: Express sends it so."""
    outcome = seen.outcome
    if not isinstance(outcome, NetworkError) or outcome.failure != "preflight-html-200":
        return None
    response = failed_preflight(seen)
    page = response is not None and response.body.lstrip().startswith(b"<")
    return None if page and value(response, "allow") is None else "origin-missing"


def _unknown_method(seen: Seen) -> str | None:
    response = failed_preflight(seen)
    return "preflight-status" if response is not None and response.status == 501 else None


def _joined_duplicate(seen: Seen) -> str | None:
    """Recognise two values on one line, which a hop has joined from two layers."""
    lines = values(failed_response(seen), _ALLOW_ORIGIN)
    parts = [part.strip(" \t") for part in lines[0].split(",")] if len(lines) == 1 else []
    return "origin-duplicate" if len(parts) > 1 and (len(set(parts)) == 1 or "*" in parts) else None


_RULES: Final[tuple[Callable[[Seen], str | None], ...]] = (
    _redirect_loop,
    _challenge,
    _bodyless_204,
    _stale_preflight,
    _poisoned,
    refused_by_cors_layer,
    _rate_limit,
    _blocked_by_proxy,
    _lost,
    _joined_duplicate,
    _own_options,
    _unknown_method,
)
