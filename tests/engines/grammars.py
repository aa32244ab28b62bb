"""Random stories from grammars: what the grammars share, and chains of redirects.

Each story depends on the seed and on its number alone. Most of them almost succeed.
"""

import itertools
import random
from collections.abc import Sequence
from typing import Any

from engines.scripted import Answer, Script
from engines.stories import ADDRESS, NAME, Ask, Story

NO_STORE = ("Cache-Control", "no-store")
STATUSES = (301, 302, 303, 307, 308)
_METHODS = ("GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH")
ALL_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ALL_HEADERS = (
    "X-A, X-B, Authorization, Content-Type, Content-Language, Content-Encoding, Content-Location, "
    "Accept, Accept-Language, Range"
)
_HEADERS = (
    *(("X-A", "1"), ("Authorization", "Bearer t"), ("Authorization", "Bearer t")),
    *(("Content-Type", "application/json"), ("Content-Type", "text/plain")),
    *(("Content-Language", "de"), ("Content-Language", "de/x"), ("Content-Encoding", "br")),
    ("Content-Location", "/x"),
)


def credentialed(origin: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
    )


def chains(seed: int, count: int) -> list[Story]:
    """One to three redirects, from the page's own origin and from others."""
    return [_chain(random.Random(f"chain {seed}/{n}"), f"chain {seed}/{n}") for n in range(count)]


def _chain(rng: random.Random, name: str) -> Story:
    hosts = rng.choice((ADDRESS, ADDRESS, NAME))
    origins = [rng.choice(("{O}", "{O}", "{B}", "{X}"))]
    origins += [rng.choice(("{O}", "{B}", "{X}", "{X}")) for _ in range(rng.choice((1, 1, 2, 3)))]
    init = _init(rng)
    places = [f"{origin}{{PATH}}/{number}" for number, origin in enumerate(origins)]
    scripts = {}
    for number, place in enumerate(places):
        allow = _allow(rng, init, _origin_at(origins[: number + 1]))
        if number + 1 < len(places):
            location = ("Location", places[number + 1])
            actual = Answer(rng.choice(STATUSES), (*allow, location, NO_STORE))
        else:
            actual = Answer(rng.choice((200, 200, 404)), (*allow, NO_STORE), "done")
        lists = (
            ("Access-Control-Allow-Methods", ALL_METHODS),
            ("Access-Control-Allow-Headers", rng.choice((ALL_HEADERS,) * 7 + ("*", "X-A"))),
        )
        preflight = Answer(204, (*allow, *lists), content_length="absent")
        if rng.random() < 0.05:
            preflight = Answer(404)
        scripts[place] = Script(preflight, actual)
    if rng.random() < 0.2 and not init.keys() & {"mode", "redirect"}:
        return Story(name, (Ask(_as_xhr(rng, init), places[0], "xhr"),), scripts, hosts)
    return Story(name, (Ask(init, places[0]),), scripts, hosts)


def _init(rng: random.Random) -> dict[str, Any]:
    init: dict[str, Any] = {"method": rng.choice(_METHODS)}
    if rng.random() < 0.6:
        init["credentials"] = rng.choice(("omit", "same-origin", "include"))
    if rng.random() < 0.06:
        init["mode"] = rng.choice(("no-cors", "same-origin"))
        if init["mode"] == "no-cors":
            init["method"] = rng.choice(("GET", "POST", "HEAD"))
    if rng.random() < 0.04:
        init["redirect"] = rng.choice(("error", "manual"))
    fields = dict(rng.choices(_HEADERS, k=rng.choice((0, 1, 1, 2, 3))))
    if fields:
        init["headers"] = list(fields.items())
    if init["method"] not in ("GET", "HEAD") and rng.random() < 0.6:
        init["body"] = "x"
    return init


def _as_xhr(rng: random.Random, init: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": init["method"],
        "headers": init.get("headers", []),
        "body": init.get("body"),
        "with_credentials": init.get("credentials") == "include",
        "upload_listener": rng.random() < 0.3,
    }


def _origin_at(origins: Sequence[str]) -> str:
    """What the last of these origins has to allow, by the standard."""
    tainted = any(last not in (current, "{O}") for last, current in itertools.pairwise(origins))
    return "null" if tainted else "{O}"


def _allow(rng: random.Random, init: dict[str, Any], origin: str) -> tuple[tuple[str, str], ...]:
    if rng.random() < 0.04:
        return ()
    include = init.get("credentials") == "include"
    wrong = rng.random() < 0.06
    value = origin if include and not wrong else rng.choice((origin, "*"))
    value = "{O}" if rng.random() < 0.05 else value
    allow = (("Access-Control-Allow-Origin", value),)
    if (include and not wrong) or rng.random() < 0.3:
        truth = "true" if rng.random() < 0.88 else rng.choice(("TRUE", "TRUE", "true, true"))
        allow += (("Access-Control-Allow-Credentials", truth),)
    return allow
