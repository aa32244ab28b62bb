"""Driving a fetch: the loop between the generator and whatever carries its requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from cors_wsgi.browser._fetch import Answer, Steps
from cors_wsgi.browser._wire import HTTPRequest

if TYPE_CHECKING:
    from cors_wsgi.browser._outcome import Outcome

Send: TypeAlias = Callable[[HTTPRequest], Answer]
"""Carries one request and returns the answer; it must neither follow redirects nor merge lines."""


def run(steps: Steps, send: Send) -> Outcome:
    """Run a fetch to its end.

    Args:
        steps: What `fetch` returned.
        send: What carries each request.

    Returns:
        The filtered response, or the network error.
    """
    try:
        request = next(steps)
        while True:
            request = steps.send(send(request))
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome
