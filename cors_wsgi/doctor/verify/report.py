"""What came of a verification, as values and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from cors_wsgi.doctor.judge import SEVERITIES, Severity
from cors_wsgi.doctor.terminal import BAD, CANNOT_TELL, FINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind: TypeAlias = Literal["opens", "refuses", "warnings"]

VERSION: Final = 1
_SHOWN_SUBJECTS: Final = 3
# With these, every website gets in, so the narrower tricks say nothing more.
_EVERYBODY: Final = "any-origin"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing in which the server's answer differs from the policy's.

    Attributes:
        kind: What kind of difference it is.
        code: Its code.
        path: The path that was asked.
        subject: What it is about: an origin, a method, a header, safe to print.
        phrase: What is said of all its subjects; `{}` stands for them, `{is}` for the verb.
        detail: A second sentence, or "".
        severity: What it is worth to an attacker, where the server opens more.
        credentials: Whether a visitor's login is at stake.
        is_trick: Whether an origin got in by a trick.
    """

    kind: Kind
    code: str
    path: str
    subject: str
    phrase: str
    detail: str = ""
    severity: Severity | None = None
    credentials: bool = False
    is_trick: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between a server and a policy.

    Attributes:
        code: Its code.
        path: The path that was asked.
        message: What differs.
        detail: What that means, or where it comes from; "" if there is no more to say.
        severity: What it is worth to an attacker; None unless the server opens more.
    """

    code: str
    path: str
    message: str
    detail: str
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a verification.

    Attributes:
        url: The server.
        policy: Where the policy is written.
        opens: What the server opens although the policy does not, the worst first.
        refuses: What the server refuses although the policy allows it.
        warnings: What browsers decide alike, but caches do not, or for how long.
        requests: How many requests were sent.
        seconds: How long it took.
        stopped: Why it could not be finished, as a sentence; None if it was.
    """

    url: str
    policy: str
    opens: tuple[Difference, ...]
    refuses: tuple[Difference, ...]
    warnings: tuple[Difference, ...]
    requests: int
    seconds: float
    stopped: str | None = None

    @property
    def exit_code(self) -> int:
        """0 if the server obeys, 1 if not, 2 if it cannot be told."""
        if self.stopped:
            return CANNOT_TELL
        return BAD if self.opens or self.refuses else FINE


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON, after `verify.schema.json`.

    A field is only ever added while `version` stays.
    """
    return {
        "version": VERSION,
        "url": report.url,
        "policy": report.policy,
        "opens": [{**_fields(one), "severity": one.severity} for one in report.opens],
        "refuses": [_fields(one) for one in report.refuses],
        "warnings": [_fields(one) for one in report.warnings],
        "requests": report.requests,
        "seconds": round(report.seconds, 3),
        "stopped": report.stopped,
    }


def _fields(one: Difference) -> dict[str, str]:
    return {"code": one.code, "path": one.path, "message": one.message, "detail": one.detail}


def differences(kind: Kind, observations: Iterable[Observation]) -> tuple[Difference, ...]:
    """Put together what says the same of several subjects, the worst first.

    Args:
        kind: Which of them.
        observations: All that were made.
    """
    groups: dict[tuple[str, str, str], list[Observation]] = {}
    for one in observations:
        if one.kind == kind:
            # Of what gets in by one mistake, only the worst is told.
            phrase = "" if kind == "opens" else one.phrase
            groups.setdefault((one.path, one.code, phrase), []).append(one)
    merged = [_worst(group) for group in groups.values()]
    everybody = [group[0] for group in merged if group[0].code == _EVERYBODY]
    kept = [group for group in merged if not any(_covers(wide, group[0]) for wide in everybody)]
    return tuple(_difference(group) for group in sorted(kept, key=lambda group: _rank(group[0])))


def _worst(group: list[Observation]) -> list[Observation]:
    worst = min(group, key=_rank)
    return [one for one in group if (_rank(one), one.phrase) == (_rank(worst), worst.phrase)]


def _rank(one: Observation) -> tuple[int, bool]:
    return SEVERITIES.index(one.severity) if one.severity else 0, not one.credentials


def _covers(wide: Observation, narrow: Observation) -> bool:
    return (
        narrow.is_trick
        and narrow.path == wide.path
        and narrow.code != wide.code
        and (wide.credentials or not narrow.credentials)
    )


def _difference(group: Sequence[Observation]) -> Difference:
    first = group[0]
    subjects = tuple(dict.fromkeys(one.subject for one in group))
    verb = "is" if len(subjects) == 1 else "are"
    message = first.phrase.format(_joined(subjects), **{"is": verb})
    return Difference(first.code, first.path, message, first.detail, first.severity)


def _joined(subjects: Sequence[str]) -> str:
    shown, more = subjects[:_SHOWN_SUBJECTS], len(subjects) - _SHOWN_SUBJECTS
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
