"""One check from its target to what is reported of it, as values and as JSON.

The JSON is described by `check.schema.json` beside this module; a field is only ever added, and
"version" counts the changes that are not additions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import catalogue
from cors_wsgi.browser import FilteredResponse, HTTPResponse
from cors_wsgi.doctor.check.diagnosis.diagnose import diagnose
from cors_wsgi.doctor.check.fixing.fix import POLICY_FAILURES, fix_for
from cors_wsgi.doctor.check.fixing.policy_cause import policy_cause
from cors_wsgi.doctor.check.probe import BROWSERS
from cors_wsgi.doctor.terminal import masked, shown, shown_url, shown_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cors_wsgi.browser import Answer, HTTPRequest
    from cors_wsgi.catalogue import Fix
    from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis
    from cors_wsgi.doctor.check.fixing.application import Application
    from cors_wsgi.doctor.check.probe import Seen

VERSION: Final = 2
_LONGEST_URL: Final = 8000
_EXIT_CODES: Final = {"allowed": 0, "blocked": 1, "unknown": 2}


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported of one fetch.

    Attributes:
        seen: What was seen.
        diagnosis: What it means.
        stack: The stack that the fix is for: told, or recognised; None if neither.
        application: The application at hand, if it was checked in process.
    """

    seen: Seen
    diagnosis: Diagnosis
    stack: str | None
    application: Application | None = None

    @property
    def title(self) -> str:
        """The failure in a line; empty if there is none."""
        failure = self.diagnosis.failure
        return catalogue.failure(failure).title if failure else ""

    @property
    def cause(self) -> str:
        """Why, in a sentence or two: from the policy at hand, or from what was seen."""
        failure = self.diagnosis.failure
        if self.application is not None and failure in POLICY_FAILURES:
            return policy_cause(self.seen, self.application) or self.diagnosis.cause
        return self.diagnosis.cause

    @property
    def fix(self) -> Fix | None:
        """What to change; None if nothing."""
        failure = self.diagnosis.failure
        if failure is None:
            return None
        return fix_for(self.seen, failure, self.stack or "http", self.application)

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks that have a fix of their own; none where it is the same on all of them."""
        failure = self.diagnosis.failure
        names = catalogue.fixed_on(failure) if failure else ()
        differ = names and fix_for(self.seen, failure or "", names[0], None) != self.fix
        return names if differ else ()


def report(seen: Seen, stack: str | None = None, application: Application | None = None) -> Report:
    """Diagnose what was seen.

    Args:
        seen: What was seen.
        stack: The stack, if it is known; else it is recognised.
        application: The application at hand, if it was checked in process.
    """
    diagnosis = diagnose(seen)
    return Report(seen, diagnosis, stack or _known_stack(diagnosis.stacks), application)


def exit_code(reports: Sequence[Report]) -> int:
    """Return the exit code for all: 1 if any is blocked, else 2 if any could not be told."""
    codes = {_EXIT_CODES[one.diagnosis.verdict] for one in reports}
    return next((code for code in (1, 2) if code in codes), 0)


def _known_stack(names: tuple[str, ...]) -> str | None:
    """Return the first that there are fixes for."""
    known = catalogue.stacks()
    return next((name for name in names if name in known), None)


def as_json(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the reports as JSON, after `check.schema.json`."""
    return {"version": VERSION, "checks": [_check(one) for one in reports]}


def _check(one: Report) -> dict[str, Any]:
    seen, diagnosis, fix = one.seen, one.diagnosis, one.fix
    target = seen.target
    return {
        "url": shown_url(target.url, _LONGEST_URL),
        "origin": target.origin,
        "method": target.method,
        "credentials": target.credentials,
        "verdict": diagnosis.verdict,
        "failure": diagnosis.failure,
        "title": one.title,
        "cause": masked(one.cause),
        "sent": not seen.stand_in,
        "stack": one.stack,
        "layers": [layer.id for layer in diagnosis.layers],
        "address": seen.address,
        "protocol": seen.protocol,
        "fix": fix
        and {name: masked(getattr(fix, name)) for name in ("stack", "where", "text", "code")},
        "browsers": {
            name: {
                "allowed": diagnosis.allowed[name],
                "console": [masked(line) for line in diagnosis.messages[name]],
            }
            for name in BROWSERS
        },
        "findings": [
            {"id": finding.id, "level": finding.level, "text": masked(finding.text)}
            for finding in diagnosis.findings
        ],
        "exchanges": [
            {
                "request": _request(seen.sent(exchange.request)),
                "preflight": exchange.preflight,
                "because": list(exchange.reasons),
                **_answer(exchange.response),
            }
            for exchange in seen.outcome.exchanges
        ],
        "probes": [
            {
                "name": probe.name,
                "request": _request(probe.request),
                "passes": probe.passes,
                **_answer(probe.answer),
            }
            for probe in seen.probes
        ],
        "readable_headers": sorted(seen.outcome.headers)
        if isinstance(seen.outcome, FilteredResponse)
        else [],
    }


def _request(request: HTTPRequest) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": shown_url(request.url, _LONGEST_URL),
        "headers": _headers(request),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    if not isinstance(answer, HTTPResponse):
        return {"response": None, "no_answer": shown(answer.reason)}
    return {"response": {"status": answer.status, "headers": _headers(answer)}, "no_answer": None}


def _headers(message: HTTPRequest | HTTPResponse) -> list[list[str]]:
    return [[name, shown_value(name, value)] for name, value in message.headers]
