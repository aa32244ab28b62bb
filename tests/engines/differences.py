"""Where engines differ from the standard and from one another: cases that show it, and a table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engines.browsers import ENGINES
from engines.modelled import predict
from engines.recording import Case, Outcome
from engines.scripted import Answer, Script
from engines.visits import VISITS, Cost, foretell_all

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
    case: Case
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
    return "allowed" if outcome.response else "refused"


def _readable(outcome: Outcome) -> str:
    return "yes" if outcome.response and "x-a" in outcome.response["headers"] else "no"


def _case(
    init: dict[str, Any],
    actual: Answer = _SHARE,
    preflight: Answer = _ALLOW,
    onward: Script = _ONWARD,
) -> Case:
    return Case("telling", init, preflight, actual, onward)


def _redirect(status: int) -> Answer:
    return Answer(status, (_ORIGIN, ("Location", "{NEXT}")))


TELLING = (
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
            {"method": "POST", "headers": [], "with_credentials": False, "upload_listener": True}
        )._replace(api="xhr"),
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
)


def table(
    outcomes: Mapping[str, Sequence[Outcome]], costs: Mapping[str, Sequence[Sequence[Cost]]]
) -> str:
    """Markdown: what engines did with the telling cases and the visits, where they differ.

    Args:
        outcomes: For each engine, what came of the telling cases.
        costs: For each engine, what the visits cost.
    """
    standard = [predict("standard", telling.case) for telling in TELLING]
    situations = [
        (telling.situation, *map(telling.say, row))
        for telling, *row in zip(TELLING, standard, *map(outcomes.get, ENGINES), strict=True)
    ]
    visits = [
        (visit.name, *map(_cost, row))
        for visit, *row in zip(
            VISITS, foretell_all("standard"), *map(costs.get, ENGINES), strict=True
        )
    ]
    return (
        _rows("situation", situations)
        + "\nPreflights of each request to one address (max-age 600 where none is named):\n\n"
        + _rows("requests", visits)
    )


def modelled_table() -> str:
    """The same table, from the model playing the engines."""
    outcomes = {
        engine: [predict(engine, telling.case) for telling in TELLING] for engine in ENGINES
    }
    return table(outcomes, {engine: foretell_all(engine) for engine in ENGINES})


def _cost(costs: Sequence[Cost]) -> str:
    return ", ".join(f"{cost.preflights}{'' if cost.shared else ' (refused)'}" for cost in costs)


def _rows(what: str, rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table of the rows that are not all the same."""
    head = [(what, "standard", "Chromium", "Firefox", "WebKit"), ("---",) * 5]
    differing = [row for row in rows if len(set(row[1:])) > 1]
    return "".join(f"| {' | '.join(row)} |\n" for row in (*head, *differing))
