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
from typing import NamedTuple

from engines.browsers import ENGINES, BrowserError, launch
from engines.cases import random_cases, recorded_cases
from engines.modelled import predict
from engines.recording import Case, Outcome, record
from engines.scripted import NOT_FOUND, serving


class Run(NamedTuple):
    """What one engine did with some cases."""

    engine: str
    version: str
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]


class Difference(NamedTuple):
    """A case of which the model says something else than the engine did."""

    engine: str
    case: Case
    observed: Outcome
    predicted: Outcome

    def __str__(self) -> str:
        """The case, and each part that differs, one under the other."""
        lines = [
            f"{self.engine}, case {self.case.name}: fetch(url, {json.dumps(self.case.init)})",
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
    """Launch an engine and let it fetch every case."""
    with serving() as page, serving() as api, launch(engine) as browser:
        outcomes = record(engine, browser, page, api, cases)
        return Run(engine, browser.version(), cases, outcomes)


def differences(run: Run) -> list[Difference]:
    """The cases of a run that the model foretells wrongly."""
    found = []
    for case, observed in zip(run.cases, run.outcomes, strict=True):
        predicted = predict(run.engine, case)
        if observed != predicted:
            found.append(Difference(run.engine, case, observed, predicted))
    return found


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


def _sets_user_agent(difference: Difference) -> bool:
    return _agree_without(difference, set_by_script={"user-agent"})


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
    Explanation("webkit", "the preflight carries the User-Agent that script set", _sets_user_agent),
    Explanation(
        "webkit", "without CORS, a POST that a redirect made a GET keeps its Origin", _is_opaque
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engines, print what differs, and say so in the exit status."""
    options = _parser().parse_args(arguments)
    cases = recorded_cases() + random_cases(options.seed, options.cases)
    print(f"seed {options.seed}: {len(cases)} cases, {options.cases} of them random")
    unexplained = 0
    for engine in options.engine or ENGINES:
        try:
            run = run_engine(engine, cases)
        except BrowserError as error:
            print(f"{engine}: {error}")
            unexplained += 1
            continue
        unexplained += _report(run)
    return 1 if unexplained else 0


def _report(run: Run) -> int:
    found = differences(run)
    explained = Counter(known.what for known in map(explanation, found) if known)
    unexplained = [difference for difference in found if not explanation(difference)]
    shared = sum(outcome.response is not None for outcome in run.outcomes)
    print(
        f"{run.engine} ({run.version}): {len(run.cases)} cases, {shared} of them shared with the "
        f"script; {len(unexplained)} unexplained differences"
    )
    for what, count in explained.items():
        print(f"  {count} explained: {what}")
    for difference in unexplained:
        print(difference)
    return len(unexplained)


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
