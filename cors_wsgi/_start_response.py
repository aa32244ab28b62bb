"""The `start_response` that an application is given (PEP 3333).

It hands the application's headers on with those of the policy, and none of the
application's own. It is on the way of every response, so it is prepared for each set of
headers, and what a request adds is bound to it as methods are bound to their object, in
half the time that a closure takes.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from cors_wsgi._headers import HARMLESS, Header, Replace

# A header that could be Vary or Access-Control-* begins like this.
_SUSPECTS: Final = frozenset("AaVv")

# Makes the `start_response` of one request, of what that request adds.
Starter: TypeAlias = Callable[[Any], Callable[..., Any]]


def starter(cors: list[Header], replace: Replace) -> Starter:
    """Prepare a `start_response` that starts responses with the headers `cors`.

    Args:
        cors: the headers of the policy.
        replace: puts them in the place of headers like them.

    Returns:
        A function of the server's `start_response`.
    """
    harmless = HARMLESS  # nearer than a global, for every header of every response

    def start(
        start_response: Any, status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Any:
        for name, value in headers:
            if name not in harmless and (name == "Vary" or name[:1] in _SUSPECTS):
                return start_response(status, replace(headers, cors, name, value), exc_info)
        return start_response(status, headers + cors, exc_info)

    return start.__get__


def noting_starter(cors: list[Header], replace: Replace) -> Starter:
    """Prepare the same, as a function of the list `[start_response, has begun]`.

    The second tells whoever holds the list that the application has called it.
    """
    harmless = HARMLESS  # nearer than a global, for every header of every response

    def start(
        response: list[Any], status: str, headers: list[Header], exc_info: Any = None, /
    ) -> Any:
        response[1] = True
        for name, value in headers:
            if name not in harmless and (name == "Vary" or name[:1] in _SUSPECTS):
                return response[0](status, replace(headers, cors, name, value), exc_info)
        return response[0](status, headers + cors, exc_info)

    return start.__get__
