"""What the server has to allow: what the fetch asks for, and what the answers show is allowed."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPMethod
from typing import TYPE_CHECKING, Final

from cors_wsgi._fetch_standard import SAFELISTED_METHODS, is_token
from cors_wsgi.browser import HTTPResponse
from cors_wsgi.catalogue import Wanted, asked_for, name_as_known
from cors_wsgi.doctor.check.probe import STRANGER
from cors_wsgi.doctor.responses import values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cors_wsgi.doctor.check.probe import Seen

# An origin with a host, as browsers serialise it.
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
_KNOWN_METHODS: Final = frozenset(HTTPMethod)
# Safelisted whatever their value is, or nearly: listing them says nothing.
_NEVER_LISTED: Final = frozenset({"accept", "accept-language", "content-language"})
_DEFAULT_MAX_AGE: Final = 600


def requested(seen: Seen) -> Wanted:
    """Return what the fetch itself asks for, in any browser."""
    exchanges = [one for outcome in seen.outcomes.values() for one in outcome.exchanges]
    return asked_for(seen.outcome.request, exchanges)


def wanted(seen: Seen) -> Wanted:
    """Return what the fetch asks for, united with what the answers to it show is allowed."""
    asked = requested(seen)
    responses = list(_answers_to_page(seen))
    given = [set(values(response, _ALLOW_ORIGIN)) for response in responses]
    allowed = set[str]().union(*given)
    # Beside a named origin, `*` lets nobody in: another layer than the list's sets it.
    any_origin = {"*"} in given and not asked.credentials
    others = sorted(
        one for one in allowed - {seen.target.origin, STRANGER} if _ORIGIN.fullmatch(one)
    )
    true = {"true"} & {one for each in responses for one in values(each, _ALLOW_CREDENTIALS)}
    return Wanted(
        origins=(*asked.origins, *others),
        any_origin=any_origin,
        methods=_united(_listed_methods(responses), asked.methods),
        headers=_united_names(_listed(responses, "access-control-allow-headers"), asked.headers),
        credentials=asked.credentials or (bool(true) and not any_origin),
        expose_headers=_united_names(_listed(responses, "access-control-expose-headers"), ()),
        max_age=_shown_max_age(responses),
        complete=True,
    )


def adjusted(asked: Wanted, failure: str) -> Wanted:
    """Return what is wanted with what a failure itself asks for."""
    if failure == "preflight-cached-stale":
        return replace(asked, max_age=_DEFAULT_MAX_AGE)
    if failure == "content-length-204":
        return replace(asked, preflight_status=200)
    return asked


_ALLOW_ORIGIN: Final = "access-control-allow-origin"
_ALLOW_CREDENTIALS: Final = "access-control-allow-credentials"


def _answers_to_page(seen: Seen) -> Iterator[HTTPResponse]:
    origin = ("Origin", seen.target.origin)
    exchanges = [(one.request, one.response) for one in seen.outcome.exchanges]
    exchanges += [(probe.request, probe.answer) for probe in seen.probes]
    for request, answer in exchanges:
        if origin in request.headers and isinstance(answer, HTTPResponse):
            yield answer


def _listed(responses: Iterable[HTTPResponse], name: str) -> list[str]:
    """Return the tokens of a list header in all responses, without lines that do not parse."""
    found: list[str] = []
    for response in responses:
        for line in values(response, name):
            tokens = [token.strip(" \t") for token in line.split(",")]
            if all(map(is_token, tokens)):
                found += tokens
    return found


def _listed_methods(responses: Iterable[HTTPResponse]) -> list[str]:
    """Return what is listed, in capitals where it is meant to be: methods are compared by case."""
    listed = _listed(responses, "access-control-allow-methods")
    return [one.upper() if one.upper() in _KNOWN_METHODS else one for one in listed]


def _united(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    listed = dict.fromkeys((*first, *second))
    return tuple(method for method in listed if method not in SAFELISTED_METHODS)


def _united_names(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for name in (*second, *first):
        if name.lower() not in _NEVER_LISTED:
            names.setdefault(name.lower(), name_as_known(name))
    return tuple(names[key] for key in sorted(names))


def _shown_max_age(responses: Iterable[HTTPResponse]) -> int | None:
    for response in responses:
        for text in values(response, "access-control-max-age"):
            if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 86400:
                return None if int(text) == _DEFAULT_MAX_AGE else int(text)
    return None
