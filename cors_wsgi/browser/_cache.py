"""The CORS-preflight cache (https://fetch.spec.whatwg.org/#cors-preflight-cache)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cors_wsgi.browser import _preflight, _sites, _standard

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
        ignored_hits: How many hits have been ignored on each site.
    """

    entries: dict[tuple[str, str], list[CacheEntry]] = field(default_factory=dict)
    ignored_hits: dict[str, int] = field(default_factory=dict)

    def covers(self, hop: Hop, engine: Engine, now: float) -> bool:
        """Tell whether cached answers make a preflight needless (#concept-http-fetch, step 4.1)."""
        entries = [
            entry
            for entry in self.entries.get(_key(hop), [])
            if now < entry.expires and _entry_matches(entry, hop, engine)
        ]
        covered = (
            bool(entries)
            and _covers_method(entries, hop, engine)
            and all(
                _covers_header(entries, name, hop, engine)
                for name in _preflight.unsafe_names(hop, engine)
            )
        )
        if engine.one_answer_per_url and not covered:
            self.forget(hop)
        return covered and not self._ignores_hit(hop, engine)

    def _ignores_hit(self, hop: Hop, engine: Engine) -> bool:
        site = _sites.registrable_domain(hop.target_origin)
        ignored = self.ignored_hits.get(site, 0)
        if ignored >= engine.ignored_cache_hits:
            return False
        self.ignored_hits[site] = ignored + 1
        return True

    def remember(self, hop: Hop, response: HTTPResponse, engine: Engine, now: float) -> None:
        """Store an answer (#cors-preflight-fetch-0, steps 7.12 to 7.15)."""
        methods = _preflight.allowed_methods(response)
        forced = hop.use_cors_preflight and engine.forced_preflight_needs_method
        if forced and not methods and _standard.is_safelisted_method(hop.method):
            methods = (hop.method,)
        expires = now + _preflight.max_age(response, engine)
        new = [CacheEntry(hop.include, method, None, expires) for method in methods]
        # An answer that allows nothing is an entry too: it may save a preflight that was forced.
        new = new or [CacheEntry(hop.include, None, None, expires)]
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
    """Match an entry against a request (#concept-cache-match)."""
    if entry.credentials == hop.include:
        return True
    return entry.credentials and engine.credentials_share_cache


def _wildcard_covers(entry: CacheEntry, hop: Hop, engine: Engine) -> bool:
    if engine.cached_wildcard == "by request":
        return not hop.include
    return engine.cached_wildcard == "by answer" and not entry.credentials


def _covers_method(entries: list[CacheEntry], hop: Hop, engine: Engine) -> bool:
    """Match an entry against a method (#concept-cache-match-method)."""
    needs_no_entry = hop.method in engine.safelisted_when_cached
    if needs_no_entry and not (hop.use_cors_preflight and engine.forced_preflight_needs_method):
        return True
    return any(
        entry.method == hop.method or (entry.method == "*" and _wildcard_covers(entry, hop, engine))
        for entry in entries
    )


def _covers_header(entries: list[CacheEntry], name: str, hop: Hop, engine: Engine) -> bool:
    """Match an entry against a header (#concept-cache-match-header)."""
    wildcard = (
        name not in _standard.NON_WILDCARD_REQUEST_HEADERS
        or engine.cached_wildcard_covers_authorization
    )
    return any(
        entry.header == name
        or (wildcard and entry.header == "*" and _wildcard_covers(entry, hop, engine))
        for entry in entries
    )
