# ruff: noqa: T201 - a command: what it prints is its result
"""Compare the browser model with the real engines, over recorded and random cases.

    python -m engines.compare --cases 1000 [--seed N] [--engine firefox ...]

Exits with 1 if there is a difference that nothing here explains, or if an engine is missing.
"""

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import NamedTuple

from engines.browsers import ENGINES, BrowserError
from engines.cases import random_cases, recorded_cases
from engines.differences import TELLING, table
from engines.modelled import predict
from engines.recording import Case, Outcome, laboratory, record
from engines.scripted import NOT_FOUND
from engines.visits import VISITS, Cost, foretell_all, visit_all

#: The part of the documentation that `main` writes.
TABLE = Path(__file__).parents[2] / "docs" / "_generated" / "engine-differences.inc"


class Run(NamedTuple):
    """What one engine did with some cases."""

    engine: str
    version: str
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]
    telling: Sequence[Outcome]
    costs: Sequence[Sequence[Cost]]


class Difference(NamedTuple):
    """A case of which the model says something else than the engine did."""

    engine: str
    case: Case
    observed: Outcome
    predicted: Outcome

    def __str__(self) -> str:
        """The case, and each part that differs, one under the other."""
        lines = [
            f"{self.engine}, case {self.case.name}: {self.case.api} {json.dumps(self.case.init)}",
            f"  preflight {self.case.preflight.status} {list(self.case.preflight.headers)}",
            f"  actual    {self.case.actual.status} {list(self.case.actual.headers)}",
        ]
        if self.case.onward.actual != NOT_FOUND:
            lines += [f"  onward    {answer}" for answer in self.case.onward]
        for part in Outcome._fields:
            observed, predicted = getattr(self.observed, part), getattr(self.predicted, part)
            if observed != predicted:
                lines += [f"  {part}:", f"    engine {observed}", f"    model  {predicted}"]
        return "\n".join(lines)


class Explanation(NamedTuple):
    """A difference that is known, that no model can foresee, and that is no fault."""

    engine: str
    what: str
    covers: Callable[[Difference], bool]


def run_engine(engine: str, cases: Sequence[Case]) -> Run:
    """Launch an engine, and let it fetch every case and make every visit."""
    with laboratory(engine) as lab:
        outcomes = record(lab, cases)
        telling = record(lab, [each.case for each in TELLING])
        return Run(engine, lab.browser.version(), cases, outcomes, telling, visit_all(lab))


def differences(run: Run) -> list[Difference]:
    """The cases of a run that the model foretells wrongly."""
    found = []
    for case, observed in zip(run.cases, run.outcomes, strict=True):
        predicted = predict(run.engine, case)
        if observed != predicted:
            found.append(Difference(run.engine, case, observed, predicted))
    return found


def unexplained(run: Run) -> list[Difference]:
    """The differences that nothing here explains."""
    return [difference for difference in differences(run) if not explanation(difference)]


def explanation(difference: Difference) -> Explanation | None:
    """What explains a difference, if anything does."""
    matching = (known for known in EXPLANATIONS if known.engine == difference.engine)
    return next((known for known in matching if known.covers(difference)), None)


def _names_another_refused_header(difference: Difference) -> bool:
    if difference.observed[:2] != difference.predicted[:2]:
        return False
    refused = re.compile(r"Request header field (\S+) is not allowed by Access-Control-Allow-H")
    observed, predicted = (
        [refused.search(line) for line in outcome.console]
        for outcome in (difference.observed, difference.predicted)
    )
    if len(observed) != 1 or len(predicted) != 1 or not observed[0] or not predicted[0]:
        return False
    preflight = difference.observed.wire[-1]
    first = preflight.url == "{URL}"
    answer = difference.case.preflight if first else difference.case.onward.preflight
    allowed = {
        name.strip().lower()
        for field, value in answer.headers
        if field.lower() == "access-control-allow-headers"
        for name in value.split(",")
    }
    asked = preflight.cors["access-control-request-headers"].split(",")
    return observed[0][1] in set(asked) - allowed


def _repeats_a_header(difference: Difference) -> bool:
    fields = difference.case.init.get("headers", [])
    names = Counter(name.lower() for name, _ in fields)
    repeated = {name for name, count in names.items() if count > 1}
    return _agree_without(difference, set_by_script=repeated)


def _is_opaque(difference: Difference) -> bool:
    no_cors = difference.case.init.get("mode") == "no-cors"
    return no_cors and _agree_without(difference, cors={"origin"})


def _agree_without(
    difference: Difference, *, set_by_script: Container[str] = (), cors: Container[str] = ()
) -> bool:
    """Whether engine and model agree on everything but what came of these request headers."""

    def reduced(outcome: Outcome) -> Outcome:
        wire = [
            sent._replace(
                as_set=[name for name in sent.as_set if name not in set_by_script],
                cors={name: value for name, value in sent.cors.items() if name not in cors},
            )
            for sent in outcome.wire
        ]
        return outcome._replace(wire=wire)

    return reduced(difference.observed) == reduced(difference.predicted)


_REPEATED = "of a header that script appends twice not all values are sent"
EXPLANATIONS = (
    Explanation(
        "chromium",
        "of several refused request headers the console names one, in no order to rely on",
        _names_another_refused_header,
    ),
    Explanation("chromium", _REPEATED, _repeats_a_header),
    Explanation("firefox", _REPEATED, _repeats_a_header),
    Explanation("webkit", _REPEATED, _repeats_a_header),
    Explanation(
        "webkit", "without CORS, a POST that a redirect made a GET keeps its Origin", _is_opaque
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engines, print what differs, and say so in the exit status."""
    options = _parser().parse_args(arguments)
    cases = recorded_cases() + random_cases(options.seed, options.cases)
    print(f"seed {options.seed}: {len(cases)} cases, {options.cases} of them random")
    runs: list[Run] = []
    for engine in options.engine or ENGINES:
        try:
            runs.append(run_engine(engine, cases))
        except BrowserError as error:
            print(f"{engine}: {error}")
            return 1
        _report(runs[-1])
    if tuple(run.engine for run in runs) == ENGINES:
        TABLE.write_text(_page(runs), "utf-8")
        print(f"Wrote {TABLE}")
    wrong = (unexplained(run) or run.costs != foretell_all(run.engine) for run in runs)
    return int(any(wrong))


def _report(run: Run) -> None:
    found = differences(run)
    explained = Counter(known.what for known in map(explanation, found) if known)
    shared = sum(outcome.response is not None for outcome in run.outcomes)
    wrong = [difference for difference in found if not explanation(difference)]
    costs = [
        f"{run.engine}, {visit.name}: engine {observed}, model {predicted}"
        for visit, observed, predicted in zip(
            VISITS, run.costs, foretell_all(run.engine), strict=True
        )
        if observed != predicted
    ]
    print(f"{run.engine} ({run.version})")
    print(f"  {len(run.cases)} cases, {shared} of them shared: {len(wrong)} differences")
    for what, count in explained.items():
        print(f"    and {count} known: {what}")
    print(f"  {len(run.costs)} visits to the preflight cache: {len(costs)} differences")
    for difference in (*wrong, *costs):
        print(difference)


def _page(runs: Sequence[Run]) -> str:
    """The measured differences, as Markdown, without anything that changes from run to run."""
    outcomes = {run.engine: run.telling for run in runs}
    return (
        "<!-- Written by `make engines`. -->\n"
        f"Measured in {', '.join(run.version for run in runs)}.\n\n"
        + table(outcomes, {run.engine: run.costs for run in runs})
        + "\nKnown, and not modelled:\n\n"
        + "".join(f"- {known.engine}: {known.what}\n" for known in EXPLANATIONS)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m engines.compare")
    parser.add_argument("--cases", type=int, default=1000, help="random cases (default: 1000)")
    parser.add_argument(
        "--seed",
        type=int,
        default=random.SystemRandom().randrange(10**6),
        help="repeat the random cases of an earlier run",
    )
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this engine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
