"""What came of an audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cors_wsgi.doctor.audit.holes import Hole


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of an audit.

    Attributes:
        url: What was asked.
        trusted: The origin that it trusts.
        tried: How many origins were tried.
        answered: Whether it answered.
        moved_to: Where it redirects to, if it does.
        holes: What gets in, the worst first.
    """

    url: str
    trusted: str
    tried: int
    answered: bool
    moved_to: str | None
    holes: tuple[Hole, ...]
