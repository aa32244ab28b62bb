"""The `start_response` that an application is given (PEP 3333).

It hands the application's headers on with those of the policy, and none of the
application's own. It is on the way of every response, so it is prepared for each set of
headers, and what a request adds comes as its first argument: `types.MethodType` binds it
in half the time that a closure takes.
"""

from collections.abc import Callable
from typing import Any, Final

from cors_wsgi._headers import HARMLESS, Header, Replace

# A header that could be Vary or Access-Control-* begins like this.
_SUSPECTS: Final = frozenset("AaVv")


def starting(cors: list[Header], replace: Replace) -> Callable[..., Any]:
    """Make a function that starts responses with the headers `cors`.

    Args:
        cors: the headers of the policy.
        replace: puts them in the place of headers like them.

    Returns:
        A function of the server's `start_response` and what that takes.
    """

    def start(
        start_response: Any, status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Any:
        for name, _ in headers:
            if name not in HARMLESS and name[:1] in _SUSPECTS:
                return start_response(status, replace(headers, cors), exc_info)
        return start_response(status, headers + cors, exc_info)

    return start


def starting_noted(cors: list[Header], replace: Replace) -> Callable[..., Any]:
    """Make the same function, for which the response is `[start_response, has begun]`.

    The second tells whoever holds the list that the application has called it.
    """

    def start(
        response: list[Any], status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Any:
        response[1] = True
        for name, _ in headers:
            if name not in HARMLESS and name[:1] in _SUSPECTS:
                return response[0](status, replace(headers, cors), exc_info)
        return response[0](status, headers + cors, exc_info)

    return start
