"""The cases that show where engines differ, and what to say of each in a table."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from engines.scripted import Answer, Script
from engines.stories import ADDRESS, NAME, Ask, Outcome, Story, story

_ORIGIN = ("Access-Control-Allow-Origin", "{O}")
_ANY = ("Access-Control-Allow-Origin", "*")
_METHODS = ("Access-Control-Allow-Methods", "GET, PUT, DELETE")
_HEADERS = ("Access-Control-Allow-Headers", "X-A, Accept, Authorization, Content-Type, User-Agent")
_ALLOW = Answer(204, (_ORIGIN, _METHODS, _HEADERS), content_length="absent")
_SHARE = Answer(200, (_ORIGIN,))
_ONWARD = Script(_ALLOW._replace(headers=(_ANY, _METHODS, _HEADERS)), Answer(200, (_ANY,)))
_EXPOSED = ("Access-Control-Expose-Headers", "*, a b")


class Telling(NamedTuple):
    """A case that engines treat differently, and how to say in a few words what came of it."""

    situation: str
    story: Story
    say: Callable[[Outcome], str]


def _first_question(outcome: Outcome) -> str:
    return _question(outcome, "{URL}")


def _question_at_next(outcome: Outcome) -> str:
    return _question(outcome, "{NEXT}")


def _question(outcome: Outcome, url: str) -> str:
    for sent in outcome.wire:
        if sent.url == url and "access-control-request-method" in sent.cors:
            names = sent.cors.get("access-control-request-headers")
            return f"`{names}`" if names else "no header"
    return "no preflight"


def _origin_at_next(outcome: Outcome) -> str:
    origins = [sent.cors["origin"] for sent in outcome.wire if sent.url == "{NEXT}"]
    return ", ".join({"{O}": "the page's", "null": "`null`"}[origin] for origin in origins)


def _methods(outcome: Outcome) -> str:
    return ", ".join(f"`{sent.method}`" for sent in outcome.wire)


def _verdict(outcome: Outcome) -> str:
    return "allowed" if outcome.responses[0] else "refused"


def _readable(outcome: Outcome) -> str:
    return "yes" if outcome.responses[0] and "x-a" in outcome.responses[0]["headers"] else "no"


def _case(
    init: dict[str, Any],
    actual: Answer = _SHARE,
    preflight: Answer = _ALLOW,
    onward: Script = _ONWARD,
    api: Literal["fetch", "xhr"] = "fetch",
) -> Story:
    return story("telling", init, preflight, actual, onward, api)


def _redirect(status: int) -> Answer:
    return Answer(status, (_ORIGIN, ("Location", "{NEXT}")))


_CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
_NO_CACHE = ("Cache-Control", "no-store")


def _chain(
    init: dict[str, Any], *hops: tuple[str, int], allowed: str = "*", refuse: bool = False
) -> Story:
    """A request from one place to the next, each named by its origin, with each one's status."""
    places = [f"{origin}{{PATH}}/{number}" for number, (origin, _) in enumerate(hops)]
    allow = (("Access-Control-Allow-Origin", allowed), _NO_CACHE)
    scripts = {}
    for number, (place, (_, status)) in enumerate(zip(places, hops, strict=True)):
        onward = (("Location", places[number + 1]),) if number + 1 < len(places) else ()
        preflight = Answer(404) if refuse else Answer(200, (*allow, _METHODS, _HEADERS))
        scripts[place] = Script(preflight, Answer(status, (*allow, *onward)))
    return Story("telling", (Ask(init, places[0]),), scripts)


def _cookie(
    line: str,
    *,
    at: str = "{B}",
    through: str | None = None,
    hosts: tuple[str, str, str] = ADDRESS,
) -> Story:
    """A cookie that one request sets, and the next one may carry, perhaps after a redirect."""
    allow = (("Access-Control-Allow-Origin", "{O}"), _CREDENTIALS, _NO_CACHE)
    first, second = f"{at}{{PATH}}/1", f"{at}{{PATH}}/2"
    scripts = {
        first: Script(_ALLOW, Answer(200, (*allow, ("Set-Cookie", line)))),
        second: Script(_ALLOW, Answer(200, allow)),
    }
    start = second if through is None else f"{through}{{PATH}}/3"
    if through is not None:
        scripts[start] = Script(_ALLOW, Answer(302, (*allow, ("Location", second))))
    init = {"credentials": "include"}
    return Story("telling", (Ask(init, first), Ask(init, start)), scripts, hosts)


def _last_cookies(outcome: Outcome) -> str:
    ours = [pair for pair in outcome.wire[-1].cookies if "{N}" in pair]
    return ", ".join(f"`{pair}`".replace("{N}", "a") for pair in ours) or "no"


def _last_carries(*names: str) -> Callable[[Outcome], str]:
    def say(outcome: Outcome) -> str:
        carried = [name for name in names if name in outcome.wire[-1].as_set]
        return ", ".join(f"`{name}`" for name in carried) or "nothing"

    return say


def _last_origin(outcome: Outcome) -> str:
    origin = outcome.wire[-1].cors.get("origin")
    return {"{O}": "the page's", "null": "`null`", None: "none"}[origin]


def _last_type(outcome: Outcome) -> str:
    types = [name for name in outcome.wire[-1].as_set if name.startswith("content-type: ")]
    return f"`{types[0].partition(': ')[2]}`"


def _number(outcome: Outcome) -> str:
    return f"{len(outcome.wire)}, {_verdict(outcome)}"


def _status(outcome: Outcome) -> str:
    return str(outcome.responses[0]["status"]) if outcome.responses[0] else "none"


def _headers(*pairs: tuple[str, str], method: str = "GET") -> Story:
    allow = Answer(204, (_ORIGIN, ("Access-Control-Allow-Headers", "{REQUESTED}")))
    return _case({"method": method, "headers": list(pairs)}, preflight=allow)


def _located(*locations: str, status: int = 302, redirect: str = "follow") -> Story:
    headers = (_ANY, *(("Location", location) for location in locations), _NO_CACHE)
    there = Script(Answer(404), Answer(200, (_ANY,)))
    scripts = {
        "{URL}": Script(Answer(404), Answer(status, headers)),
        "{ONWARD}": there,
        "{NEXT}": there,
    }
    return Story("telling", (Ask({"redirect": redirect}),), scripts)


_AUTHORIZATION = {"headers": [["Authorization", "Bearer t"]]}
_JSON = {"method": "POST", "headers": [["Content-Type", "application/json"]]}
_XHR = {"method": "POST", "body": "x", "with_credentials": False, "upload_listener": False}

TELLING: tuple[Telling, ...] = (
    Telling(
        "`Allow-Headers: *` and `Authorization`, without credentials",
        _case(
            {"headers": [["Authorization", "Bearer t"]]},
            preflight=_ALLOW._replace(headers=(_ORIGIN, (_HEADERS[0], "*"))),
        ),
        _verdict,
    ),
    Telling(
        "`Allow-Origin` twice: the origin, and an empty line",
        _case({}, Answer(200, (("ACCESS-CONTROL-ALLOW-ORIGIN", "{O}"), (_ORIGIN[0], "")))),
        _verdict,
    ),
    Telling(
        "`Allow-Credentials` twice: `true`, and an empty line",
        _case(
            {"credentials": "include"},
            Answer(
                200,
                (
                    _ORIGIN,
                    ("Access-Control-Allow-Credentials", "true"),
                    ("Access-Control-Allow-Credentials", ""),
                ),
            ),
        ),
        _verdict,
    ),
    Telling(
        "`Expose-Headers: *, a b` (`a b` is malformed): script reads `X-A`",
        _case({}, Answer(200, (_ORIGIN, ("X-A", "1"), _EXPOSED))),
        _readable,
    ),
    Telling(
        "script sets `User-Agent`: the preflight asks for",
        _case({"headers": [["User-Agent", "mine"]]}),
        _first_question,
    ),
    Telling(
        "script appends `X-A` twice: the preflight asks for",
        _case({"headers": [["X-A", "1"], ["X-A", "2"]]}),
        _first_question,
    ),
    Telling(
        "script appends `Content-Type: text/plain` twice: the preflight asks for",
        _case({"method": "POST", "headers": [["Content-Type", "text/plain"]] * 2}),
        _first_question,
    ),
    Telling(
        "script appends `Accept` nine times, 1,080 bytes together: the preflight asks for",
        _case({"headers": [["Accept", "x" * 120]] * 9}),
        _first_question,
    ),
    Telling(
        "XMLHttpRequest with an upload listener and no body: the requests",
        _case(
            {"method": "POST", "headers": [], "with_credentials": False, "upload_listener": True},
            api="xhr",
        ),
        _methods,
    ),
    Telling(
        "`PUT`, redirected with 303 to another origin: the requests",
        _case({"method": "PUT"}, _redirect(303)),
        _methods,
    ),
    Telling(
        "`DELETE`, redirected with 307 to another origin: the requests",
        _case({"method": "DELETE"}, _redirect(307)),
        _methods,
    ),
    Telling(
        "`PUT`, redirected with 307 to another origin: `Origin` there",
        _case({"method": "PUT"}, _redirect(307)),
        _origin_at_next,
    ),
    Telling(
        "`X-A` and `Authorization`, redirected to another origin: the preflight there asks for",
        _case(
            {"headers": [["X-A", "1"], ["Authorization", "Bearer t"]]},
            _redirect(307),
        ),
        _question_at_next,
    ),
    Telling(
        "from the page's own origin, `Authorization`, redirected to another origin: the requests",
        _chain(_AUTHORIZATION, ("{O}", 302), ("{B}", 200), refuse=True),
        _methods,
    ),
    Telling(
        "from the page's own origin, a JSON `POST`, redirected with 303 to another origin",
        _chain(_JSON, ("{O}", 303), ("{B}", 200), refuse=True),
        _verdict,
    ),
    Telling(
        "from the page's own origin to another and on, each with `Allow-Origin: *`",
        _chain({}, ("{O}", 302), ("{B}", 302), ("{B}", 200)),
        _verdict,
    ),
    Telling(
        "`Authorization`, redirected to another origin, and there again: the last request carries",
        _chain(_AUTHORIZATION, ("{B}", 302), ("{X}", 302), ("{X}", 200)),
        _last_carries("authorization"),
    ),
    Telling(
        "a JSON `POST`, redirected with 303, then with 307: the last request carries",
        _chain(_JSON, ("{B}", 303), ("{B}", 307), ("{B}", 200)),
        _last_carries("content-type"),
    ),
    Telling(
        "mode `no-cors`, `POST`, redirected with 302 on one origin: `Origin` there",
        _chain({"method": "POST", "mode": "no-cors"}, ("{B}", 302), ("{B}", 200)),
        _last_origin,
    ),
    Telling(
        "mode `no-cors`, `POST`, redirected with 307 from the own origin: `Origin` there",
        _chain({"method": "POST", "mode": "no-cors"}, ("{O}", 307), ("{B}", 200)),
        _last_origin,
    ),
    Telling("two `Location` lines, alike", _located("{ONWARD}", "{ONWARD}"), _number),
    Telling("two `Location` lines that differ", _located("{ONWARD}", "{NEXT}"), _number),
    Telling("an empty `Location`: the requests", _located(""), _number),
    Telling(
        "status 309 with a `Location`: the requests", _located("{ONWARD}", status=309), _number
    ),
    Telling(
        "redirect mode `error`, status 302 without `Location`", _located(redirect="error"), _verdict
    ),
    Telling(
        "redirect mode `manual`, status 309 with a `Location`: script reads the status",
        _located("{ONWARD}", status=309, redirect="manual"),
        _status,
    ),
    Telling("`DPR: 1`: the preflight asks for", _headers(("DPR", "1")), _first_question),
    Telling("`Accept: é`: the preflight asks for", _headers(("Accept", "é")), _first_question),
    Telling(
        "`Content-Type: text/plain; a=b, c`: the preflight asks for",
        _headers(("Content-Type", "text/plain; a=b, c"), method="POST"),
        _first_question,
    ),
    Telling(
        f"`Range: bytes={2**63}-`: the preflight asks for",
        _headers(("Range", f"bytes={2**63}-")),
        _first_question,
    ),
    Telling(
        f"`Range: bytes={2**64}-`: the preflight asks for",
        _headers(("Range", f"bytes={2**64}-")),
        _first_question,
    ),
    Telling(
        "`Range: BYTES=0-5`: the preflight asks for",
        _headers(("Range", "BYTES=0-5")),
        _first_question,
    ),
    Telling(
        "XMLHttpRequest sends text as `text/plain; a=b; charset=x`: its Content-Type",
        _case(_XHR | {"headers": [["Content-Type", "text/plain; a=b; charset=x"]]}, api="xhr"),
        _last_type,
    ),
    Telling(
        "a stream as body, HTTP/1.1: the requests",
        _case({"method": "POST", "body": "x", "streams": True}),
        _number,
    ),
    Telling(
        "status 407",
        _case({}, Answer(407, (_ORIGIN,))),
        _verdict,
    ),
    Telling(
        "mode `no-cors`, `Cross-Origin-Resource-Policy: same-site`, another port of one address",
        _case({"mode": "no-cors"}, Answer(200, (("Cross-Origin-Resource-Policy", "same-site"),))),
        _verdict,
    ),
    Telling(
        "a cookie without `SameSite` to another site", _cookie("{N}=1", at="{X}"), _last_cookies
    ),
    Telling(
        "a cookie with `SameSite=None` without `Secure`",
        _cookie("{N}=1; SameSite=None"),
        _last_cookies,
    ),
    Telling(
        "a cookie with `Secure` over http on this machine", _cookie("{N}=1; Secure"), _last_cookies
    ),
    Telling(
        "a cookie with `SameSite=Lax`, after a redirect through another site",
        _cookie("{N}=1; SameSite=Lax", through="{X}"),
        _last_cookies,
    ),
    Telling(
        "the same, and back to another host of the page's site",
        _cookie("{N}=1; SameSite=Lax", through="{X}", hosts=NAME),
        _last_cookies,
    ),
    Telling("a cookie `a` without `=`", _cookie("{N}"), _last_cookies),
    Telling("a cookie `=a`", _cookie("={N}"), _last_cookies),
    Telling(
        "a cookie with `Domain=0.0.1` from 127.0.0.1", _cookie("{N}=1; Domain=0.0.1"), _last_cookies
    ),
    Telling(
        "a cookie with `Max-Age=60; Expires` in 1970",
        _cookie("{N}=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        _last_cookies,
    ),
)
