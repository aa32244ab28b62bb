"""Reads the filter `CORS` of the Kubernetes Gateway API's HTTPRoute."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from cors_wsgi.export.readers.reading import (
    DEFAULT_MAX_AGE,
    Draft,
    Fields,
    NotThisKind,
    Reading,
    mapping,
    names,
    sequence,
)


def read_gateway_api(data: Any) -> Reading:
    """Read an HTTPRoute."""
    if mapping(data, "an HTTPRoute").get("kind") != "HTTPRoute":
        raise NotThisKind("it is no HTTPRoute")
    draft = Draft()
    for rule in sequence(mapping(data.get("spec"), "'spec'").get("rules"), "'spec.rules'"):
        cors = [f["cors"] for f in rule.get("filters", ()) if f.get("type") == "CORS"]
        for match in rule.get("matches", [{"path": {"type": "PathPrefix", "value": "/"}}]):
            path = match.get("path", {"type": "PathPrefix", "value": "/"})
            if set(match) - {"path"} or path.get("type", "PathPrefix") != "PathPrefix":
                draft.undecided.append(f"the match {match!r} is no prefix of a path")
            else:
                draft.add(unquote(path["value"]), _fields(draft, cors[0]) if cors else None)
    return draft.finish()


def _fields(draft: Draft, cors: Mapping[str, Any]) -> Fields:
    methods, headers = names(cors.get("allowMethods")), names(cors.get("allowHeaders"))
    credentials = bool(cors.get("allowCredentials", False))
    if headers == "*":
        # It may be sent as it is, which does not cover Authorization.
        draft.undecided.append("allowHeaders is '*': name the headers")
    if methods == "*" and credentials:
        draft.undecided.append("allowMethods is '*' with credentials: name the methods")
    return {
        "allow_origins": names(cors.get("allowOrigins")),
        "allow_methods": methods,
        "allow_headers": headers,
        "expose_headers": names(cors.get("exposeHeaders")),
        "max_age": int(cors.get("maxAge", DEFAULT_MAX_AGE)),
        "allow_credentials": credentials,
    }
