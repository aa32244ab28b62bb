"""The CORS-preflight cache (https://fetch.spec.whatwg.org/#cors-preflight-cache)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cors_wsgi.browser import _preflight, _standard

if TYPE_CHECKING:
    from cors_wsgi.browser._engines import Engine
    from cors_wsgi.browser._hop import Hop
    from cors_wsgi.browser._wire import HTTPResponse


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A cache entry (#cache-entry): one method or one header name of one answer.

    Attributes:
        credentials: Whether the request that it answered had credentials mode `include`.
        method: A method, `*`, or None.
        header: A header name, `*`, or None.
        expires: When it must be forgotten, on the caller's clock.
    """

    credentials: bool
    method: str | None
    header: str | None
    expires: float


@dataclass(slots=True)
class PreflightCache:
    """What a browser remembers of preflights, by origin and full URL, query included.

    Attributes:
        entries: The cache entries of each (serialised origin, URL).
    """

    entries: dict[tuple[str, str], list[CacheEntry]] = field(default_factory=dict)

    def covers(self, hop: Hop, engine: Engine, now: float) -> bool:
        """Whether cached answers make a preflight unnecessary (#concept-http-fetch, step 4.1)."""
        entries = [
            entry
            for entry in self.entries.get(_key(hop), [])
            if now < entry.expires and _entry_matches(entry, hop, engine)
        ]
        covered = _covers_method(entries, hop, engine) and all(
            _covers_header(entries, name, engine) for name in _preflight.unsafe_names(hop, engine)
        )
        if engine.one_answer_per_url and not covered:
            self.forget(hop)
        return covered

    def remember(self, hop: Hop, response: HTTPResponse, engine: Engine, now: float) -> None:
        """Store an answer (#cors-preflight-fetch-0, steps 7.12 to 7.15)."""
        methods = _preflight.allowed_methods(response)
        if hop.use_cors_preflight and not methods:
            methods = (hop.method,)
        expires = now + _preflight.max_age(response, engine)
        new = [CacheEntry(hop.include, method, None, expires) for method in methods]
        new += [
            CacheEntry(hop.include, None, name.lower(), expires)
            for name in _preflight.allowed_headers(response)
        ]
        old = [] if engine.one_answer_per_url else self.entries.get(_key(hop), [])
        replaced = {(entry.credentials, entry.method, entry.header) for entry in new}
        kept = [e for e in old if (e.credentials, e.method, e.header) not in replaced]
        self.entries[_key(hop)] = kept + new

    def forget(self, hop: Hop) -> None:
        """Clear cache entries (#concept-cache-clear)."""
        self.entries.pop(_key(hop), None)


def _key(hop: Hop) -> tuple[str, str]:
    return hop.origin, hop.url


def _entry_matches(entry: CacheEntry, hop: Hop, engine: Engine) -> bool:
    """#concept-cache-match."""
    if entry.credentials == hop.include:
        return True
    return entry.credentials and engine.credentials_share_cache


def _wildcard_covers(entry: CacheEntry, engine: Engine) -> bool:
    # The standard's text lets a cached `*` cover everything even if it was sent with credentials,
    # where the preflight's own checks take it for a name; no engine does that, nor does the model.
    return engine.cached_wildcard_covers and not entry.credentials


def _covers_method(entries: list[CacheEntry], hop: Hop, engine: Engine) -> bool:
    """#concept-cache-match-method."""
    if hop.method in engine.safelisted_when_cached and not hop.use_cors_preflight:
        return True
    return any(
        entry.method == hop.method or (entry.method == "*" and _wildcard_covers(entry, engine))
        for entry in entries
    )


def _covers_header(entries: list[CacheEntry], name: str, engine: Engine) -> bool:
    """#concept-cache-match-header."""
    wildcard = (
        name not in _standard.NON_WILDCARD_REQUEST_HEADERS
        or engine.cached_wildcard_covers_authorization
    )
    return any(
        entry.header == name
        or (wildcard and entry.header == "*" and _wildcard_covers(entry, engine))
        for entry in entries
    )
