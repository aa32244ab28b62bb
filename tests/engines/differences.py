"""Where engines differ from the standard and from one another, as a table."""

from collections.abc import Mapping, Sequence

from engines.browsers import ENGINES
from engines.modelled import predict
from engines.stories import Outcome
from engines.telling import TELLING
from engines.visits import VISITS, Cost, foretell_all


def table(
    outcomes: Mapping[str, Sequence[Outcome]], costs: Mapping[str, Sequence[Sequence[Cost]]]
) -> str:
    """Markdown: what engines did with the telling cases and the visits, where they differ.

    Args:
        outcomes: For each engine, what came of the telling cases.
        costs: For each engine, what the visits cost.
    """
    standard = [predict("standard", telling.story) for telling in TELLING]
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
        engine: [predict(engine, telling.story) for telling in TELLING] for engine in ENGINES
    }
    return table(outcomes, {engine: foretell_all(engine) for engine in ENGINES})


def _cost(costs: Sequence[Cost]) -> str:
    return ", ".join(f"{cost.preflights}{'' if cost.shared else ' (refused)'}" for cost in costs)


def _rows(what: str, rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table of the rows that are not all the same."""
    head = [(what, "standard", "Chromium", "Firefox", "WebKit"), ("---",) * 5]
    differing = [row for row in rows if len(set(row[1:])) > 1]
    return "".join(f"| {' | '.join(row)} |\n" for row in (*head, *differing))
