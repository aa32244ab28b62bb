"""What adapts a preflight's answer to the request, where a policy allows all methods or headers.

What a stranger chose is sent back only if it is names and nothing else, and up to a bound.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cors_wsgi._fetch_standard import is_token, token_list
from cors_wsgi._headers import ALLOW_HEADERS, ALLOW_METHODS, Header

if TYPE_CHECKING:
    from cors_wsgi._policy.policy import Policy

# The longest Access-Control-Request-Headers that is reflected, in characters: what
# Apache, nginx and gunicorn take as one header line.
MAX_REFLECTED_LENGTH: Final = 8190

# What "all methods" names, so that one cached preflight covers them all: Firefox asks
# again for a method that the cached answer covers only by "*".
USUAL_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

Tailor: TypeAlias = Callable[[list[Header], Mapping[str, Any]], None]


def make_tailor(policy: "Policy") -> tuple[list[Header], Tailor]:
    """Make what adapts a preflight's answer to the request.

    "All methods" names the usual ones, and the requested one if it is another. "All
    headers" names the requested ones, once they have proved to be names. `*` would do
    for both only without credentials and, for headers, without `Authorization`; and
    Firefox does not cache it. It stands there all the same where it can: it lets the
    other engines reuse the answer for what this preflight did not ask about.

    Returns:
        The headers that it replaces, which an answer must end with: to append one costs
        as much as to check it. And the function.
    """
    any_method, any_header = policy.allows_any_method, policy.allows_any_header
    private_network = policy.allow_private_network
    usual = ", ".join(USUAL_METHODS)
    names = ""
    if not policy.allow_credentials:
        usual, names = f"{usual}, *", "*, Authorization"
    prefix = names and f"{names}, "

    def allow(requested: str) -> Header | None:
        if reflected := header_names(requested):
            return ALLOW_HEADERS, prefix + reflected
        return (ALLOW_HEADERS, names) if names else None

    # A page asks for the same headers every time: what it asked for, and the answer.
    latest = ("", allow(""))
    slots = [(ALLOW_METHODS, usual)] if any_method else []
    if any_header:
        slots.append((ALLOW_HEADERS, names))
    methods_slot = -len(slots)

    def tailor(headers: list[Header], environ: Mapping[str, Any]) -> None:
        nonlocal latest
        if any_method:
            method = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
            if method not in USUAL_METHODS and _is_method(method):
                headers[methods_slot] = (ALLOW_METHODS, f"{usual}, {method}")
        if any_header:
            requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
            asked, header = latest  # both at once: threads share it
            if requested != asked:
                header = allow(requested)
                if len(requested) <= MAX_REFLECTED_LENGTH:
                    latest = requested, header
            if header is None:
                headers.pop()
            else:
                headers[-1] = header
        # https://wicg.github.io/private-network-access/#cors-preflight, since abandoned.
        if private_network and environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true":
            headers.append(("Access-Control-Allow-Private-Network", "true"))

    return slots, tailor


def _is_method(text: str) -> bool:
    return len(text) <= MAX_REFLECTED_LENGTH and is_token(text)


def header_names(value: str) -> str:
    """Return the names in an Access-Control-Request-Headers value, fit for a header.

    Args:
        value: the value as it came, of any length and content.

    Returns:
        The names joined by commas, or nothing if there are none, or one of them is no
        token, or the value is over `MAX_REFLECTED_LENGTH`.
    """
    if len(value) > MAX_REFLECTED_LENGTH:
        return ""
    if token_list().fullmatch(value):
        return value
    # An intermediary may have split the line, added spaces or left an element empty.
    names = [name for part in value.split(",") if (name := part.strip(" \t"))]
    return ",".join(names) if all(map(is_token, names)) else ""
