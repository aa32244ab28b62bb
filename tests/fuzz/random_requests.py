"""Random requests, policies and responses, and what the policy adds to a response."""

import random
from typing import Any

from test_properties import plain_cors

from cors_wsgi import PathPolicies, Policy

APP = "https://app.example"
OWN_NAMES = ["Content-Type", "X-Own", "Set-Cookie", "vary", "Vary", "VARY", "Age", "Accept-Ranges"]
OWN_NAMES += ["Access-Control-Allow-Origin", "access-control-expose-headers", "X-Access-Control"]
OWN_VALUES = ["a", "Cookie", "origin", "Origin, Cookie", "*", "", "a,, b"]
POLICIES = [
    Policy(allow_origins=APP, allow_methods="PUT", allow_headers="X-A", expose_headers="X-B"),
    Policy(allow_origins=[APP, "https://*.x.example:*"], allow_credentials=True, max_age=0),
    Policy(allow_origins=[APP, "https://pr-*.x.example"], allow_methods="*", allow_headers="*"),
    Policy(allow_origins="*", allow_methods="*", allow_headers="*", preflight_status=200),
    Policy(allow_origins=["null", "http://localhost:*"], dangerously_allow_null_origin=True),
]
ORIGINS = [APP, APP, APP, f"{APP}:1", "https://a.x.example:8443", "https://pr-7.x.example", "null"]
ORIGINS += [
    "",
    "*",
    "http://localhost:3000",
    f"https://{'a' * 300}.x.example",
    f"{APP}.evil.example",
]
METHODS = ["GET", "GET", "POST", "PUT", "OPTIONS", "OPTIONS", "HEAD", "DELETE"]
REQUESTED = ["PUT", "GET", "PATCH", "put", "PUT, GET", "", "x" * 9000]
NAMES = ["x-a", "authorization, x-a", "", ",,,", '"', "x-a," * 3000]
PATHS = ["/", "/api", "/api/x", "/other", "//api", "/api/../x", "api", "", "/\xc3\xa9"]


def policy_for(choice: random.Random) -> Policy | PathPolicies:
    if choice.random() < 0.2:
        return PathPolicies({"/api": choice.choice(POLICIES), "/": choice.choice(POLICIES)})
    return choice.choice(POLICIES)


def request_for(choice: random.Random, paths: list[str] = PATHS) -> tuple[str, str, dict[str, str]]:
    headers = {}
    if choice.random() < 0.85:
        headers["HTTP_ORIGIN"] = choice.choice(ORIGINS) + any_text(choice)
    if choice.random() < 0.6:
        headers["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = choice.choice(REQUESTED)
    if choice.random() < 0.4:
        headers["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = choice.choice(NAMES) + any_text(choice)
    return choice.choice(METHODS), choice.choice(paths), headers


def any_text(choice: random.Random) -> str:
    """Return some bytes as PEP 3333 shows them, now and then."""
    if choice.random() < 0.9:
        return ""
    return choice.randbytes(choice.randrange(20)).decode("latin-1")


def own_headers(choice: random.Random) -> list[tuple[str, str]]:
    number = choice.randrange(6)
    return [(choice.choice(OWN_NAMES), choice.choice(OWN_VALUES)) for _ in range(number)]


def merged(
    own: list[tuple[str, str]], policy: Policy, environ: dict[str, Any]
) -> list[tuple[str, str]]:
    """Return an application's headers with a policy's, as a sorted list in lower case."""
    _, cors = plain_cors(policy, environ)
    varies = [v for n, v in own if n.lower() == "vary"]
    kept = [h for h in own if not h[0].lower().startswith(("access-control-", "vary"))]
    names: dict[str, str] = {}
    for part in ",".join([*varies, cors.pop("Vary", "")]).split(","):
        if name := part.strip():
            names.setdefault(name.lower(), name)
    headers = [*kept, *cors.items()]
    if names or varies:
        headers.append(("Vary", "*" if "*" in names else ", ".join(names.values())))
    return in_order(headers)


def in_order(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers)
