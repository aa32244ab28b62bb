"""What requests run on: the headers of a policy's responses, prepared as far as they can be.

A compiled policy is made from checked fields and never changes. It yields lists of headers and
knows neither servers nor frameworks.
"""

from collections.abc import Iterator
from typing import Final

from cors_wsgi._headers import Header
from cors_wsgi._origins.allowed import MAX_ORIGIN_LENGTH
from cors_wsgi._origins.matcher import make_matcher
from cors_wsgi._policy.fields import Fields
from cors_wsgi._policy.reflection import all_headers, all_methods

ALLOW_ORIGIN: Final = "Access-Control-Allow-Origin"
ALLOW_METHODS: Final = "Access-Control-Allow-Methods"
ALLOW_HEADERS: Final = "Access-Control-Allow-Headers"

# A 200 says that it is empty, and of what type; a 204 must not (RFC 9110, section 8.6).
_EMPTY_BODY: Final[dict[int, tuple[Header, ...]]] = {
    200: (("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")),
    204: (),
}


class CompiledPolicy:
    """The headers of a policy's responses.

    The lists of headers are shared between requests, and must not be changed.

    Attributes:
        fields: The fields that the policy was written with.
        allows_any_origin: Whether every origin is allowed.
        denied_because: Why nobody is allowed, where no policy could be chosen for a request.
        reflects: Whether a preflight's lists depend on what it asks for.
        unshared: The CORS headers of a response that is shared with no origin, because the
            request has none or it is refused. Where every origin is allowed, all responses have
            the same headers, so that shared caches can keep one response for all.
        vary_by_origin: Whether all responses say `Vary: Origin`, whatever the fields.
    """

    __slots__ = (
        "_actual",
        "_matches",
        "_preflight",
        "_prepared",
        "_refused_preflight",
        "allows_any_origin",
        "denied_because",
        "fields",
        "reflects",
        "unshared",
        "vary_by_origin",
    )

    def __init__(
        self, fields: Fields, *, vary_by_origin: bool = False, denied_because: str | None = None
    ) -> None:
        """Prepare the headers.

        Args:
            fields: The checked fields.
            vary_by_origin: Whether responses say `Vary: Origin` though every origin is allowed,
                as they must where the request's origin may have decided which policy governs.
            denied_because: Why nobody is allowed, if that is so.
        """
        self.fields = fields
        self.vary_by_origin = vary_by_origin
        self.denied_because = denied_because
        self.allows_any_origin = fields.origins.any
        self._matches = make_matcher(
            fields.origins,
            allow_credentials=fields.allow_credentials,
            allow_null=fields.dangerously_allow_null_origin,
            allow_insecure=fields.dangerously_allow_insecure_origins,
        )
        varies_by_origin = vary_by_origin or not self.allows_any_origin
        vary = _vary(fields, varies_by_origin=varies_by_origin, preflight=False)
        preflight_vary = _vary(fields, varies_by_origin=varies_by_origin, preflight=True)
        empty_body = _EMPTY_BODY[fields.preflight_status]
        self.reflects = fields.allows_any_method or fields.allows_any_header
        self._actual = [*_credentials(fields), *_expose(fields), *vary]
        self._preflight = [*_credentials(fields), *_lists(fields), *empty_body, *preflight_vary]
        self._refused_preflight = [*empty_body, *preflight_vary]
        self.unshared = self._sharing("*") if self.allows_any_origin else vary
        self._prepared = {origin: self._sharing(origin) for origin in fields.origins.exact}

    def allows(self, origin: str | None) -> bool:
        """Tell whether an origin is allowed.

        Args:
            origin: The `Origin` header, of any length and content; None if there is none.
        """
        return origin is not None and self.shared_with(origin) is not None

    def shared_with(self, origin: str) -> list[Header] | None:
        """Return the CORS headers of a response that is no preflight's; None for a refused origin.

        Args:
            origin: The `Origin` header, of any length and content.
        """
        if self.allows_any_origin:
            return self.unshared
        # The length comes first, since hashing a string costs time proportional to it.
        if len(origin) <= MAX_ORIGIN_LENGTH:
            if (prepared := self._prepared.get(origin)) is not None:
                return prepared
            if self._matches(origin):
                return self._sharing(origin)
        return None

    def _sharing(self, origin: str) -> list[Header]:
        return [(ALLOW_ORIGIN, origin), *self._actual]

    def preflight_headers(
        self, origin: str, requested_method: str, requested_headers: str | None
    ) -> list[Header]:
        """Return all headers of a preflight's response, as a new list.

        A method or header that is not allowed gets the same lists as any other, so that the
        browser can name it.

        Args:
            origin: The `Origin` header, of any length and content.
            requested_method: The `Access-Control-Request-Method`.
            requested_headers: The `Access-Control-Request-Headers`; None if there is none.
        """
        if self.shared_with(origin) is None:
            return self._refused_preflight.copy()
        headers = [(ALLOW_ORIGIN, "*" if self.allows_any_origin else origin), *self._preflight]
        if self.reflects:
            headers += _reflected(self.fields, requested_method, requested_headers or "")
        return headers


def _reflected(fields: Fields, method: str, headers: str) -> Iterator[Header]:
    """Yield the lists that depend on what a preflight asks about."""
    credentials = fields.allow_credentials
    if fields.allows_any_method:
        yield ALLOW_METHODS, all_methods(method, credentials=credentials)
    if fields.allows_any_header and (names := all_headers(headers, credentials=credentials)):
        yield ALLOW_HEADERS, names


def _vary(fields: Fields, *, varies_by_origin: bool, preflight: bool) -> list[Header]:
    """Name what a response depends on, also where the origin is refused or missing.

    Source: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches. A preflight's response
    must not be cached (RFC 9110, section 9.3.7), but some shared caches do it.
    """
    names = {
        "Origin": varies_by_origin,
        "Access-Control-Request-Method": preflight and fields.allows_any_method,
        "Access-Control-Request-Headers": preflight and fields.allows_any_header,
    }
    value = ", ".join(name for name, varies in names.items() if varies)
    return [("Vary", value)] if value else []


def _credentials(fields: Fields) -> list[Header]:
    return [("Access-Control-Allow-Credentials", "true")] if fields.allow_credentials else []


def _expose(fields: Fields) -> list[Header]:
    names = ", ".join(fields.expose_headers)
    return [("Access-Control-Expose-Headers", names)] if names else []


def _lists(fields: Fields) -> list[Header]:
    """Send the lists whole: one cached preflight then serves every method and header."""
    headers = []
    if fields.allow_methods and not fields.allows_any_method:
        headers.append((ALLOW_METHODS, ", ".join(fields.allow_methods)))
    if fields.allow_headers and not fields.allows_any_header:
        headers.append((ALLOW_HEADERS, ", ".join(fields.allow_headers)))
    headers.append(("Access-Control-Max-Age", str(fields.max_age)))
    return headers
