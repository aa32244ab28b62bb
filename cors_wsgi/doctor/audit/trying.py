"""Try the attempts on one URL: few requests, slow, to one host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cors_wsgi.browser import HTTPRequest, HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cors_wsgi.browser import Answer, Send
    from cors_wsgi.doctor.attempts import Attempt

_PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt and its answers.

    Attributes:
        attempt: The attempt.
        with_cookie: The answer to a GET with a cookie.
        without_cookie: The answer to a GET without one.
        preflight: The answer to a preflight for PUT with a JSON body.
    """

    attempt: Attempt
    with_cookie: Answer
    without_cookie: Answer
    preflight: Answer


def try_all(
    url: str,
    to_try: tuple[Attempt, ...],
    send: Send,
    login: tuple[tuple[str, str], ...] = (),
    progress: Callable[[Attempt], None] = lambda _: None,
) -> Iterator[Tried]:
    """Try the attempts, one request after the other; give up once nothing answers any more.

    Args:
        url: The one URL that is asked.
        to_try: What to try.
        send: What carries each request, at its own pace; redirects are not followed.
        login: What a logged-in visitor's browser sends: Cookie or Authorization.
        progress: Is told of each attempt.
    """
    silent = 0
    for attempt in to_try:
        progress(attempt)
        answers = [send(request) for request in _requests(url, attempt.origin, login)]
        silent = 0 if isinstance(answers[0], HTTPResponse) else silent + 1
        yield Tried(attempt, *answers)
        if silent == _PATIENCE:
            return


def _requests(
    url: str, origin: str, login: tuple[tuple[str, str], ...]
) -> tuple[HTTPRequest, HTTPRequest, HTTPRequest]:
    plain = (("Accept", "*/*"), ("Origin", origin))
    login = login or (("Cookie", "session=cors-wsgi-audit"),)
    preflight = (
        *plain,
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "content-type"),
    )
    return (
        HTTPRequest("GET", url, (*plain, *login)),
        HTTPRequest("GET", url, plain),
        HTTPRequest("OPTIONS", url, preflight),
    )
