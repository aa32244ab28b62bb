"""The preflight cache: what a second request to the same address costs, in engines and model."""

import json
import time
from typing import Any, NamedTuple

from engines.modelled import received_from, response_from
from engines.recording import Lab
from engines.scripted import Answer, Script

from cors_wsgi.browser import ENGINES as MODELS
from cors_wsgi.browser import Browser as ModelBrowser
from cors_wsgi.browser import HTTPRequest, HTTPResponse, fetch, fetch_request, run

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"


class Ask(NamedTuple):
    """One request of a visit, `at` seconds after its first."""

    method: str
    headers: tuple[str, ...] = ()
    credentials: bool = False
    query: str = ""
    at: float = 0.0
    spoilt: bool = False  # the answer lacks Access-Control-Allow-Origin


class Visit(NamedTuple):
    """Some requests to one address, and what its preflights are answered."""

    name: str
    requests: tuple[Ask, ...]
    methods: str = _METHODS
    headers: str = "X-A, X-B, Authorization"
    max_ages: tuple[str, ...] = ("600",)


class Cost(NamedTuple):
    """What became of one request of a visit."""

    preflights: int
    shared: bool


def visit_all(lab: Lab) -> list[list[Cost]]:
    """Let an engine's page make every visit."""
    lab.browser.goto(f"{lab.page.origin}/")
    _warm_up(lab)
    costs: list[list[Cost]] = []
    started = []
    for number, visit in enumerate(VISITS):
        started.append(time.monotonic())
        soon = [ask for ask in visit.requests if not ask.at]
        costs.append([_ask(lab, f"/visit/{number}", visit, ask) for ask in soon])
    for number, visit in enumerate(VISITS):
        for ask in visit.requests:
            if ask.at:
                time.sleep(max(0.0, started[number] + ask.at - time.monotonic()))
                costs[number].append(_ask(lab, f"/visit/{number}", visit, ask))
    return costs


def foretell_all(engine: str) -> list[list[Cost]]:
    """Let the model play an engine that makes every visit."""
    return [_foretell(engine, visit) for visit in VISITS]


def _warm_up(lab: Lab) -> None:
    """Spend the first two hits of the cache, which Firefox ignores on every new site."""
    again = (Ask("PUT"),) * 4
    for ask in again:
        _ask(lab, "/warm-up", Visit("warm-up", again), ask)


def _ask(lab: Lab, path: str, visit: Visit, ask: Ask) -> Cost:
    lab.api.scripts[f"{lab.api.origin}{path}{ask.query}"] = _script(visit, ask, lab.page.origin)
    before = len(lab.api.received)
    url, init = json.dumps(f"{lab.api.origin}{path}{ask.query}"), json.dumps(_init(ask))
    shared = lab.browser.evaluate(f"fetch({url}, {init}).then(() => true, () => false)")
    received = lab.api.received[before:]
    return Cost(sum(request.is_preflight() for request in received), shared)


def _foretell(engine: str, visit: Visit) -> list[Cost]:
    page, url = "http://127.0.0.1:40001", "http://127.0.0.1:40002/visit"
    browser = ModelBrowser(engine=MODELS[engine])
    costs = []
    for ask in visit.requests:
        script = _script(visit, ask, page)

        def send(request: HTTPRequest, script: Script = script) -> HTTPResponse:
            return response_from(script.answer(received_from(request)), request.method)

        request = fetch_request(page, url + ask.query, **_init(ask))
        result = run(fetch(request, browser, now=ask.at), send)
        preflights = sum(exchange.preflight for exchange in result.exchanges)
        costs.append(Cost(preflights, result.shared))
    return costs


def _init(ask: Ask) -> dict[str, Any]:
    return {
        "method": ask.method,
        "headers": dict.fromkeys(ask.headers, "1"),
        "credentials": "include" if ask.credentials else "omit",
    }


def _script(visit: Visit, ask: Ask, origin: str) -> Script:
    shared = (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Cache-Control", "no-store"),
    )
    preflight = (
        *shared,
        ("Access-Control-Allow-Methods", visit.methods),
        ("Access-Control-Allow-Headers", visit.headers),
        *(("Access-Control-Max-Age", age) for age in visit.max_ages),
    )
    return Script(
        Answer(204, preflight, content_length="absent"),
        Answer(headers=shared[1:] if ask.spoilt else shared),
    )


def _twice(
    method: str, *headers: str, at: float = 0.0, credentials: bool = False
) -> tuple[Ask, ...]:
    first = Ask(method, headers, credentials)
    return first, first._replace(at=at)


def _each(*requests: tuple[str, ...]) -> tuple[Ask, ...]:
    return tuple(Ask(method, tuple(headers)) for method, *headers in requests)


_A_THEN_B = _each(("PUT", "X-A"), ("PUT", "X-B"))
_A_B_A = _each(("PUT", "X-A"), ("PUT", "X-B"), ("PUT", "X-A"))
_REFUSED_THEN_LISTED = _each(("PUT", "X-Other"), ("PUT", "X-A"))
_AUTHORIZED = ("PUT", "X-A", "Authorization")

VISITS: tuple[Visit, ...] = (
    Visit("the same request again", _twice("PUT", "X-A")),
    Visit("the same request again, with credentials", _twice("PUT", "X-A", credentials=True)),
    Visit("the same request again, Authorization", _twice(*_AUTHORIZED)),
    Visit("the same method again, no header", _twice("PUT")),
    Visit("the same header again, with GET", _twice("GET", "X-A")),
    Visit("the same header again, with HEAD", _twice("HEAD", "X-A")),
    Visit("HEAD again, which the list lacks", _twice("HEAD", "X-A"), methods="PUT"),
    Visit("POST again, which the list lacks", _twice("POST", "X-A"), methods="PUT"),
    Visit("the same request at another query", (Ask("PUT"), Ask("PUT", query="?2"))),
    Visit("another method that is listed", _each(("PUT",), ("DELETE",))),
    Visit("another header that is listed", _A_THEN_B),
    Visit("both headers, then one of them", _each(("PUT", "X-A", "X-B"), ("PUT", "X-A"))),
    Visit("with credentials, then without", (Ask("PUT", credentials=True), Ask("PUT"))),
    Visit("without credentials, then with", (Ask("PUT"), Ask("PUT", credentials=True))),
    Visit("methods `*`: the same method again", _twice("PUT"), methods="*"),
    Visit("methods `*`: another method", _each(("PUT",), ("PROPFIND",)), methods="*"),
    Visit("methods `*`, the method too: again", _twice("PUT"), methods="PUT, *"),
    Visit("headers `*`: the same header again", _twice("PUT", "X-A"), headers="*"),
    Visit("headers `*`: another header", _A_THEN_B, headers="*"),
    Visit("headers `*`, the name too: again", _twice("PUT", "X-A"), headers="X-A, *"),
    Visit("headers `*`, one name: another header", _A_THEN_B, headers="X-A, *"),
    Visit("headers `*` alone: Authorization again", _twice(*_AUTHORIZED), headers="*"),
    Visit("headers `*, Authorization`: again", _twice(*_AUTHORIZED), headers="*, Authorization"),
    Visit(
        "everything listed and `*`: Authorization again",
        _twice(*_AUTHORIZED),
        methods=f"{_METHODS}, {{REQUESTED}}, *",
        headers="Authorization, {REQUESTED}, *",
    ),
    Visit(
        "everything listed and `*`: Authorization again, with credentials",
        _twice(*_AUTHORIZED, credentials=True),
        methods=f"{_METHODS}, {{REQUESTED}}, *",
        headers="Authorization, {REQUESTED}, *",
    ),
    Visit(
        "with credentials `*` is a name: refused each time",
        _twice("PUT", "X-A", credentials=True),
        headers="*",
    ),
    Visit("reflected names: the same again", _twice("PUT", "X-A"), headers="{REQUESTED}"),
    Visit("reflected names: another header", _A_THEN_B, headers="{REQUESTED}"),
    Visit("reflected names: another header and back", _A_B_A, headers="{REQUESTED}"),
    Visit("a reflected method: another one", _each(("PUT",), ("DELETE",)), methods="{REQUESTED}"),
    Visit(
        "a reflected method: another one and back",
        _each(("PUT",), ("DELETE",), ("PUT",)),
        methods="{REQUESTED}",
    ),
    Visit("a refused header, then a listed one", _REFUSED_THEN_LISTED, headers="X-A"),
    Visit(
        "an answer without CORS, then the same again",
        (Ask("PUT"), Ask("PUT", spoilt=True), Ask("PUT")),
    ),
    Visit("no max-age: again at once", _twice("PUT"), max_ages=()),
    Visit("no max-age: again after 6 s", _twice("PUT", at=6), max_ages=()),
    Visit("max-age empty: again at once", _twice("PUT"), max_ages=("",)),
    Visit("max-age `2`: again at once", _twice("PUT"), max_ages=("2",)),
    Visit("max-age `2`: again after 3 s", _twice("PUT", at=3), max_ages=("2",)),
    Visit("max-age `0`: again at once", _twice("PUT"), max_ages=("0",)),
    Visit("max-age `-1`: again at once", _twice("PUT"), max_ages=("-1",)),
    Visit("max-age `+600`: again at once", _twice("PUT"), max_ages=("+600",)),
    Visit("max-age `+600`: again after 6 s", _twice("PUT", at=6), max_ages=("+600",)),
    Visit("max-age `abc`: again at once", _twice("PUT"), max_ages=("abc",)),
    Visit("max-age `abc`: again after 6 s", _twice("PUT", at=6), max_ages=("abc",)),
    Visit("max-age `5.5`: again at once", _twice("PUT"), max_ages=("5.5",)),
    Visit("max-age `600s`: again at once", _twice("PUT"), max_ages=("600s",)),
    Visit("max-age `600s`: again after 6 s", _twice("PUT", at=6), max_ages=("600s",)),
    Visit("max-age twice, `600` and `600`: again at once", _twice("PUT"), max_ages=("600", "600")),
)
