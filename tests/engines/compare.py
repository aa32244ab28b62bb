# ruff: noqa: T201 - a command: what it prints is its result
"""Compare the browser model with the real engines, over recorded and random stories.

    python -m engines.compare [--scale 1.0] [--seed N] [--engine firefox ...]

Exits with 1 if there is a difference that nothing here explains, or if an engine is missing.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from engines.browsers import ENGINES, BrowserError
from engines.cases import random_cases, recorded_cases
from engines.differences import table
from engines.grammar_of_cookies import cookie_stories
from engines.grammar_of_headers import header_stories
from engines.grammar_of_locations import locations, streams
from engines.grammar_of_visits import visits
from engines.grammars import chains
from engines.modelled import predict
from engines.platform import platform_stories
from engines.recording import laboratory, record
from engines.scripted import Script
from engines.stories import Ask, Outcome, Story, filled, placeholders
from engines.telling import TELLING
from engines.visits import VISITS, Cost, foretell_all, visit_all

#: The part of the documentation that `main` writes.
TABLE = Path(__file__).parents[2] / "docs" / "_generated" / "engine-differences.inc"
#: Where stories come from, and how many of them a whole run has.
GENERATORS: tuple[tuple[Callable[[int, int], list[Story]], int], ...] = (
    (random_cases, 1000),
    (chains, 1000),
    (cookie_stories, 500),
    (visits, 400),
    (header_stories, 600),
    (locations, 300),
    (streams, 60),
    # Always the same ones, whatever the seed.
    (lambda _seed, count: platform_stories(every=max(1, 1000 // count)), 1000),
)


class Run(NamedTuple):
    """What one engine did with some stories."""

    engine: str
    version: str
    stories: Sequence[Story]
    outcomes: Sequence[Outcome]
    telling: Sequence[Outcome]
    costs: Sequence[Sequence[Cost]]


class Difference(NamedTuple):
    """A story of which the model says something else than the engine did."""

    engine: str
    story: Story
    observed: Outcome
    predicted: Outcome

    def __str__(self) -> str:
        """The story, and each part that differs, one under the other."""
        lines = [f"{self.engine}, {self.story.name} ({self.story.hosts[0]})"]
        lines += [f"  {ask.api} {ask.url} {ask.init}" for ask in self.story.asks]
        for url, script in self.story.scripts.items():
            lines.append(f"  at {url}")
            lines += [f"    {answer.status} {list(answer.headers)}" for answer in script]
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


def random_stories(seed: int, scale: float) -> list[Story]:
    """Stories of every kind, as many of each as a part of a whole run has."""
    return [
        story
        for generate, count in GENERATORS
        for story in generate(seed, max(1, round(count * scale)))
    ]


def run_engine(engine: str, stories: Sequence[Story]) -> Run:
    """Launch an engine, and let it live every story and make every visit."""
    with laboratory(engine) as lab:
        outcomes = record(lab, stories)
        telling = record(lab, [each.story for each in TELLING])
        return Run(engine, lab.browser.version(), stories, outcomes, telling, visit_all(lab))


def differences(run: Run) -> list[Difference]:
    """The stories of a run that the model foretells wrongly."""
    found = []
    for story, observed in zip(run.stories, run.outcomes, strict=True):
        predicted = predict(run.engine, story)
        if observed != predicted:
            found.append(Difference(run.engine, story, observed, predicted))
    return found


def unexplained(run: Run) -> list[Difference]:
    """The differences that nothing here explains."""
    return [difference for difference in differences(run) if not explanation(difference)]


def is_caught(run: Run) -> bool:
    """Whether any story of a run shows a difference that nothing explains."""
    found = (
        Difference(run.engine, story, observed, predict(run.engine, story))
        for story, observed in zip(run.stories, run.outcomes, strict=True)
    )
    return any(each.observed != each.predicted and not explanation(each) for each in found)


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
    allowed = {
        name.strip().lower()
        for field, value in _script_at(difference.story, preflight.url).preflight.headers
        if field.lower() == "access-control-allow-headers"
        for name in value.split(",")
    }
    asked = preflight.cors["access-control-request-headers"].split(",")
    return observed[0][1] in set(asked) - allowed


def _script_at(story: Story, url: str) -> Script:
    """What a story has at an address, however that is spelled."""
    values = placeholders(story, 1, 1, 2)
    return {filled(place, values): script for place, script in story.scripts.items()}[
        filled(url, values)
    ]


def _repeats_a_header(difference: Difference) -> bool:
    """Whether script appended a header twice, and the two agree on all but that header."""
    repeated = {
        name
        for ask in difference.story.asks
        for name, count in Counter(name.lower() for name, _ in _fields(ask)).items()
        if count > 1
    }
    return _agree_without(difference, repeated)


def _fields(ask: Ask) -> Iterable[tuple[str, str]]:
    fields: Iterable[tuple[str, str]] = ask.init.get("headers", ())
    return fields


def _brings_back_a_type(difference: Difference) -> bool:
    """Whether a 307 or 308 is among the redirects, and the two agree on all but the type."""
    statuses = {script.actual.status for script in difference.story.scripts.values()}
    return bool(statuses & {307, 308}) and _agree_without(difference, {"content-type"})


def _agree_without(difference: Difference, names: Container[str]) -> bool:
    """Whether engine and model agree on everything but whether these headers came as set."""

    def reduced(outcome: Outcome) -> Outcome:
        wire = [
            sent._replace(
                as_set=[name for name in sent.as_set if name.partition(":")[0] not in names]
            )
            for sent in outcome.wire
        ]
        return outcome._replace(wire=wire)

    return reduced(difference.observed) == reduced(difference.predicted)


def _writes_a_range_anew(difference: Difference) -> bool:
    return _agree_without(difference, {"range"})


def _writes_a_parameter_twice(difference: Difference) -> bool:
    types = [
        value
        for ask in difference.story.asks
        for name, value in _fields(ask)
        if name.lower() == "content-type"
    ]
    repeats = any("a=" in value and "A=" in value for value in types)
    return repeats and _agree_without(difference, {"content-type"})


def _is_asked_again(difference: Difference) -> bool:
    """Whether an answer says that another connection might do better."""
    again = {408, 421} if difference.engine == "chromium" else {421}
    statuses = {answer.status for script in difference.story.scripts.values() for answer in script}
    observed, predicted = difference.observed, difference.predicted
    once = [sent for at, sent in enumerate(observed.wire) if sent not in observed.wire[:at]]
    return bool(statuses & again) and observed._replace(wire=once) == predicted


def _is_no_url(difference: Difference) -> bool:
    """Whether a redirect was not to be followed, and its Location alone made it a failure."""
    (ask, *others) = difference.story.asks
    if others or ask.init.get("redirect") != "manual":
        return False
    predicted = difference.predicted.responses[0]
    hidden = predicted is not None and predicted["type"] == "opaqueredirect"
    return hidden and difference.observed.responses == [None]


def _names_a_user(difference: Difference) -> bool:
    """Whether a console complains of the user in a Location that was not to be followed."""
    refused = {ask.init.get("redirect") for ask in difference.story.asks} == {"error"}
    agree = difference.observed[:2] == difference.predicted[:2]
    return refused and agree and "contains a username" in "".join(difference.observed.console)


_AGAIN = "what is answered 421 (in Chromium also 408) is asked again"
_REPEATED = "of a header that script appends twice not all values are sent"
EXPLANATIONS = (
    Explanation("chromium", _AGAIN, _is_asked_again),
    Explanation("firefox", _AGAIN, _is_asked_again),
    Explanation("webkit", _AGAIN, _is_asked_again),
    Explanation(
        "chromium",
        "of several refused request headers the console names one, in no order to rely on",
        _names_another_refused_header,
    ),
    Explanation(
        "chromium", "redirect mode `manual` fails where the Location is no URL", _is_no_url
    ),
    Explanation(
        "chromium", "redirect mode `error` names the user in a Location first", _names_a_user
    ),
    Explanation("webkit", "redirect mode `manual` fails where the Location is of ftp", _is_no_url),
    Explanation("chromium", "a Range is sent without leading zeros", _writes_a_range_anew),
    Explanation("chromium", _REPEATED, _repeats_a_header),
    Explanation("firefox", _REPEATED, _repeats_a_header),
    Explanation("webkit", _REPEATED, _repeats_a_header),
    Explanation(
        "webkit",
        "without CORS, a 307 or 308 brings a Content-Type back to what has become a GET",
        _brings_back_a_type,
    ),
    Explanation(
        "webkit",
        "XMLHttpRequest repeats a parameter of Content-Type whose name is written in two cases",
        _writes_a_parameter_twice,
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engines, print what differs, and say so in the exit status."""
    options = _parser().parse_args(arguments)
    stories = recorded_cases() + random_stories(options.seed, options.scale)
    print(f"seed {options.seed}, scale {options.scale}: {_counted(stories)}")
    runs: list[Run] = []
    for engine in options.engine or ENGINES:
        try:
            runs.append(run_engine(engine, stories))
        except BrowserError as error:
            print(f"{engine}: {error}")
            return 1
        _report(runs[-1])
    if tuple(run.engine for run in runs) == ENGINES:
        TABLE.write_text(_page(runs), "utf-8")
        print(f"Wrote {TABLE}")
    wrong = (unexplained(run) or run.costs != foretell_all(run.engine) for run in runs)
    return int(any(wrong))


def _counted(stories: Sequence[Story]) -> str:
    random_names = [story.name for story in stories if re.match(r"[a-z]+ ", story.name)]
    kinds = Counter(name.partition(" ")[0] for name in random_names)
    random_ones = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"{len(stories)} stories ({random_ones}, the rest recorded)"


def _report(run: Run) -> None:
    found = differences(run)
    explained = Counter(known.what for known in map(explanation, found) if known)
    wrong = [difference for difference in found if not explanation(difference)]
    costs = [
        f"{run.engine}, {visit.name}: engine {observed}, model {predicted}"
        for visit, observed, predicted in zip(
            VISITS, run.costs, foretell_all(run.engine), strict=True
        )
        if observed != predicted
    ]
    print(f"{run.engine} ({run.version})")
    print(f"  {len(run.stories)} stories: {len(wrong)} differences")
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
    parser.add_argument("--scale", type=float, default=1.0, help="how much of a whole run")
    parser.add_argument(
        "--seed",
        type=int,
        default=random.SystemRandom().randrange(10**6),
        help="repeat the random stories of an earlier run",
    )
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this engine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
