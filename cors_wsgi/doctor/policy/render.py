"""Print a policy: whether it is fine, its code, what it governs, and how long browsers cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cors_wsgi.doctor.as_python import policy_as_python
from cors_wsgi.doctor.policy.report import BROWSERS, EVERYTHING, kept_for
from cors_wsgi.doctor.terminal import heading, item, kept, print_parts, row, shown, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from cors_wsgi import Policy, Problem
    from cors_wsgi.doctor.migrate.migration import Migration
    from cors_wsgi.doctor.policy.questions import Answer
    from cors_wsgi.doctor.policy.report import PolicyReport, Rule

_SENTENCE = 600  # characters of what is said of a change, which may quote a pattern


def render(reported: PolicyReport, console: Console) -> None:
    """Print a report."""
    print_parts(_parts(reported), console)


def _parts(reported: PolicyReport) -> Iterator[RenderableType]:
    governed = reported.governed
    if reported.answers:
        for number, answer in enumerate(reported.answers):
            if number:
                yield ""
            yield from _answer(answer)
        if governed.remarks:
            yield ""
            yield row("Note", *map(shown, governed.remarks))
        return
    if reported.migration is not None:
        yield from _migration(reported.migration)
    else:
        yield _verdict(reported)
        if governed.remarks:
            yield row("Note", *map(shown, governed.remarks))
        for rule in reported.rules:
            yield ""
            yield from _rule(rule, reaches_all=not governed.remarks)
        if governed.source is not None and not reported.rules:
            yield wrapped("A function chooses the policy. Use --explain to ask about a request.")
    yield from _list("Problems", governed.problems, "red")
    yield from _list("Warnings", governed.warnings, "yellow")


def _verdict(reported: PolicyReport) -> Text:
    governed = reported.governed
    if governed.problems:
        label, style = "WRONG", "bold red"
    elif not reported.rules:
        label, style = "CANNOT TELL", "bold yellow"
    else:
        label, style = "FINE", "bold green"
        if governed.warnings or governed.remarks:
            label, style = "FINE, BUT", "bold yellow"
    return Text(label, style=style).append(f"  {shown(governed.where)}", style="bold")


def _rule(rule: Rule, *, reaches_all: bool) -> Iterator[RenderableType]:
    head = Text(shown(rule.title), style="bold")
    if rule.but:
        head.append(f"  but not {', '.join(map(shown, rule.but))}", style="dim")
    if rule.policy is None:
        yield head.append("  CORS is off", style="dim")
        return
    yield head
    yield kept(policy_as_python(rule.policy), language="python")
    yield row("Governs", _reach(rule) if reaches_all else "what reaches it: see the note above")
    yield row("Preflights", _preflights(rule.policy))


def _reach(rule: Rule) -> str:
    where = f" of {rule.host}" if rule.host else ""
    if rule.governs == EVERYTHING:
        return f"every path{where}"
    if rule.governs == "/":
        return f"every path{where} that no other prefix governs"
    if rule.governs.startswith("/") and ":" not in rule.governs:
        return f"{rule.governs} and everything below it (whole segments, case-sensitive)"
    return "the view that is decorated there"


def _preflights(policy: Policy) -> str:
    seconds = kept_for(policy)
    if not policy.max_age:
        said = "Not cached: max_age is 0."
    elif len(set(seconds.values())) == 1:
        said = f"Cached for {_duration(policy.max_age)}."
    else:
        each = (f"{BROWSERS[name]} {_duration(kept)}" for name, kept in seconds.items())
        said = f"Cached: {', '.join(each)}."
    if not (policy.allows_any_method or policy.allows_any_header) or not policy.max_age:
        return said
    if policy.allow_credentials:
        return f"{said} Other methods or headers need another preflight."
    return f"{said} In Firefox, which does not cache `*`, other methods or headers need another."


def _duration(seconds: int) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _list(label: str, problems: Sequence[Problem], style: str) -> Iterator[RenderableType]:
    if not problems:
        return
    yield ""
    yield Text(label, style=f"bold {style}")
    for problem in problems:
        value = shown(repr(problem.value), 80)
        said = f"{problem.field}: {value} {problem.message}"
        yield item("!", said, f"{problem.hint} [{problem.code}]")


def _answer(answer: Answer) -> Iterator[RenderableType]:
    label, style = ("ALLOWED", "bold green") if answer.allowed else ("BLOCKED", "bold red")
    head = Text(label, style=style)
    if answer.failure:
        head.append(f"  {answer.failure}", style="bold")
    yield head
    yield wrapped(shown(str(answer.question)))
    yield ""
    yield row("Why", _sentence(answer.reason))
    if answer.nearest:
        yield row("Nearest", _sentence(answer.nearest))
    if answer.failure:
        yield row("More", f"cors-wsgi explain {answer.failure}")
    for label, decision in (("Preflight", answer.preflight), ("Response", answer.actual)):
        if decision is not None:
            headers = "\n".join(f"{name}: {value}" for name, value in decision.headers)
            yield ""
            yield heading(f"{label}'s headers")
            yield kept(_shown_lines(headers) or "(none)")


def _sentence(text: str) -> str:
    """Return a reason, which begins with a small letter, as a sentence that is safe to print."""
    return f"{shown(text[:1].upper() + text[1:])}."


def _shown_lines(text: str) -> str:
    """Return lines that are safe to print."""
    return "\n".join(shown(line, 1000) for line in text.split("\n"))


def _migration(migration: Migration) -> Iterator[RenderableType]:
    label, style = "TRANSLATED", "bold green"
    if migration.unfinished:
        label, style = "INCOMPLETE", "bold yellow"
    yield Text(label, style=style).append(
        f"  from {migration.library}, {shown(migration.where)}", style="bold"
    )
    yield ""
    yield kept(migration.python, language="python")
    for title, to_decide in (("Left for you to decide", True), ("What changes", False)):
        changes = [change for change in migration.changes if change.to_decide is to_decide]
        if changes:
            yield ""
            yield heading(title)
        for change in changes:
            yield item("-", shown(change.title, _SENTENCE), style="bold")
            yield row("  before", shown(change.was, _SENTENCE))
            yield row("  after", shown(change.becomes, _SENTENCE))
