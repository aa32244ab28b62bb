"""Reads the `corsPolicy` of Istio's VirtualService."""

import re
from collections.abc import Mapping
from typing import Any

from cors_wsgi.export.raw_paths import AMBIGUOUS_PATH
from cors_wsgi.export.readers.envoy import string_matches
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


def read_istio(data: Any) -> Reading:
    """Read a VirtualService."""
    if mapping(data, "a VirtualService").get("kind") != "VirtualService":
        raise NotThisKind("it is no VirtualService")
    draft = Draft()
    for route in sequence(mapping(data.get("spec"), "'spec'").get("http"), "'spec.http'"):
        cors = route.get("corsPolicy")
        for match in route.get("match", [{"uri": {"prefix": "/"}}]):
            uri = mapping(match.get("uri"), "the 'uri' of a match")
            if uri == {"regex": AMBIGUOUS_PATH}:
                draft.by_path = True
            elif set(match) != {"uri"}:
                draft.undecided.append(f"the match {match!r} depends on more than the path")
            elif (prefix := prefix_in(draft, uri)) is not None:
                draft.add(prefix, None if cors is None else _fields(draft, cors))
    return draft.finish()


def _fields(draft: Draft, cors: Mapping[str, Any]) -> Fields:
    origins = sequence(cors.get("allowOrigins"), "'allowOrigins'")
    return {
        "allow_origins": string_matches(draft, origins, "regex"),
        "allow_methods": names(cors.get("allowMethods")),
        "allow_headers": names(cors.get("allowHeaders")),
        "expose_headers": names(cors.get("exposeHeaders")),
        "max_age": _seconds(draft, cors.get("maxAge", f"{DEFAULT_MAX_AGE}s")),
        "allow_credentials": bool(cors.get("allowCredentials", False)),
    }


def _seconds(draft: Draft, duration: str) -> int:
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", duration)
    if not parts or not duration:
        draft.undecided.append(f"the duration {duration!r} is not one of hours, minutes, seconds")
        return 0
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds
