"""One check from its target to what is reported of it, as values and as JSON.

The JSON is described by `check.schema.json` beside this module; a field is only ever added, and
"version" counts the changes that are not additions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import catalogue
from cors_wsgi.browser import FilteredResponse, HTTPResponse, NetworkError, Step
from cors_wsgi.doctor.check.diagnosis.diagnose import diagnose
from cors_wsgi.doctor.check.probe import BROWSERS
from cors_wsgi.doctor.terminal import shown, shown_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cors_wsgi.browser import Answer, HTTPRequest
    from cors_wsgi.catalogue import Fix
    from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis
    from cors_wsgi.doctor.check.probe import Seen

VERSION: Final = 1
EXIT_CODES: Final = {"allowed": 0, "blocked": 1, "unknown": 2}


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported of one fetch.

    Attributes:
        seen: What was seen.
        diagnosis: What it means.
        stack: The stack that the fix is for: told, or recognised; None if neither.
    """

    seen: Seen
    diagnosis: Diagnosis
    stack: str | None

    @property
    def title(self) -> str:
        """The failure in a line; empty if there is none."""
        failure = self.diagnosis.failure
        return catalogue.failure(failure).title if failure else ""

    @property
    def fix(self) -> Fix | None:
        """What to change; None if nothing."""
        failure = self.diagnosis.failure
        if failure is None:
            return None
        target, outcome = self.seen.target, self.seen.outcome
        return catalogue.fix(
            failure,
            self.stack or "http",
            preflight=isinstance(outcome, NetworkError) and outcome.evidence.preflight,
            origin=target.origin,
            method=outcome.request.method,
            header=_refused_header(self.seen),
            url=target.url,
        )


def report(seen: Seen, stack: str | None = None) -> Report:
    """Diagnose what was seen.

    Args:
        seen: What was seen.
        stack: The stack, if it is known; else it is recognised.
    """
    diagnosis = diagnose(seen)
    return Report(seen, diagnosis, stack or _known_stack(diagnosis.stacks))


def exit_code(reports: Sequence[Report]) -> int:
    """The exit code for all of them: 1 if any is blocked, else 2 if any could not be told."""
    codes = {EXIT_CODES[one.diagnosis.verdict] for one in reports}
    return next((code for code in (1, 2) if code in codes), 0)


def _known_stack(names: tuple[str, ...]) -> str | None:
    """The first that there are fixes for."""
    known = catalogue.stacks()
    return next((name for name in names if name in known), None)


def _refused_header(seen: Seen) -> str | None:
    outcome = seen.outcome
    refused = {Step.HEADER_NOT_ALLOWED, Step.NON_WILDCARD_HEADER}
    if isinstance(outcome, NetworkError) and outcome.step in refused:
        return outcome.evidence.wanted
    return None


def as_json(reports: Sequence[Report]) -> dict[str, Any]:
    """The reports as JSON, after `check.schema.json`."""
    return {"version": VERSION, "checks": [_check(one) for one in reports]}


def _check(one: Report) -> dict[str, Any]:
    seen, diagnosis, fix = one.seen, one.diagnosis, one.fix
    target = seen.target
    return {
        "url": target.url,
        "origin": target.origin,
        "method": target.method,
        "credentials": target.credentials,
        "verdict": diagnosis.verdict,
        "failure": diagnosis.failure,
        "title": one.title,
        "cause": diagnosis.cause,
        "sent": not seen.stand_in,
        "stack": one.stack,
        "layers": [layer.id for layer in diagnosis.layers],
        "address": seen.address,
        "protocol": seen.protocol,
        "fix": fix and {"stack": fix.stack, "where": fix.where, "code": fix.code},
        "browsers": {
            name: {
                "allowed": diagnosis.allowed[name],
                "console": list(diagnosis.messages[name]),
            }
            for name in BROWSERS
        },
        "findings": [
            {"id": finding.id, "level": finding.level, "text": finding.text}
            for finding in diagnosis.findings
        ],
        "exchanges": [
            {
                "request": _request(exchange.request),
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
    return {"method": request.method, "url": request.url, "headers": _headers(request)}


def _answer(answer: Answer) -> dict[str, Any]:
    if not isinstance(answer, HTTPResponse):
        return {"response": None, "no_answer": shown(answer.reason)}
    return {"response": {"status": answer.status, "headers": _headers(answer)}, "no_answer": None}


def _headers(message: HTTPRequest | HTTPResponse) -> list[list[str]]:
    return [[name, shown_value(name, value)] for name, value in message.headers]
