"""What `check` says of each broken server, and whether Chromium agrees."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doctor.broken_servers import right
from doctor.broken_servers.cases import MISTAKES, Case
from doctor.broken_servers.examining import examine, named
from doctor.broken_servers.fronts import FRONTS
from doctor.broken_servers.products import PRODUCTS
from doctor.broken_servers.serving import BrokenServer, serving
from doctor.broken_servers.stacks import STACKS, Stack, started
from doctor.broken_servers.visiting import is_allowed, printed
from engines.browsers import launch

from cors_wsgi.doctor.check.report import Report, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis

CASES = [*MISTAKES, *PRODUCTS]
PROGRAMS = [*STACKS, *FRONTS]
TABLE = Path(__file__).parents[3] / "docs" / "_generated" / "doctor-table.inc"


@dataclass(frozen=True)
class Visit:
    """One server: what `check` says, whether Chromium lets script read, and what it prints.

    Chromium is not asked (None) where the page's origin cannot be had on loopback.
    """

    report: Report
    chromium: bool | None
    console: frozenset[str] | None

    @property
    def diagnosis(self) -> Diagnosis:
        """What `check` says of it."""
        return self.report.diagnosis

    @property
    def confirmed(self) -> bool:
        """Whether Chromium agrees, where it was asked."""
        return self.chromium is None or self.chromium == (self.diagnosis.verdict == "allowed")

    @property
    def foretold(self) -> bool:
        """Whether Chromium's console prints what `check` says it does, where it was asked."""
        return self.console in {None, frozenset(self.diagnosis.messages["chromium"])}


@dataclass(frozen=True)
class Row:
    """A pair of servers."""

    id: str
    name: str
    beside: bool
    broken: Visit
    fixed: Visit

    @property
    def is_named(self) -> bool:
        """Whether the broken server's failure is named by its id."""
        said = self.broken.diagnosis
        return self.id in named(said) if self.beside else said.failure == self.id

    @property
    def is_explained(self) -> bool:
        """Whether the cause that is given is the right one."""
        return right.cause(self.id, self.name, self.broken.report)

    @property
    def is_fixed(self) -> bool | None:
        """Whether the fix that is given is a right one; None where nothing is blocked."""
        if self.broken.report.fix is None:
            return None
        return right.fix(self.id, self.name, self.broken.report)

    @property
    def is_quiet(self) -> bool:
        """Whether the fixed application is allowed, and the failure not named again."""
        said = self.fixed.diagnosis
        return said.verdict == "allowed" and self.id not in named(said)


class BrokenServers:
    """The servers that all cases share, and a browser; both start when they are needed."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._visits: dict[tuple[int, bool], Visit] = {}

    @cached_property
    def page(self) -> str:
        """The origin of the page that asks."""
        server = self._stack.enter_context(serving({}))
        return server.origin.replace("127.0.0.1", "localhost")

    @cached_property
    def cases(self) -> BrokenServer:
        """The plain part of the broken servers."""
        cases = {f"/fixed{case.path}": case.fixed for case in CASES}
        cases |= {f"/broken{case.path}": case.broken for case in CASES}
        cases |= {f"/direct{one.path}": one.direct for one in CASES if one.direct}
        return self._stack.enter_context(serving(cases))

    @cached_property
    def chromium(self) -> Any:
        """A browser that shows the page."""
        browser = self._stack.enter_context(launch("chromium"))
        browser.goto(self.page + "/")
        return browser

    def visit(self, one: Case | Stack, *, fixed: bool) -> Visit:
        """Ask about one of the two servers, once."""
        key = (id(one), fixed)
        if key not in self._visits:
            visit = self._visit_case if isinstance(one, Case) else self._visit_stack
            self._visits[key] = visit(one, fixed=fixed)  # type: ignore[operator]  # by its type
        return self._visits[key]

    def _visit_case(self, case: Case, *, fixed: bool) -> Visit:
        where = self.cases.origin
        broken = where.replace("127.0.0.1", case.host)
        if case.port is not None:
            broken = f"http://{case.host}:{case.port}"
        url = f"{where}/fixed{case.path}" if fixed else f"{broken}/broken{case.path}"
        page = self.page if fixed or not case.page else case.page
        direct = f"{where}/direct{case.path}" if case.direct and not fixed else None
        seen, _ = examine(url, page, direct=direct, **case.ask)
        # A page elsewhere cannot be had on loopback.
        if page != self.page:
            return Visit(report(seen), None, None)
        return self._confirmed(report(seen), url, case.ask)

    def _visit_stack(self, stack: Stack, *, fixed: bool) -> Visit:
        with started(stack, fixed=fixed, page=self.page) as origin:
            url = origin + stack.path
            direct = origin + stack.direct if stack.direct and not fixed else None
            seen, _ = examine(url, self.page, direct=direct, timeout=5, **stack.ask)
            return self._confirmed(report(seen), url, stack.ask)

    def _confirmed(self, said: Report, url: str, ask: dict[str, Any]) -> Visit:
        earlier = len(self.chromium.console(0))
        allowed = is_allowed(self.chromium, url, ask)
        return Visit(said, allowed, printed(self.chromium, url, earlier))

    def rows(self) -> Iterator[Row]:
        """The whole broken_servers, with Chromium."""
        for one in (*CASES, *PROGRAMS):
            visits = [self.visit(one, fixed=fixed) for fixed in (False, True)]
            beside = one.beside or (isinstance(one, Case) and one.also)
            yield Row(one.id, one.name, beside, *visits)


_SAID = {True: "right", False: "WRONG", None: "-"}


def table(rows: list[Row]) -> str:
    """The rows in Markdown, with what they come to."""
    lines = [
        "| failure | server | broken | cause | fix | fixed | Chromium |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{row.id}` | {row.name} | {'named' if row.is_named else 'MISSED'} | "
        f"{_SAID[row.is_explained]} | {_SAID[row.is_fixed]} | "
        f"{'allowed' if row.is_quiet else 'FALSE ALARM'} | {_chromium(row)} |"
        for row in rows
    ]
    hits = sum(row.is_named for row in rows)
    alarms = sum(not row.is_quiet for row in rows)
    wrong = len(rows) - hits
    visits = [visit for row in rows for visit in (row.broken, row.fixed)]
    asked = [visit for visit in visits if visit.chromium is not None]
    agreed = sum(visit.confirmed for visit in asked)
    foretold = sum(visit.foretold for visit in asked)
    said = hits + wrong + alarms
    explained = sum(row.is_explained for row in rows)
    blocked = [row for row in rows if row.is_fixed is not None]
    fixed = sum(bool(row.is_fixed) for row in blocked)
    both = sum(row.is_explained and row.is_fixed is not False for row in rows)
    summary = f"""
- Recall: {hits} of {len(rows)} broken servers are named by the right id ({hits / len(rows):.0%}).
- Precision: {hits} of {said} namings are right ({hits / said:.0%}); {alarms} false alarms on the
  {len(rows)} fixed applications.
- Cause: right for {explained} of {len(rows)} ({explained / len(rows):.0%}). Fix: right for {fixed}
  of the {len(blocked)} that are blocked ({fixed / len(blocked):.0%}).
- Cause and fix are both right for {both} of {len(rows)} ({both / len(rows):.0%}).
- Other warnings on fixed applications: {_other_warnings(rows)}.
- Chromium agrees with {agreed} of the {len(asked)} verdicts that it could be asked about, and its
  console prints to the letter what was foretold for {foretold} of them.
"""
    return "\n".join(lines) + "\n" + summary


def _other_warnings(rows: list[Row]) -> str:
    warnings = [
        f"`{finding.id}` ({row.name})"
        for row in rows
        for finding in row.fixed.diagnosis.findings
        if finding.level == "warning" and finding.id != row.id
    ]
    return ", ".join(warnings) or "none"


def _chromium(row: Row) -> str:
    visits = [visit for visit in (row.broken, row.fixed) if visit.chromium is not None]
    if len(visits) < 2:
        return "not asked about both"
    return "agrees" if all(visit.confirmed for visit in visits) else "DIFFERS"


def main() -> None:
    """Go through the broken servers and write the table."""
    with contextlib.ExitStack() as stack:
        text = table(list(BrokenServers(stack).rows()))
    TABLE.write_text(text, "utf-8")
    print(text)  # noqa: T201 - what the one who runs it waits for


if __name__ == "__main__":
    main()
