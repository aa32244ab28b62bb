"""Random stories from grammars: cookies on two sites, with every attribute.

Each story depends on the seed and on its number alone. Most of them almost succeed.
"""

import random

from engines.grammars import NO_STORE, credentialed
from engines.scripted import Answer, Script
from engines.stories import ADDRESS, NAME, Ask, Story

_SAME_SITE = ("", "", "SameSite=Lax", "SameSite=Strict", "SameSite=None", "samesite=NONE")
_ODD_SAME_SITE = (
    "SameSite",
    "SameSite=",
    "SameSite=bogus",
    "SameSite = lax",
    "SameSite=None; SameSite=Lax",
)
_SECURE = ("", "", "", "Secure", "secure=1")
_PATHS = (
    "",
    "",
    "Path=/",
    "Path={PATH}",
    "Path={PATH}/",
    "Path={PATH}/a",
    "Path=relative",
    "Path=",
    "path = /",
)
_AGES = (
    "",
    "",
    "",
    "",
    "Max-Age=60",
    "Max-Age=0",
    "Max-Age=-1",
    "Max-Age=abc",
    "Max-Age=",
    "HttpOnly",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
    "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=",
    "Expires=soon; Max-Age=60",
)
_DOMAINS = {
    ADDRESS: (
        "127.0.0.1",
        "0.0.1",
        "localhost",
        ".localhost",
        "example.com",
        "",
        "LOCALHOST",
        ".127.0.0.1",
        ".0.0.1",
    ),
    NAME: (
        *("site.localhost", ".site.localhost", "SITE.localhost", "api.site.localhost"),
        *(
            "app.site.localhost",
            "localhost",
            "other.localhost",
            "example.com",
            "",
            "..site.localhost",
        ),
    ),
}
_PAIRS = (
    "{N}k=v",
    "{N}k=v",
    "{N}k=v",
    "{N}k=w",
    "{N}l=v",
    "{N}l=",
    "{N} = v ",
    '{N}q="a b"',
    "{N}e=a=b",
)
_NAMELESS = ("{N}", "={N}", " {N} ", "=", "={N}=v")


def cookie_stories(seed: int, count: int) -> list[Story]:
    """Cookies on two sites, with every attribute, and requests that may carry them."""
    return [
        _cookie_story(random.Random(f"cookies {seed}/{n}"), f"cookies {seed}/{n}")
        for n in range(count)
    ]


def _cookie_story(rng: random.Random, name: str) -> Story:
    hosts = rng.choice((ADDRESS, NAME))
    origins = [rng.choice(("{O}", "{B}", "{X}")) for _ in range(rng.choice((1, 1, 2)))]
    scripts: dict[str, Script] = {}
    asks = []
    for number in range(rng.choice((2, 3, 3, 4))):
        origin = rng.choice(origins)
        place = f"{origin}{{PATH}}{rng.choice(('', '/a', '/a', '/a/b', '/ab'))}?{number}"
        init = {"credentials": rng.choice(("include",) * 6 + ("same-origin", "omit"))}
        if rng.random() < 0.2:
            init["method"] = "POST"
        if rng.random() < 0.05:
            init["mode"] = "no-cors"
        asks.append(Ask(init, place))
        setting = rng.random() < (0.9 if not number else 0.35)
        cookies = (
            [_set_cookie(rng, hosts) for _ in range(rng.choice((1, 1, 2, 3)))] if setting else []
        )
        headers = (*credentialed("{O}"), *cookies, NO_STORE)
        actual = Answer(200, headers, "done")
        if rng.random() < 0.4 and init.get("mode") != "no-cors":
            second = rng.choice(("{O}", "{B}", "{X}"))
            onward = f"{second}{{PATH}}/a/onward{number}"
            actual = Answer(rng.choice((302, 307)), (*headers, ("Location", onward)))
            null = origin not in ("{O}", second)
            there = (*credentialed("null" if null else "{O}"), NO_STORE)
            if rng.random() < 0.3:
                there = (*there, _set_cookie(rng, hosts))
            scripts[onward] = Script(Answer(404), Answer(200, there, "there"))
        scripts[place] = Script(Answer(404), actual)
    return Story(name, tuple(asks), scripts, hosts)


def _set_cookie(rng: random.Random, hosts: tuple[str, str, str]) -> tuple[str, str]:
    nameless = rng.random() < 0.08
    same_site = rng.choice(_ODD_SAME_SITE if rng.random() < 0.1 else _SAME_SITE)
    domain = f"Domain={rng.choice(_DOMAINS[hosts])}" if rng.random() < 0.35 else ""
    path = "" if nameless else rng.choice(_PATHS)
    attributes = [same_site, rng.choice(_SECURE), domain, path, rng.choice(_AGES)]
    rng.shuffle(attributes)
    pair = rng.choice(_NAMELESS if nameless else _PAIRS)
    separator = rng.choice(("; ", "; ", ";", " ; "))
    return ("Set-Cookie", separator.join([pair, *filter(None, attributes)]))
