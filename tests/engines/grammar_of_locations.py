"""Random stories from grammars: `Location` lines, and streams as bodies.

Each story depends on the seed and on its number alone. Most of them almost succeed.
"""

import random
from typing import Any

from engines.grammars import ALL_HEADERS, NO_STORE, STATUSES, credentialed
from engines.scripted import Answer, Script
from engines.stories import Ask, Story


def locations(seed: int, count: int) -> list[Story]:
    """One redirect whose Location comes from a grammar: no line, two lines, any spelling."""
    return [
        _location_story(random.Random(f"location {seed}/{n}"), f"location {seed}/{n}")
        for n in range(count)
    ]


def _location_story(rng: random.Random, name: str) -> Story:
    init: dict[str, Any] = {"method": rng.choice(("GET", "GET", "POST"))}
    if rng.random() < 0.3:
        init["mode"] = rng.choice(("no-cors", "same-origin"))
    if rng.random() < 0.3:
        init["credentials"] = rng.choice(("include", "omit"))
    if init.get("mode") != "no-cors" and rng.random() < 0.5:
        init["redirect"] = rng.choice(("error", "error", "manual"))
    none = (0,) * (11 if "redirect" in init else 1)
    place = rng.choice(("{URL}", "{BACK}"))
    lines = [_location(rng) for _ in range(rng.choice((*none, *(1,) * 9, 2, 2)))]
    if any("@" in line for line in lines):  # whether consoles show users follows no rule
        lines = lines[:1]
    if len(lines) == 2 and lines[0] and rng.random() < 0.5:
        lines = lines[:1] * 2
    allow = () if rng.random() < 0.15 else credentialed("{O}")
    fields = (*allow, *(("Location", line) for line in lines), NO_STORE)
    statuses = (*STATUSES, *STATUSES, 300, 305, 306, 309, 310, 399)
    anybody = (("Access-Control-Allow-Origin", rng.choice(("{O}", "*", "null"))), NO_STORE)
    there = Script(Answer(404), Answer(200, anybody, "there"))
    scripts = {f"{origin}{{PATH}}/n": there for origin in ("{O}", "{B}", "{X}")}
    scripts[place] = Script(Answer(404), Answer(rng.choice(statuses), fields))
    return Story(name, (Ask(init, place),), scripts)


def _location(rng: random.Random) -> str:
    origin = rng.choice(("{O}", "{B}", "{X}"))
    host = origin[:-1] + "-HOST}"
    path = "{PATH}/n"
    return rng.choice(
        (
            *(f"{origin}{path}",) * 6,
            *(path, f"{path}?", f" {origin}{path}\t", f"{origin}{path}/../n", f"{path}/%2e%2E/n"),
            *(f"//{host}{path}", f"\\\\{host}{path}", f"/\\{host}{path}", f"http:\\{host}{path}"),
            *(f"HTTP://{host}{path}", f"http:{path}", f"http:///{host}{path}", f"{path}\\..\\n"),
            *("", f"http://a<b{path}", f"http://[::g]{path}", f"http://1.2.3.400{path}"),
            *(f"http://127.0.0.1:99999{path}", f"http://127.0.0.1:x{path}"),
            *(f"http://127.0.0.1:25{path}", f"http://localhost:6000{path}"),
            *(f"http://me:secret@{host}{path}", f"http://me@{host}{path}"),
            *(f"data:,{path}", f"javascript:{path}", f"mailto:{path}", f"foo:{path}"),
            *(f"foo://bar{path}", f"file://{path}", f"ftp://127.0.0.1{path}"),
        )
    )


def streams(seed: int, count: int) -> list[Story]:
    """Requests whose body is a stream, over HTTP/1.1."""
    return [
        _stream_story(random.Random(f"stream {seed}/{n}"), f"stream {seed}/{n}")
        for n in range(count)
    ]


def _stream_story(rng: random.Random, name: str) -> Story:
    place = rng.choice(("{URL}", "{URL}", "{BACK}", "{X}{PATH}"))
    headers = rng.choice(([], [], [("X-A", "1")], [("Content-Type", "text/plain")]))
    init = {"method": rng.choice(("POST", "PUT")), "body": "x", "streams": True, "headers": headers}
    if rng.random() < 0.4:
        init["credentials"] = rng.choice(("include", "omit"))
    allow = credentialed("{O}")
    lists = (
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", rng.choice((ALL_HEADERS, "X-B"))),
    )
    answers = (
        Answer(200, allow, "done"),
        Answer(200, (), "done"),
        Answer(rng.choice(STATUSES), (*allow, ("Location", "{X}{PATH}/n"))),
    )
    there = Script(Answer(204, (*credentialed("null"), *lists)), Answer(200, credentialed("null")))
    preflight = Answer(204, (*allow, *lists), content_length="absent")
    script = Script(preflight, rng.choice(answers))
    return Story(name, (Ask(init, place),), {place: script, "{X}{PATH}/n": there})
