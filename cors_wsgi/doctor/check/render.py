"""A report for the terminal: the verdict first, then why, the fix, and what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from cors_wsgi import catalogue
from cors_wsgi.browser import HTTPResponse
from cors_wsgi.doctor.check.diagnosis.failure import values
from cors_wsgi.doctor.check.probe import SAFE_METHODS
from cors_wsgi.doctor.terminal import header_lines, print_trimmed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from cors_wsgi.browser import Exchange
    from cors_wsgi.doctor.check.probe import Probe, Seen
    from cors_wsgi.doctor.check.report import Report

_VERDICTS: Final = {
    "allowed": ("ALLOWED", "bold green"),
    "blocked": ("BLOCKED", "bold red"),
    "unknown": ("COULD NOT TELL", "bold yellow"),
}
_CONSOLES: Final = {"chromium": "Chrome, Edge", "firefox": "Firefox", "webkit": "Safari"}
_LABEL: Final = 14
_PROBES: Final[dict[str, str]] = {
    "get": "GET instead",
    "slash": "other slash",
    "scheme": "other scheme",
    "bare-options": "bare OPTIONS",
    "plain-preflight": "ask for GET",
    "fresh": "fresh query",
    "elsewhere": "path below",
    "stranger": "other origin",
}


def render(report: Report, console: Console) -> None:
    """Print a report."""
    print_trimmed(_parts(report), console)


def render_summary(reports: Sequence[Report], console: Console) -> None:
    """Print one line for each of several reports."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for column in ("Verdict", "Failure"):
        table.add_column(column, no_wrap=True)
    table.add_column("Fetch", overflow="fold")
    for one in reports:
        label, style = _VERDICTS[one.diagnosis.verdict]
        target = one.seen.target
        table.add_row(
            Text(label, style=style),
            one.diagnosis.failure or "-",
            Text(f"{shown(target.method)} {shown(target.url)}\nfrom {shown(target.origin)}"),
        )
    hint = "Ask for one of them alone to see its cause and its fix."
    print_trimmed([table, "", hint], console)


def _parts(report: Report) -> Iterator[RenderableType]:
    yield from _verdict(report)
    yield from _fix(report)
    yield from _consoles(report)
    yield ""
    yield _wire(report.seen)
    for number, exchange in enumerate(report.seen.outcome.exchanges, 1):
        yield from _exchange(number, exchange, stand_in=report.seen.stand_in)
    yield from _looked_further(report)
    yield from _findings(report)


def _verdict(report: Report) -> Iterator[RenderableType]:
    target, diagnosis = report.seen.target, report.diagnosis
    label, style = _VERDICTS[diagnosis.verdict]
    head = Text(label, style=style)
    if diagnosis.failure:
        head.append(f"  {diagnosis.failure}", style="bold")
    yield head
    asked = f"{shown(target.method)} {shown(target.url)} from a page of {shown(target.origin)}"
    yield Text(asked + (", with credentials" if target.credentials else ""))
    if report.seen.stand_in:
        yield Text(_stand_in(report), style="yellow")
    if diagnosis.failure:
        yield ""
        yield _row("What", report.title)
        yield _row("Cause", diagnosis.cause)
    if diagnosis.layers:
        yield _row("Answered by", ", ".join(layer.title for layer in diagnosis.layers))


def _stand_in(report: Report) -> str:
    method = shown(report.seen.target.method)
    if report.diagnosis.verdict == "unknown":
        return (
            f"The preflight passes. {method} was not sent; a GET in its place would be blocked. "
            "Say --send to send it."
        )
    return f"{method} was not sent: a GET stood in for it. Say --send to send it."


def _row(label: str, text: str) -> RenderableType:
    table = Table.grid(padding=(0, 0))
    table.add_column(width=_LABEL, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(label, style="bold"), Text(shown(text, 2000)))
    return table


def _fix(report: Report) -> Iterator[RenderableType]:
    fix = report.fix
    if fix is None:
        return
    if report.stack is None:
        yield _row("Fix", fix.text)
        if names := ", ".join(catalogue.fixed_on(report.diagnosis.failure or "")):
            yield _row("", f"For the lines to change, say --stack and one of: {names}.")
        return
    yield _row("Fix", f"{fix.title}, {fix.where}: {fix.text}")
    if fix.code:
        yield ""
        code = Syntax(fix.code.rstrip("\n"), fix.language, theme="ansi_dark", word_wrap=True)
        yield Padding(code, (0, 0, 0, 4))


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
            yield Padding(_row("" if number else label, line), (0, 0, 0, 2))


def _wire(seen: Seen) -> Text:
    head = Text("What went over the wire", style="bold")
    if seen.protocol and seen.address:
        head.append(f" ({shown(seen.protocol)}, {shown(seen.address)})", style="dim")
    return head


def _exchange(number: int, exchange: Exchange, *, stand_in: bool) -> Iterator[RenderableType]:
    request, response = exchange.request, exchange.response
    method = shown(request.method)
    replaced = stand_in and not exchange.preflight and method not in SAFE_METHODS
    sent = f"GET for {method}" if replaced else method
    yield Text(f"  {number}. {sent} {shown(request.url)}", style="cyan")
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
    # The rest serves what is said under "Good to know".
    for probe in (probe for probe in report.seen.probes if probe.name in _PROBES):
        yield Padding(_row(_PROBES[probe.name], _probed(probe)), (0, 0, 0, 2))
    if report.seen.direct is not None:
        allowed = "allowed" if report.seen.direct.shared else "blocked"
        url = report.seen.direct.request.url
        yield Padding(_row("direct", f"{shown(url)}: {allowed}"), (0, 0, 0, 2))


def _probed(probe: Probe) -> str:
    method = probe.request.method
    if probe.response is None:
        return f"{method} gets no answer"
    found = values(probe.response, "access-control-allow-origin")
    allows = f"allows {' and '.join(found)}" if found else "no CORS headers"
    return f"{method} gets {probe.response.status}, {allows}"


def _findings(report: Report) -> Iterator[RenderableType]:
    found = report.diagnosis.findings
    if found:
        yield ""
        yield Text("Good to know" if report.diagnosis.failure else "It works, but", style="bold")
    for finding in found:
        style = "yellow" if finding.level == "warning" else "dim"
        table = Table.grid(padding=(0, 1))
        table.add_column(width=3)
        table.add_column(overflow="fold")
        mark = "!" if finding.level == "warning" else "-"
        text = Text(shown(finding.text, 1000))
        text.append(f" [{finding.id}]", style="dim")
        table.add_row(Text(f"  {mark}", style=style), text)
        yield table
