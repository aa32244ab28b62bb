"""Reads Envoy's filter `cors` by route."""

from collections.abc import Mapping
from typing import Any

from cors_wsgi.export.raw_paths import AMBIGUOUS_PATH
from cors_wsgi.export.readers.reading import (
    DEFAULT_MAX_AGE,
    Draft,
    Fields,
    NotThisKind,
    Reading,
    mapping,
    names,
    prefix_in,
    sequence,
)
from cors_wsgi.export.targets.envoy import CORS


def read_envoy(data: Any) -> Reading:
    """Read the routes of a virtual host: an object with `routes`."""
    draft = Draft()
    routes = sequence(mapping(data, "an object with 'routes'").get("routes"), "'routes'")
    found = False
    for route in routes:
        match = dict(mapping(mapping(route, "a route").get("match"), "the 'match' of a route"))
        if isinstance(expression := match.pop("safe_regex", None), Mapping):
            match["regex"] = expression.get("regex")
        if match == {"regex": AMBIGUOUS_PATH}:
            draft.by_path = True
            continue
        cors = mapping(route.get("typed_per_filter_config", {}), "a filter's settings").get(CORS)
        found = found or cors is not None
        if (prefix := prefix_in(draft, match)) is not None:
            draft.add(prefix, None if cors is None else _fields(draft, cors))
    if not found:
        raise NotThisKind(f"no route has {CORS!r} in its typed_per_filter_config")
    return draft.finish()


def _fields(draft: Draft, cors: Mapping[str, Any]) -> Fields:
    matchers = sequence(cors.get("allow_origin_string_match"), "'allow_origin_string_match'")
    return {
        "allow_origins": string_matches(draft, matchers, "safe_regex"),
        "allow_methods": names(cors.get("allow_methods")),
        "allow_headers": names(cors.get("allow_headers")),
        "expose_headers": names(cors.get("expose_headers")),
        "max_age": int(cors.get("max_age", DEFAULT_MAX_AGE)),
        "allow_credentials": bool(cors.get("allow_credentials", False)),
    }


def string_matches(draft: Draft, matchers: list[Any], regex: str) -> Any:
    """Read Envoy's, and Istio's, matchers of origins."""
    origins = []
    for matcher in matchers:
        kind = dict(matcher)
        expression = kind.get(regex)
        if isinstance(expression, Mapping):
            expression = expression.get("regex")
        if set(kind) == {"exact"}:
            origins.append(kind["exact"])
        elif set(kind) == {regex} and isinstance(expression, str):
            if (origin := draft.origin(expression)) is not None:
                origins.append(origin)
        else:
            draft.undecided.append(f"the matcher {matcher!r} allows more than a policy can say")
    return "*" if "*" in origins else origins
