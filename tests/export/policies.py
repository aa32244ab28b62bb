"""The policies that every target is tried with: five that are written, and random ones."""

import random
import re

from cors_wsgi import InvalidPolicy, PathPolicies, Policy

APP = "https://app.example.com"

ONE_ORIGIN = PathPolicies(
    {
        "/api": Policy(
            allow_origins=[APP],
            allow_methods=["PUT", "DELETE", "PATCH"],
            allow_headers=["Content-Type", "Authorization", "X-Requested-With"],
            allow_credentials=True,
            expose_headers=["X-Request-Id"],
        )
    }
)
PUBLIC = Policy(
    allow_origins="*",
    allow_methods=["PUT"],
    allow_headers=["Content-Type", "Authorization"],
    expose_headers=["X-Request-Id"],
)
PATTERNS = Policy(
    allow_origins=["https://partner.example.org", "https://*.example.com", "http://localhost:*"],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Content-Type", "Authorization"],
    allow_credentials=True,
    expose_headers=["X-Request-Id"],
    max_age=60,
)
THREE_PATHS = PathPolicies(
    {
        "/api": PATTERNS,
        "/api/internal": None,
        "/api/public": PUBLIC,
    }
)
ALL_METHODS_AND_HEADERS = PathPolicies(
    {
        "/": Policy(
            allow_origins=[APP, re.compile(r"https://pr-[0-9]+\.preview\.example\.com")],
            allow_methods="*",
            allow_headers="*",
            allow_credentials=True,
        ),
        "/open": Policy(allow_origins="*", allow_methods="*", allow_headers="*", max_age=5),
    }
)

WRITTEN = {
    "one origin with credentials": ONE_ORIGIN,
    "every origin": PUBLIC,
    "subdomains and any port": PATTERNS,
    "three paths, one public and one exempt": THREE_PATHS,
    "all methods and headers": ALL_METHODS_AND_HEADERS,
}

_ORIGINS = (
    APP,
    "https://admin.example.com:8443",
    "http://localhost:3000",
    "http://[::1]:8000",
    "https://xn--bcher-kva.example",
    "https://under_score.example.com",
    "https://*.example.com",
    "https://*.deep.example.org:444",
    "https://*.example.net:*",
    "http://localhost:*",
    "http://127.0.0.1:*",
    "https://app-*.example.io",
    "moz-extension://*",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    re.compile(r"https://(?:web|mobile)-[a-z0-9]{2,8}\.example\.com(?::8443)?"),
    re.compile(r"^https://v\d+\.example\.com$"),
)
_METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS", "GET", "PROPFIND", "patch", "X$Y")
_HEADERS = ("Content-Type", "Authorization", "X-Api-Key", "X-$tage", "x-it's", "If-Match")
_EXPOSED = ("X-Request-Id", "ETag", "X-$tage")
_PREFIXES = (
    "/",
    "/api",
    "/api/v1",
    "/api/v1/in ternal",
    "/caf\xe9",
    "/a.b",
    "/x$y{z}",
)


def random_policies(count: int, seed: int) -> dict[str, Policy | PathPolicies]:
    """Return some policies, the same ones for the same seed."""
    chance = random.Random(seed)
    return {f"random {seed + number}": random_policy(chance) for number in range(count)}


def random_policy(chance: random.Random) -> Policy | PathPolicies:
    """Return one policy, or policies by path."""
    if chance.random() < 0.4:
        return single_policy(chance)
    prefixes = chance.sample(_PREFIXES, chance.randint(1, 4))
    policies = {prefix: single_policy(chance) for prefix in prefixes}
    exempt = {prefix: None for prefix in prefixes[1:] if chance.random() < 0.3}
    return PathPolicies({**policies, **exempt})


def single_policy(chance: random.Random) -> Policy:
    """Return one policy."""
    while True:
        any_origin = chance.random() < 0.25
        some = chance.sample(_ORIGINS, chance.randint(1, 5))
        try:
            return Policy(
                allow_origins="*" if any_origin else some,
                allow_methods=_some(chance, _METHODS),
                allow_headers=_some(chance, _HEADERS),
                allow_credentials=not any_origin and chance.random() < 0.5,
                expose_headers=chance.sample(_EXPOSED, chance.randint(0, 2)),
                max_age=chance.choice([0, 5, 600, 86400]),
                preflight_status=chance.choice([204, 204, 200]),
            )
        except InvalidPolicy:
            continue


def _some(chance: random.Random, names: tuple[str, ...]) -> str | list[str]:
    if chance.random() < 0.2:
        return "*"
    return chance.sample(names, chance.randint(0, 4))
