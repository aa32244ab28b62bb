"""What the page asks its own server, and the answers."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import lines
import playground
import replay
from described import TITLES, described
from failures import Adapter, Failure
from page import Question
from recorder import Recorder

from cors_wsgi import catalogue


@dataclasses.dataclass(frozen=True)
class Demo:
    """Everything that runs.

    Attributes:
        origin: The page's own origin.
        failures: The failures by id.
        others: The origins of the broken and of the fixed applications, by adapter.
        recorder: What their servers recorded.
    """

    origin: str
    failures: Mapping[str, Failure]
    others: Mapping[Adapter, Mapping[str, str]]
    recorder: Recorder

    def questions(self, source_of: Callable[[Failure], str]) -> dict[str, Question]:
        """Return what answers each path, given the query.

        Args:
            source_of: The code of a failure's mistake.
        """
        rows = [
            described(one, self.origin, self.others, source_of) for one in self.failures.values()
        ]
        return {
            "/demo.json": lambda _query: {
                "others": self.others,
                "frameworks": TITLES,
                "rows": rows,
            },
            "/exchanges.json": self._about_one(self._exchanges),
            "/lines.json": self._about_one(lines.lines),
            "/patterns.json": lambda _query: catalogue.as_patterns(),
            "/playground.json": playground.tried,
        }

    def _about_one(self, answer: Callable[[Failure, Mapping[str, str]], Any]) -> Question:
        """Return a question about the failure in the query; None if there is no such failure."""

        def ask(query: Mapping[str, str]) -> Any:
            failure = self.failures.get(query.get("row", ""))
            return failure and answer(failure, query)

        return ask

    def _exchanges(self, failure: Failure, query: Mapping[str, str]) -> dict[str, Any] | None:
        """Return what passed in a run, and what browsers make of it."""
        server, run = self.others[failure.adapter].get(query.get("side", "")), query.get("run", "")
        if server is None:
            return None
        exchanges = self.recorder.exchanges(run)
        url = f"{server}/{failure.failure}{failure.call.path}?run={run}"
        outcome = replay.replay(self.origin, url, failure, exchanges)
        return {
            "exchanges": [replay.shown(exchange) for exchange in exchanges],
            "consoles": replay.consoles(outcome),
            "decided": replay.decided(outcome, failure),
        }
