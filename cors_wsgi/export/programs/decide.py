"""The first half of every Python program: decides about a request."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

POLICY: dict[str, Any] = {}

# What governs paths that can be read in two ways: nobody is allowed.
NOBODY: dict[str, Any] = {
    "status": 204,
    "any_origin": 0,
    "origins": [],
    "pattern": "",
    "headers": {},
    "vary": [],
    "preflight_vary": [],
    "max_age": "0",
}


def governing(raw_path: str) -> dict[str, Any]:
    """Return the policy that governs a path, encoded as it came; {} where CORS is off."""
    if POLICY["by_path"] and re.search(POLICY["ambiguous"], raw_path):
        return NOBODY
    path = unquote(raw_path)
    for rule in POLICY["rules"]:
        prefix = rule["prefix"].rstrip("/")
        if path == prefix or path.startswith(f"{prefix}/"):
            policy: dict[str, Any] = rule["policy"]
            return policy
    return {}


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request is a CORS preflight; the headers' names are in lower case."""
    return method == "OPTIONS" and {"origin", "access-control-request-method"} <= headers.keys()


def cors_headers(
    policy: Mapping[str, Any], headers: Mapping[str, str], *, preflight: bool
) -> list[tuple[str, str]]:
    """Return the headers of a response, except for Vary."""
    origin = headers.get("origin", "")
    if not _allows(policy, origin):
        return []
    sent = [("Access-Control-Allow-Origin", "*" if policy["any_origin"] else origin)]
    sent += policy["headers"].items()
    if preflight:
        for kind, requested, form in (
            ("Methods", headers["access-control-request-method"], "token"),
            ("Headers", headers.get("access-control-request-headers", ""), "tokens"),
        ):
            names = list(policy[f"allow_{kind.lower()}"])
            is_list = len(requested) <= 8190 and re.fullmatch(POLICY[form], requested)
            if policy[f"any_{kind.lower()}"] and is_list and requested not in names:
                names.append(requested)
            if names:
                sent.append((f"Access-Control-Allow-{kind}", ", ".join(names)))
        sent.append(("Access-Control-Max-Age", policy["max_age"]))
    return sent


def _allows(policy: Mapping[str, Any], origin: str) -> bool:
    if policy["any_origin"] or origin in policy["origins"]:
        return True
    matches = len(origin) <= 294 and re.fullmatch(policy["pattern"], origin)
    return bool(policy["pattern"] and matches)


def merged_vary(given: list[str], policy: Mapping[str, Any], *, preflight: bool) -> str:
    """Return the value of Vary: what the application sent, and what the policy adds."""
    names: dict[str, str] = {}
    for value in [*given, *policy["preflight_vary" if preflight else "vary"]]:
        for name in value.split(","):
            if name.strip():
                names.setdefault(name.strip().lower(), name.strip())
    return "*" if "*" in names else ", ".join(names.values())


def is_replaced(name: str) -> bool:
    """Tell whether a response header of the application's is replaced."""
    return name.lower() == "vary" or name.lower().startswith("access-control-")
