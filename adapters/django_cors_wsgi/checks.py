"""The system check, registered. What it looks with is imported when it runs: no server needs it."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register


@register(Tags.security)
def check_cors(**_: Any) -> Sequence[CheckMessage]:
    """Check all that CORS depends on, if it is this package's business."""
    from django_cors_wsgi._checks import messages  # noqa: PLC0415 - as said

    return messages()
