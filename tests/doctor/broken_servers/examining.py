"""How the tests ask the doctor about a server."""

from __future__ import annotations

from typing import Any

from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis, diagnose
from cors_wsgi.doctor.check.probe import Seen
from cors_wsgi.doctor.check.probe import examine as examined
from cors_wsgi.doctor.targets import Target
from cors_wsgi.doctor.transport.http import HTTPTransport


def examine(
    url: str, origin: str, *, direct: str | None = None, timeout: float = 1.0, **ask: Any
) -> tuple[Seen, Diagnosis]:
    """What `cors-wsgi check` sees and says, without the command around it."""
    target = Target(url=url, origin=origin, **ask)
    seen = examined(target, HTTPTransport(timeout=timeout), direct=direct)
    return seen, diagnose(seen)


def named(diagnosis: Diagnosis) -> set[str]:
    """Every id that the diagnosis names, of whatever weight."""
    found = {finding.id for finding in diagnosis.findings}
    return found | {diagnosis.failure} if diagnosis.failure else found
