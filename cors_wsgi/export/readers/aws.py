"""Reads what the AWS command line takes: HTTP APIs, CloudFront and S3."""

from collections.abc import Mapping
from typing import Any

from cors_wsgi.export.readers.reading import (
    DEFAULT_MAX_AGE,
    Draft,
    NotThisKind,
    Reading,
    mapping,
    names,
    sequence,
)
from cors_wsgi.export.targets.cloudfront import SAFELISTED

_SAFELISTED_METHODS = ["GET", "HEAD", "POST"]


def read_api_gateway_http(data: Any) -> Reading:
    """Read the CORS configuration of an HTTP API."""
    draft = Draft()
    cors = mapping(data, "an object with 'AllowOrigins'")
    origins = sequence(cors.get("AllowOrigins"), "'AllowOrigins'")
    draft.undecided += [
        f"AllowOrigins has {origin!r}: a policy names the hosts"
        for origin in origins
        if "*" in origin and origin != "*"
    ]
    headers = names(cors.get("AllowHeaders"))
    if headers == "*" and not _has_authorization(cors["AllowHeaders"]):
        draft.undecided.append("AllowHeaders is '*' without Authorization: name the headers")
    draft.policies["/"] = {
        "allow_origins": names(origins),
        "allow_methods": names(cors.get("AllowMethods")),
        "allow_headers": headers,
        "expose_headers": names(cors.get("ExposeHeaders")),
        "max_age": max(0, int(cors.get("MaxAge", DEFAULT_MAX_AGE))),
        "allow_credentials": bool(cors.get("AllowCredentials", False)),
    }
    return draft.finish()


def read_cloudfront(data: Any) -> Reading:
    """Read a response headers policy."""
    draft = Draft()
    whole = mapping(data, "an object with 'CorsConfig'")
    cors = mapping(whole.get("CorsConfig"), "'CorsConfig'")
    methods = _items(cors, "AccessControlAllowMethods")
    headers = _items(cors, "AccessControlAllowHeaders")
    if "*" in headers:
        draft.undecided.append("AccessControlAllowHeaders is '*': name the headers")
    if cors.get("OriginOverride") is not True:
        draft.undecided.append("OriginOverride is off, so the application decides")
    draft.policies["/"] = {
        "allow_origins": names(_items(cors, "AccessControlAllowOrigins")),
        "allow_methods": "*"
        if "ALL" in methods
        else ([] if methods == _SAFELISTED_METHODS else methods),
        "allow_headers": [] if headers == [SAFELISTED] else headers,
        "expose_headers": names(_items(cors, "AccessControlExposeHeaders")),
        "max_age": int(cors.get("AccessControlMaxAgeSec", DEFAULT_MAX_AGE)),
        "allow_credentials": bool(cors.get("AccessControlAllowCredentials", False)),
    }
    return draft.finish()


def read_s3(data: Any) -> Reading:
    """Read the CORS configuration of a bucket."""
    draft = Draft()
    rules = sequence(mapping(data, "an object with 'CORSRules'").get("CORSRules"), "'CORSRules'")
    if len(rules) != 1:
        raise NotThisKind("it has not exactly one rule in 'CORSRules'")
    rule = mapping(rules[0], "a rule")
    origins = sequence(rule.get("AllowedOrigins"), "'AllowedOrigins'")
    draft.undecided += [
        f"AllowedOrigins has {origin!r}, whose '*' stands for any text"
        for origin in origins
        if "*" in origin and origin != "*"
    ]
    methods = sequence(rule.get("AllowedMethods"), "'AllowedMethods'")
    if missing := [method for method in _SAFELISTED_METHODS if method not in methods]:
        draft.undecided.append(f"AllowedMethods lacks {', '.join(missing)}, which a policy allows")
    headers = names(rule.get("AllowedHeaders"))
    draft.undecided += [
        f"AllowedHeaders has {name!r}: name the headers"
        for name in headers
        if "*" in name and headers != "*"
    ]
    draft.policies["/"] = {
        "allow_origins": names(origins),
        "allow_methods": [method for method in methods if method not in _SAFELISTED_METHODS],
        "allow_headers": headers,
        "expose_headers": names(rule.get("ExposeHeaders")),
        "max_age": int(rule.get("MaxAgeSeconds", DEFAULT_MAX_AGE)),
        # S3 allows credentials for every origin that is named.
        "allow_credentials": "*" not in origins,
    }
    return draft.finish()


def _items(cors: Mapping[str, Any], name: str) -> list[str]:
    value = cors.get(name)
    return list(value.get("Items", ())) if isinstance(value, Mapping) else []


def _has_authorization(headers: list[str]) -> bool:
    return any(name.lower() == "authorization" for name in headers)
