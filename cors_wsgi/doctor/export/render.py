"""How an export reads, as text and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from cors_wsgi.doctor.terminal import print_parts, row, shown, wrapped
from cors_wsgi.export import CAPABILITIES
from cors_wsgi.export.describe import cannot_say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from cors_wsgi.export import Export, Finding

VERSION: Final = 1


def print_targets(console: Console) -> None:
    """Print the targets, and what each cannot say."""
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text("Target", style="bold"), Text("What it cannot say", style="bold"))
    for name, target in CAPABILITIES.items():
        table.add_row(name, ", ".join(cannot_say(target)) or "nothing: it can say every policy")
    print_parts([table], console)


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print what a target cannot say, or says differently."""
    print_parts(_findings(findings), console)


def _findings(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    for finding in findings:
        where = f"{shown(finding.path, 60)}: " if finding.path not in (None, "/") else ""
        message = finding.message
        if not where and not message.startswith("nginx"):  # which is written so everywhere
            message = message[:1].upper() + message[1:]
        yield row(finding.level.capitalize(), f"{where}{message} [{finding.code}]", finding.hint)


def print_refusal(result: Export, source: str, console: Console) -> None:
    """Print that nothing was written, and why."""
    heading = f"✗ {shown(source)} cannot be exported to {result.target}; nothing was written"
    print_parts([Text(heading, style="bold red"), Text(""), *_findings(result.findings)], console)


def print_written(result: Export, directory: str, source: str, console: Console) -> None:
    """Print where each file belongs, and what to do next."""
    paths = {name: str(Path(directory, name)) for name in result.files}
    widest = max(map(len, paths.values()))
    parts: list[RenderableType] = []
    for name, file in result.files.items():
        if widest + len(file.where) + 4 <= console.width:
            parts.append(Text(f"{shown(paths[name]).ljust(widest)}    {file.where}"))
        else:
            parts += [Text(shown(paths[name])), wrapped(f"    {file.where}")]
    parts += [Text(""), Text(_then(result.target, source))]
    print_parts(parts, console)


def _then(target: str, source: str) -> str:
    check = CAPABILITIES[target].check
    verify = f"cors-wsgi verify https://api.example {shown(source)}"
    return f"Then: {f'{check} && ' if check else ''}{verify}"


def as_json(result: Export, source: str) -> dict[str, Any]:
    """Return an export as JSON, after `export.schema.json`.

    A field is only ever added while `version` stays.
    """
    return {
        "version": VERSION,
        "target": result.target,
        "source": source,
        "files": [
            {"name": name, "where": file.where, "text": file.text}
            for name, file in result.files.items()
        ],
        "findings": [
            {
                "level": finding.level,
                "code": finding.code,
                "path": finding.path,
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in result.findings
        ],
    }
