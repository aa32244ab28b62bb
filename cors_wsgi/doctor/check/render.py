"""A report for the terminal: verdict, cause, fix and next command; the rest on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cors_wsgi.browser import HTTPResponse
from cors_wsgi.doctor.check.headline import headline
from cors_wsgi.doctor.responses import values
from cors_wsgi.doctor.terminal import header_lines, kept, masked, print_parts, shown, shown_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from cors_wsgi.browser import Exchange
    from cors_wsgi.doctor.check.diagnosis.findings import Finding
    from cors_wsgi.doctor.check.probe import Probe, Seen
    from cors_wsgi.doctor.check.report import Report

_VERDICTS: Final = {
    "allowed": ("✓", "Allowed", "bold green"),
    "blocked": ("✗", "Blocked", "bold red"),
    "unknown": ("?", "Could not tell", "bold yellow"),
}
# For terminals that cannot show the marks.
_ASCII_MARKS: Final = {"✓": "+", "✗": "x", "?": "?"}
_CONSOLES: Final = {"chromium": "Chrome, Edge", "firefox": "Firefox", "webkit": "Safari"}
_LABEL: Final = 6
_WIDE_LABEL: Final = 14
_SHORT_WARNINGS: Final = 3
_SHOWN_EXCHANGES: Final = 6
_PROBES: Final[dict[str, str]] = {
    "get": "GET instead",
    "slash": "other slash",
    "scheme": "other scheme",
    "bare-options": "bare OPTIONS",
    "plain-preflight": "ask for GET",
    "no-headers": "no headers",
    "fresh": "fresh query",
    "elsewhere": "path below",
    "root": "other path",
    "stranger": "other origin",
    "no-origin": "no Origin",
}


def render(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print a report; with everything that was seen if it is to be verbose."""
    print_parts(_parts(report, console, verbose=verbose), console)


def render_summary(reports: Sequence[Report], console: Console) -> None:
    """Print one line for each of several reports."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for column in ("Verdict", "Failure"):
        table.add_column(column, no_wrap=True)
    table.add_column("Fetch", overflow="fold")
    for one in reports:
        _, label, style = _VERDICTS[one.diagnosis.verdict]
        target = one.seen.target
        fetched = f"{shown(target.method)} {shown_url(target.url)}\nfrom {shown(target.origin)}"
        table.add_row(Text(label, style=style), one.diagnosis.failure or "-", Text(fetched))
    hint = "Check one of them alone to see its cause and its fix."
    print_parts([table, "", hint], console)


def _parts(report: Report, console: Console, *, verbose: bool) -> Iterator[RenderableType]:
    yield from _verdict(report, console)
    if report.cause:
        yield ""
        yield _row("Why", report.cause)
    yield from _fix(report)
    allowed = report.diagnosis.verdict == "allowed"
    if not allowed:
        yield from _next(report, verbose=verbose)
    yield from _findings(report, verbose=verbose)
    if allowed:
        yield from _next(report, verbose=verbose)
    if verbose:
        yield from _consoles(report)
        yield from _wire(report.seen)
        yield from _looked_further(report)


def _verdict(report: Report, console: Console) -> Iterator[RenderableType]:
    target, diagnosis = report.seen.target, report.diagnosis
    mark, label, style = _VERDICTS[diagnosis.verdict]
    if not (console.encoding or "").lower().startswith("utf"):
        mark = _ASCII_MARKS[mark]
    head = Text(f"{mark} {label}", style=style)
    head.append(f": {shown(headline(report.seen, diagnosis))}", style="bold")
    id_ = diagnosis.failure or ""
    gap = console.width - len(head) - len(id_)
    before = " " * gap if gap > 1 else "\n  "
    head.append(before + id_ if id_ else "", style="dim")
    yield head
    cookies = ", with cookies" if target.credentials else ""
    asked = f"{shown(target.method)} {shown_url(target.url)} from {shown(target.origin)}{cookies}"
    yield Text(f"  {asked}")
    if report.seen.stand_in and diagnosis.verdict == "allowed":
        method = shown(target.method)
        yield Text(f"  {method} was not sent, to be safe. Use --send to send it.", style="yellow")


def _row(label: str, text: str, width: int = _LABEL) -> RenderableType:
    table = Table.grid(padding=(0, 0))
    table.add_column(width=width, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(label, style="bold"), Text(shown(masked(text), 2000)))
    return table


def _fix(report: Report) -> Iterator[RenderableType]:
    fix = report.fix
    if fix is None:
        return
    yield ""
    yield _row("Fix", fix.text)
    place = f"{fix.title}, {fix.where}" if fix.title else fix.where[:1].upper() + fix.where[1:]
    if not fix.code:
        yield _row("", f"{place}.")
        return
    yield _row("", f"{place}:")
    yield ""
    yield kept(fix.code, language=fix.language)


def _next(report: Report, *, verbose: bool) -> Iterator[RenderableType]:
    if more := _more(report, verbose=verbose):
        yield ""
        yield _row("", more)


def _more(report: Report, *, verbose: bool) -> str:
    """Return what to run next."""
    count = len(report.seen.probes)
    what = ["the requests", "the consoles of three browsers", *([f"{count} probes"] * bool(count))]
    see = "" if verbose else f" Use -v to see {', '.join(what[:-1])} and {what[-1]}."
    if report.diagnosis.verdict == "unknown" and report.seen.stand_in:
        return f"Use --send to send {report.seen.target.method} for real.{see}"
    fix = report.fix
    if fix is not None and fix.code and fix.is_policy and fix.stack != "http":
        return f'Run the same command again: it should say "Allowed".{see}'
    stacks = report.stacks
    if fix and fix.stack == "http" and stacks and report.stack not in {*stacks, "http"}:
        return f"For lines to paste, use --stack with one of: {', '.join(stacks)}.{see}"
    return see.strip()


def _findings(report: Report, *, verbose: bool) -> Iterator[RenderableType]:
    found = report.diagnosis.findings
    warnings = [one for one in found if one.level == "warning"]
    shown_ones = list(found) if verbose else warnings[:_SHORT_WARNINGS]
    if not shown_ones:
        return
    yield ""
    yield Text("Also" if report.diagnosis.failure else "It works, but", style="bold")
    for finding in shown_ones:
        yield _finding(finding)
    if (left := len(warnings) - _SHORT_WARNINGS) > 0 and not verbose:
        yield _row("", f"{left} more with -v.")


def _finding(finding: Finding) -> RenderableType:
    style = "yellow" if finding.level == "warning" else "dim"
    table = Table.grid(padding=(0, 1))
    table.add_column(width=3)
    table.add_column(overflow="fold")
    mark = "!" if finding.level == "warning" else "-"
    text = Text(shown(masked(finding.text), 1000))
    text.append(f" [{finding.id}]", style="dim")
    table.add_row(Text(f"  {mark}", style=style), text)
    return table


def _consoles(report: Report) -> Iterator[RenderableType]:
    messages = report.diagnosis.messages
    if not any(messages.values()) or report.diagnosis.failure is None:
        return
    yield ""
    yield Text("What the console prints", style="bold")
    for engine, label in _CONSOLES.items():
        allowed = report.diagnosis.allowed[engine]
        nothing = "(nothing: it is allowed there)" if allowed else "(nothing about CORS)"
        lines = messages[engine] or (nothing,)
        for number, line in enumerate(lines):
            yield Padding(_row("" if number else label, line, _WIDE_LABEL), (0, 0, 0, 2))


def _wire(seen: Seen) -> Iterator[RenderableType]:
    yield ""
    head = Text("What went over the wire", style="bold")
    if seen.protocol and seen.address:
        head.append(f" ({shown(seen.protocol)}, {shown(seen.address)})", style="dim")
    yield head
    exchanges = seen.outcome.exchanges
    for number, exchange in enumerate(exchanges[:_SHOWN_EXCHANGES], 1):
        yield from _exchange(number, exchange, seen)
    if (left := len(exchanges) - _SHOWN_EXCHANGES) > 0:
        yield Text(f"  ... and {left} more")


def _exchange(number: int, exchange: Exchange, seen: Seen) -> Iterator[RenderableType]:
    request, response = seen.sent(exchange.request), exchange.response
    method = shown(exchange.request.method)
    sent = method if request.method == exchange.request.method else f"GET for {method}"
    yield Text(f"  {number}. {sent} {shown_url(request.url)}", style="cyan")
    if exchange.preflight:
        yield Padding(Text(f"a preflight: {shown('; '.join(exchange.reasons))}"), (0, 0, 0, 5))
    for line in header_lines(request):
        yield Padding(Text(f"> {line}", style="dim"), (0, 0, 0, 5))
    if not isinstance(response, HTTPResponse):
        yield Padding(Text(f"< no answer: {shown(response.reason)}", style="red"), (0, 0, 0, 5))
        return
    yield Padding(Text(f"< {response.status} {shown(response.reason)}".rstrip()), (0, 0, 0, 5))
    for line in header_lines(response):
        yield Padding(Text(f"< {line}", style="dim"), (0, 0, 0, 5))


def _looked_further(report: Report) -> Iterator[RenderableType]:
    if report.diagnosis.verdict == "allowed" or not report.seen.probes:
        return
    yield ""
    yield Text("Looked further", style="bold")
    # The other probes serve the findings.
    for probe in (probe for probe in report.seen.probes if probe.name in _PROBES):
        yield Padding(_row(_PROBES[probe.name], _probed(probe), _WIDE_LABEL), (0, 0, 0, 2))
    if report.seen.direct is not None:
        allowed = "allowed" if report.seen.direct.shared else "blocked"
        url = shown_url(report.seen.direct.request.url)
        yield Padding(_row("direct", f"{url}: {allowed}", _WIDE_LABEL), (0, 0, 0, 2))


def _probed(probe: Probe) -> str:
    method = probe.request.method
    if probe.response is None:
        return f"{method} gets no answer"
    found = values(probe.response, "access-control-allow-origin")
    allows = f"allows {' and '.join(found)}" if found else "no CORS headers"
    return f"{method} gets {probe.response.status}, {allows}"
