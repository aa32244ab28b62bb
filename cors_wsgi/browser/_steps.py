"""Where a fetch can end in a network error: the step of the standard, and the evidence."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cors_wsgi.browser._wire import HTTPResponse


class Step(enum.Enum):
    """A step of the Fetch standard that returns a network error: its place, and its anchor."""

    SAME_ORIGIN_MODE = ("main fetch, mode same-origin", "concept-main-fetch")
    OPAQUE_REDIRECT_MODE = ("main fetch, mode no-cors", "concept-main-fetch")
    BLOCKED_PORT = ("main fetch, step 7", "block-bad-port")
    STREAM = ("HTTP-network fetch, a stream as body", "concept-http-network-fetch")
    NO_ANSWER = ("HTTP-network fetch", "concept-http-network-fetch")
    PROXY_AUTHENTICATION = (
        "HTTP-network-or-cache fetch, status 407",
        "concept-http-network-or-cache-fetch",
    )
    ORIGIN_ABSENT = ("CORS check, step 2", "concept-cors-check")
    ORIGIN_WILDCARD = ("CORS check, steps 3 and 4", "concept-cors-check")
    ORIGIN_DIFFERS = ("CORS check, step 4", "concept-cors-check")
    CREDENTIALS_NOT_ALLOWED = ("CORS check, step 8", "concept-cors-check")
    PREFLIGHT_STATUS = ("CORS-preflight fetch, step 7", "cors-preflight-fetch-0")
    LIST_UNPARSABLE = ("CORS-preflight fetch, step 7.3", "cors-preflight-fetch-0")
    METHOD_NOT_ALLOWED = ("CORS-preflight fetch, step 7.5", "cors-preflight-fetch-0")
    NON_WILDCARD_HEADER = ("CORS-preflight fetch, step 7.6", "cors-preflight-fetch-0")
    HEADER_NOT_ALLOWED = ("CORS-preflight fetch, step 7.7", "cors-preflight-fetch-0")
    RESOURCE_POLICY = (
        "cross-origin resource policy check",
        "cross-origin-resource-policy-check",
    )
    REDIRECT_MODE_ERROR = ("HTTP fetch, redirect mode error", "concept-http-fetch")
    REDIRECT_LOCATIONS = ("HTTP-redirect fetch, step 5", "concept-http-redirect-fetch")
    REDIRECT_LOCATION = ("HTTP-redirect fetch, steps 5 and 6", "concept-http-redirect-fetch")
    REDIRECT_LIMIT = ("HTTP-redirect fetch, step 7", "concept-http-redirect-fetch")
    REDIRECT_CREDENTIALS = ("HTTP-redirect fetch, steps 9 and 10", "concept-http-redirect-fetch")
    REDIRECT_STREAM = ("HTTP-redirect fetch, step 11", "concept-http-redirect-fetch")

    @property
    def place(self) -> str:
        """The algorithm and the step in it."""
        return self.value[0]

    @property
    def url(self) -> str:
        """The step's address in the standard."""
        return f"https://fetch.spec.whatwg.org/#{self.value[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that failed, with its evidence.

    Attributes:
        step: The step of the standard.
        preflight: Whether the preflight's response failed it.
        header: The response header that it looked at, if any.
        value: That header's combined value; None if it is absent.
        wanted: What would have passed.
        response: The response that failed it, if that is not the last one.
    """

    step: Step
    preflight: bool = False
    header: str | None = None
    value: str | None = None
    wanted: str | None = None
    response: HTTPResponse | None = None
