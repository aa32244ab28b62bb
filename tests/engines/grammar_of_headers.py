"""Random stories from grammars: request headers whose values may need a preflight.

Each story depends on the seed and on its number alone. Most of them almost succeed.
"""

import random
from collections.abc import Callable

from engines.scripted import Answer, Script
from engines.stories import Ask, Story


def header_stories(seed: int, count: int) -> list[Story]:
    """Single requests with one to three headers whose values come from grammars."""
    return [
        _header_story(random.Random(f"headers {seed}/{n}"), f"headers {seed}/{n}")
        for n in range(count)
    ]


def _header_story(rng: random.Random, name: str) -> Story:
    names = rng.sample(tuple(_VALUES), rng.choice((1, 1, 2)))
    headers = [(field, _VALUES[field](rng)) for field in names]
    method = rng.choice(("GET", "POST", "POST"))
    allow = (
        ("Access-Control-Allow-Origin", "{O}"),
        ("Access-Control-Allow-Headers", "{REQUESTED}"),
    )
    script = Script(Answer(204, allow, content_length="absent"), Answer(200, allow[:1], "done"))
    if rng.random() < 0.35 and method == "POST":
        init = {
            "method": method,
            "headers": headers,
            "body": rng.choice(("x", "x", None)),
            "with_credentials": False,
            "upload_listener": False,
        }
        return Story(name, (Ask(init, api="xhr"),), {"{URL}": script})
    init = {"method": method, "headers": headers}
    if method == "POST" and rng.random() < 0.5:
        init["body"] = "x"
    return Story(name, (Ask(init),), {"{URL}": script})


_TYPES = (
    "text/plain",
    "TEXT/Plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/json",
    "text",
    "text/",
    "/plain",
    "text/plain/x",
    "",
    "text /plain",
    "text/ plain",
)
_PARAMETERS = (
    *(
        "charset=utf-8",
        "charset=UTF-8",
        "charset=iso-8859-1",
        "Charset=Latin1",
        'charset="x"',
        "charset",
    ),
    *(
        "charset=",
        "charset =x",
        "charset= x",
        "a=b",
        "a=b c",
        "A=b",
        "a=(b)",
        "boundary=b",
        "",
        " ",
        "a=é",
        "a=b, c",
        ",",
        "a,b",
    ),
    *("charset=x;charset=y", "charset=utf-8;charset=x", "charset='x'", "a='b;c'"),
)


def _content_type(rng: random.Random) -> str:
    separator = rng.choice((";", "; ", " ; "))
    parts = [rng.choice(_TYPES[:4] if rng.random() < 0.8 else _TYPES)]
    parts += [rng.choice(_PARAMETERS) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))]
    return separator.join(parts) + rng.choice(("",) * 8 + (";", ";;", ", text/plain", ","))


def _range(rng: random.Random) -> str:
    numbers = (
        "0",
        "5",
        "10",
        "",
        "00",
        str(2**31),
        str(2**63 - 2),
        str(2**63 - 1),
        str(2**63),
        str(2**64 - 1),
        str(2**64),
        str(10**30),
        "x",
        "+1",
        " 1",
    )
    unit = rng.choice(("bytes=",) * 7 + ("BYTES=", "Bytes=", "bytes =", "items=", "bytes= "))
    start, end = rng.choice(numbers), rng.choice(numbers)
    return unit + rng.choice(
        (f"{start}-{end}", f"{start}-", f"{start}-{end}", f"{start}", f"{start}-{end},")
    )


def _text(rng: random.Random) -> str:
    letters = "ab1 ;,=*-._~!#$%&'+^`|\t/é\x7f\"():<>?@[\\]{}"
    plain = "ab1 ;,=*-."
    return "".join(
        rng.choice(letters if rng.random() < 0.08 else plain)
        for _ in range(rng.choice((1, 3, 5, 8, 127, 128, 129)))
    )


_HINTS = (
    "DPR",
    "Save-Data",
    "Viewport-Width",
    "Width",
    "Device-Memory",
    "RTT",
    "Downlink",
    "ECT",
    "Intervention",
    "X-Other",
    "Accept-Charset2",
    "Viewport-Height",
    "Pragma",
    "Early-Data",
)
_VALUES: dict[str, Callable[[random.Random], str]] = {
    "Content-Type": _content_type,
    "content-type": _content_type,
    "Range": _range,
    "Accept": _text,
    "Accept-Language": _text,
    "Content-Language": _text,
} | {
    name: lambda rng: rng.choice(
        ("1", "on", "2.0", "x", "(a)", "", "é", "a" * 129, "4g", "0", "-1", "ON")
    )
    for name in _HINTS
}
