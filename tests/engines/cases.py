"""The cases that the engines and the model are compared by: the recorded ones, and random ones."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engines.scripted import NOT_FOUND, Answer, Script
from engines.stories import Story, story

RECORDED = Path(__file__).parents[1] / "browser" / "data" / "engines.json"

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ODD_METHODS = ("put", "get", "Delete", "pOsT", "patch", "Patch", "QUERY", "PROPFIND", "purge", "*")
_HEADERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("X-Custom", ("1", "", "a, b", " padded\t")),
    ("x-requested-with", ("XMLHttpRequest",)),
    ("Authorization", ("Bearer t", "Basic dTpw")),
    ("If-None-Match", ('"e"',)),
    ("X-" + "Long" * 12, ("1",)),
    ("*", ("1",)),
    (
        "Content-Type",
        (
            *("application/json", "text/plain", "text/plain;charset=UTF-8", "TEXT/Plain", "text"),
            *("application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""),
            *("text/plain; a=(b)", "text/plain;" + "a" * 118, "text/plain, b", "application/csp"),
        ),
    ),
    ("Accept", ("application/json", "*/*", "a(b", "a:b", "x" * 128, "x" * 129, 'a"b', "a\tb", "")),
    ("Accept-Language", ("en", "de-CH, fr;q=0.5", "en_US", "en/x", "*", "e" * 129)),
    ("Content-Language", ("en", "de=1", "en@x", "é")),
    ("Range", ("bytes=0-5", "bytes=0-", "bytes=-5", "bytes=5-2", "bytes=0-1,3-4")),
    ("User-Agent", ("mine",)),
    ("Cache-Control", ("max-age=7",)),
    ("Cookie", ("stolen=1",)),
    ("Host", ("x",)),
    ("Origin", ("http://evil.example",)),
    ("Sec-Custom", ("1",)),
    ("Proxy-Custom", ("1",)),
    ("DNT", ("0",)),
    ("Access-Control-Request-Headers", ("x-custom",)),
    ("X-HTTP-Method-Override", ("TRACE", "PUT", "get, Track")),
)
_ORIGINS = (
    *("{O}/", "{OUP}", "{ONP}", "{OHP}", "{OS}", "{B}", "*", "null", "NULL", "", "{O}, {O}"),
    *("{O}, *", "*, *", "{O} *", '"{O}"', "'{O}'", "{O}:80", "{O}/path", " {O}", "{O}\t", "**"),
    *("http://*", "http://other.example", "{O},http://other.example", "undefined", "{O};", "<{O}>"),
)
_TRUTHS = ("TRUE", "True", "1", "yes", "false", "", "true, true", " true\t", '"true"', "true;", "*")
_STATUSES = (200, 201, 202, 203, 204, 205, 226, 299, 300, 302, 304, 308, 400, 401, 403, 404, 405)
_MORE_STATUSES = (410, 415, 418, 422, 429, 451, 500, 501, 502, 503, 504, 599)
_EXPOSED = ("*", "X-Foo", "x-foo, ETAG", "Set-Cookie, X-Foo", "X-Foo;", "", "*, X-Foo", "X Foo")
_LOCATIONS = (
    *("{NEXT}", "{NEXT}", "{NEXT}", "{ONWARD}", "{ONWARD}", "{PATH}/onward"),
    *("{URL}/elsewhere", "{BACK}"),
)
_RESPONSE_HEADERS = (
    ("X-Foo", "1"),
    ("X-Foo", "2"),
    ("ETag", '"e"'),
    ("Set-Cookie", "secret=1"),
    ("Cache-Control", "no-store"),
    ("Content-Type", "text/plain"),
    ("Content-Language", "en"),
    ("Vary", "Origin"),
    ("Authorization", "z"),
    ("Location", "{URL}/elsewhere"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Timing-Allow-Origin", "*"),
)
ORIGIN = "Access-Control-Allow-Origin"
CREDENTIALS = "Access-Control-Allow-Credentials"
METHODS = "Access-Control-Allow-Methods"
HEADERS = "Access-Control-Allow-Headers"
EXPOSE = "Access-Control-Expose-Headers"

Fields = list[tuple[str, str]]


def recorded_cases() -> list[Story]:
    """The cases that were recorded once, with which `tests/browser` tests the model."""
    return [
        story(
            case["id"],
            _with_header_pairs(case["init"]),
            Answer.from_json(case["preflight"]) if case["preflight"] else NOT_FOUND,
            Answer.from_json(case["actual"]),
        )
        for case in json.loads(RECORDED.read_text())["cases"]
    ]


def _with_header_pairs(init: dict[str, Any]) -> dict[str, Any]:
    """The init with its headers, if any, as pairs: the form that allows a name twice."""
    return init | {"headers": list(init["headers"].items())} if "headers" in init else init


def random_cases(seed: int, count: int) -> list[Story]:
    """Cases that mostly almost succeed. A case depends on the seed and on its number alone."""
    return [_random_case(f"case {seed}/{number}") for number in range(count)]


def _random_case(name: str) -> Story:
    rng = random.Random(name)
    init = _random_init(rng)
    preflight, actual = _right_answers(rng, init, "{O}")
    onward = Script(NOT_FOUND, NOT_FOUND)
    if rng.random() < 0.12:
        if rng.random() < 0.1:
            init["redirect"] = rng.choice(("error", "manual"))
        actual = _redirecting(rng, actual, init)
        onward = _onward(rng, init)
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 2, 3))):
        if rng.random() < 0.6:
            preflight = rng.choice(_PREFLIGHT_SLIPS)(rng, preflight)
        else:
            actual = rng.choice(_ACTUAL_SLIPS)(rng, actual)
    if rng.random() < 0.2 and not init.keys() & {"mode", "redirect"}:
        return story(name, _as_xhr(rng, init), preflight, actual, onward, "xhr")
    return story(name, init, preflight, actual, onward)


def _as_xhr(rng: random.Random, init: dict[str, Any]) -> dict[str, Any]:
    """The same request by an XMLHttpRequest; a listener on its upload forces a preflight."""
    return {
        "method": init["method"],
        "headers": init.get("headers", []),
        "body": init.get("body"),
        "with_credentials": init.get("credentials") == "include",
        "upload_listener": rng.random() < 0.3,
    }


def _redirecting(rng: random.Random, answer: Answer, init: dict[str, Any]) -> Answer:
    others = (field for field in answer.headers if field[0] != "Location")
    status = rng.choice((301, 302, 303, 307, 307, 308))
    # What else is done with a redirect is asked, in Chromium, only after its user name is refused.
    locations = _LOCATIONS if init.keys() & {"mode", "redirect"} else (*_LOCATIONS, "{NEXT-USER}")
    return Answer(status, (*others, ("Location", rng.choice(locations))), answer.body)


def _onward(rng: random.Random, init: dict[str, Any]) -> Script:
    """The answers of the place that a redirect leads to, to the page's origin or to `null`."""
    preflight, actual = _right_answers(rng, init, rng.choice(("{O}", "null")))
    for _ in range(rng.choice((0, 0, 1))):
        preflight = rng.choice(_PREFLIGHT_SLIPS)(rng, preflight)
    return Script(preflight, actual)


def _random_init(rng: random.Random) -> dict[str, Any]:
    method = rng.choice(_METHODS if rng.random() < 0.75 else _ODD_METHODS)
    init: dict[str, Any] = {"method": method}
    if rng.random() < 0.6:
        init["credentials"] = rng.choice(("omit", "same-origin", "include", "include"))
    if rng.random() < 0.04:
        init["mode"] = rng.choice(("no-cors", "same-origin"))
    names = rng.sample(_HEADERS, k=rng.choice((0, 1, 1, 2, 3, 5)))
    if rng.random() < 0.02:
        names += names[:1]
    fields = [(name, rng.choice(values)) for name, values in names]
    if rng.random() < 0.01:  # values that are safe one by one and together too long
        fields += [("Accept", "x" * 120)] * 9
    if fields:
        init["headers"] = fields
    if method.upper() not in ("GET", "HEAD") and rng.random() < 0.5:
        init["body"] = rng.choice(("x", "{}"))
    return init


def _right_answers(rng: random.Random, init: dict[str, Any], origin: str) -> tuple[Answer, Answer]:
    """Answers that let the request pass, whatever it needs."""
    credentials = init.get("credentials") == "include"
    shared: Fields = [(ORIGIN, rng.choice((origin, origin, "*")) if not credentials else origin)]
    if credentials or rng.random() < 0.3:
        shared.append((CREDENTIALS, "true"))
    method: str = init["method"]
    methods = {method, method.upper(), *rng.sample(_METHODS, 2)}
    names = {name for name, _ in init.get("headers", ())} | {rng.choice(("X-Other", "Accept"))}
    preflight = [*shared, (METHODS, _list_of(rng, methods)), (HEADERS, _list_of(rng, names))]
    actual = [*shared, *rng.sample(_RESPONSE_HEADERS, rng.randrange(5))]
    if rng.random() < 0.5:
        actual.append((EXPOSE, rng.choice(_EXPOSED)))
    status = rng.choice((200, 200, 200, 201, 204, 404, 500))
    body = "" if status == 204 else rng.choice(("done", "", "{}"))
    length = "absent" if status == 204 else "exact"
    return (
        Answer(204, tuple(preflight), content_length="absent"),
        Answer(status, tuple(actual), body, length),
    )


def _list_of(rng: random.Random, values: set[str]) -> str:
    chosen = sorted(values)
    rng.shuffle(chosen)
    return rng.choice((", ", ", ", ",", " ,\t", ",,")).join(chosen)


Slip = Callable[[random.Random, Answer], Answer]


def _status(rng: random.Random, answer: Answer) -> Answer:
    status = rng.choice(_STATUSES + _MORE_STATUSES)
    length = "absent" if status in (204, 304) else "exact"
    body = "" if status in (204, 205, 304) else answer.body
    return answer._replace(status=status, body=body, content_length=length)


def _replace(name: str, values: Sequence[str]) -> Slip:
    def slip(rng: random.Random, answer: Answer) -> Answer:
        others = tuple(field for field in answer.headers if field[0] != name)
        return answer._replace(headers=(*others, (name, rng.choice(values))))

    return slip


def _drop(name: str) -> Slip:
    def slip(rng: random.Random, answer: Answer) -> Answer:
        return answer._replace(headers=tuple(field for field in answer.headers if field[0] != name))

    return slip


def _repeat(name: str, values: Sequence[str]) -> Slip:
    def slip(rng: random.Random, answer: Answer) -> Answer:
        fields = list(answer.headers)
        fields.insert(rng.randrange(len(fields) + 1), (name, rng.choice(values)))
        return answer._replace(headers=tuple(fields))

    return slip


def _rewrite(name: str) -> Slip:
    """Spoil a list: its case, its separators, one of its elements."""

    def slip(rng: random.Random, answer: Answer) -> Answer:
        change = rng.choice(_SPOILERS)
        fields = tuple(
            (field, change(rng, value) if field == name else value)
            for field, value in answer.headers
        )
        return answer._replace(headers=fields)

    return slip


def _rename(rng: random.Random, answer: Answer) -> Answer:
    """Header names have no case."""
    change = rng.choice((str.lower, str.upper, str.swapcase))
    return answer._replace(headers=tuple((change(name), value) for name, value in answer.headers))


_NO_TOKENS = ("a b", "x@y", "(", "é", "a/b", '"', "a:b")
_SPOILERS: tuple[Callable[[random.Random, str], str], ...] = (
    lambda rng, value: value.lower(),
    lambda rng, value: value.upper(),
    lambda rng, value: value.swapcase(),
    lambda rng, value: value.replace(",", ";"),
    lambda rng, value: value.replace(",", " "),
    lambda rng, value: f'"{value}"',
    lambda rng, value: str([part.strip() for part in value.split(",")]),
    lambda rng, value: f"{value}, {rng.choice(_NO_TOKENS)}",
    lambda rng, value: f",{value},,",
    lambda rng, value: f" {value}\t",
    lambda rng, value: f"*, {value}",
    lambda rng, value: f"{value}, *",
    lambda rng, value: "*",
    lambda rng, value: "",
    lambda rng, value: ",",
    lambda rng, value: value[1:],
    lambda rng, value: value.rpartition(",")[0],
    lambda rng, value: value.replace(",", ", ,\t,"),
)
_PREFLIGHT_SLIPS: tuple[Slip, ...] = (
    _status,
    _replace(ORIGIN, _ORIGINS),
    _drop(ORIGIN),
    _repeat(ORIGIN, ("{O}", "*", "http://other.example", "")),
    _replace(CREDENTIALS, _TRUTHS),
    _drop(CREDENTIALS),
    _repeat(CREDENTIALS, ("true",)),
    *[_rewrite(METHODS)] * 3,
    _drop(METHODS),
    _repeat(METHODS, ("PUT", "*", "", "a b")),
    *[_rewrite(HEADERS)] * 3,
    _drop(HEADERS),
    _repeat(HEADERS, ("X-Other", "Authorization", "*", "", "a b")),
    _rename,
)
_ACTUAL_SLIPS: tuple[Slip, ...] = (
    _status,
    _replace(ORIGIN, _ORIGINS),
    _replace(ORIGIN, _ORIGINS),
    _drop(ORIGIN),
    _repeat(ORIGIN, ("{O}", "*", "http://other.example", "")),
    _replace(CREDENTIALS, _TRUTHS),
    _drop(CREDENTIALS),
    _repeat(CREDENTIALS, ("true",)),
    _replace(EXPOSE, _EXPOSED),
    _repeat(EXPOSE, _EXPOSED),
    _rename,
)
