"""Random stories from grammars: visits to the preflight cache.

Each story depends on the seed and on its number alone. Most of them almost succeed.
"""

import random

from engines.grammars import ALL_HEADERS, ALL_METHODS, NO_STORE
from engines.scripted import Answer, Script
from engines.stories import Ask, Story


def visits(seed: int, count: int) -> list[Story]:
    """Two to five requests to one address, or to two, whose preflights may be cached."""
    return [_visit(random.Random(f"visit {seed}/{n}"), f"visit {seed}/{n}") for n in range(count)]


def _visit(rng: random.Random, name: str) -> Story:
    asks = tuple(_visiting(rng) for _ in range(rng.choice((2, 3, 3, 4, 5))))
    origin = ("Access-Control-Allow-Origin", "*" if rng.random() < 0.1 else "{O}")
    credentials = (("Access-Control-Allow-Credentials", "true"),) * (rng.random() < 0.9)
    methods = ("{REQUESTED}", "*", "PUT, *", "PUT", "PUT, DELETE", "GET, PUT", ALL_METHODS, "")
    headers = (
        "{REQUESTED}",
        "*",
        "X-A, *",
        "X-A",
        "X-A, X-B",
        "*, Authorization",
        ALL_HEADERS,
        "",
    )
    ages = (("600",),) * 5 + ((), ("0",), ("-1",), ("abc",), ("+600",), ("600", "600"), ("",))
    fields = [origin, *credentials]
    if rng.random() < 0.9:
        fields.append(("Access-Control-Allow-Methods", rng.choice(methods)))
    if rng.random() < 0.9:
        fields.append(("Access-Control-Allow-Headers", rng.choice(headers)))
    fields += [("Access-Control-Max-Age", age) for age in rng.choice(ages)]
    preflight = Answer(204, tuple(fields), content_length="absent")
    actual = Answer(200, (origin, *credentials, NO_STORE), "done")
    script = Script(preflight, actual)
    return Story(name, asks, {"{URL}": script, "{URL}?2": script, "{X}{PATH}": script})


def _visiting(rng: random.Random) -> Ask:
    url = rng.choice(("{URL}",) * 9 + ("{URL}?2",))
    method = rng.choice(("PUT", "PUT", "DELETE", "GET", "POST", "HEAD", "PATCH", "put", "patch"))
    names = rng.sample(("X-A", "X-B", "Authorization", "Content-Type"), rng.choice((0, 0, 1, 1, 2)))
    headers = [(name, "a/b" if name == "Content-Type" else "1") for name in names]
    if rng.random() < 0.35:
        init = {
            "method": method,
            "headers": headers,
            "body": rng.choice((None, "x")),
            "with_credentials": rng.random() < 0.5,
            "upload_listener": rng.random() < 0.6,
        }
        return Ask(init, url, "xhr")
    init = {"method": method, "headers": headers}
    init["credentials"] = rng.choice(("omit", "include", "same-origin"))
    return Ask(init, url)
