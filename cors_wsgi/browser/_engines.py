"""Where engines differ from the standard, as options named after the engine.

The standard is the default. "Measured" below means in Chromium 156, Firefox ESR 153 and WebKitGTK
2.50; "source" means read in the engine's source.
"""

from __future__ import annotations

from dataclasses import dataclass

from cors_wsgi.browser._standard import SAFELISTED_METHODS, SAFELISTED_SIZE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How one browser engine carries out the standard.

    Attributes:
        name: "standard", "chromium", "firefox" or "webkit".
        ignored_request_headers: Headers, in lower case, that script cannot set although they are
            not forbidden.
        combines_request_headers: Headers that script appends twice are combined before anything
            else looks at their values; in the standard each is looked at alone.
        repeats_unsafe_names: Access-Control-Request-Headers repeats the name of a header that
            script appended twice.
        headers_on_preflights: Headers that script set, in lower case, which preflights carry too.
        upload_listener_needs_body: A listener on an upload forces a preflight only if there is a
            body.
        safelisted_size_limit: How many bytes safelisted request headers may have together; None for
            no limit (https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names).
        drops_empty_lines: An empty line of a response header with other lines adds nothing to the
            combined value; in the standard it adds a comma.
        exposed_wildcard_survives: A `*` before the first malformed element of
            Access-Control-Expose-Headers exposes everything to `fetch`; in the standard such a list
            is void.
        wildcard_allows_authorization: `Access-Control-Allow-Headers: *` covers Authorization in the
            preflight's checks; in the standard it does not
            (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
        cached_wildcard_covers: A cached `*` covers methods and headers that were not asked about.
        cached_wildcard_covers_authorization: A cached `*` covers Authorization too.
        safelisted_when_cached: Methods that a cached answer need not list.
        credentials_share_cache: An answer with credentials serves requests without, as in the
            standard; otherwise the two are cached apart.
        one_answer_per_url: A new preflight answer replaces the cached one of its URL, and a
            request that the cached one does not cover removes it; in the standard answers add up.
        keeps_refused_answer: A preflight answer that refuses this method or header is cached for
            what it allows.
        forgets_on_failure: A network error clears what is cached for its URL, as in the standard.
        max_age_limit: The longest Access-Control-Max-Age that is honoured, in seconds; None for no
            limit, as in the standard.
        invalid_max_age: What a max-age that is no number counts as, in seconds.
        signed_max_age: A max-age may carry a sign; a negative one is not cached.
        page_origin_in_later_preflights: After a redirect across origins the preflight still
            carries the page's origin, and is checked against it; the request carries `null`. Back
            at the page's own origin it passes the CORS check whatever it says.
        preflights_after_redirect: A preflighted request is preflighted again after a redirect, even
            if it has become one that needs none.
        delete_redirects_as_get: A redirect across origins turns a DELETE into a GET.
        names_dropped_headers: After a redirect the preflight still names headers that the request
            itself no longer carries: Authorization to another origin, Content-Type on a GET.
    """

    name: str = "standard"
    ignored_request_headers: frozenset[str] = frozenset()
    combines_request_headers: bool = False
    repeats_unsafe_names: bool = False
    headers_on_preflights: frozenset[str] = frozenset()
    upload_listener_needs_body: bool = False
    safelisted_size_limit: int | None = SAFELISTED_SIZE_LIMIT
    drops_empty_lines: bool = False
    exposed_wildcard_survives: bool = False
    wildcard_allows_authorization: bool = False
    cached_wildcard_covers: bool = True
    cached_wildcard_covers_authorization: bool = False
    safelisted_when_cached: frozenset[str] = SAFELISTED_METHODS
    credentials_share_cache: bool = True
    one_answer_per_url: bool = False
    keeps_refused_answer: bool = False
    forgets_on_failure: bool = True
    max_age_limit: int | None = None
    invalid_max_age: int = 5
    signed_max_age: bool = False
    page_origin_in_later_preflights: bool = False
    preflights_after_redirect: bool = False
    delete_redirects_as_get: bool = False
    names_dropped_headers: bool = False


STANDARD = Engine()
"""The Fetch standard, to the letter."""

CHROMIUM = Engine(
    name="chromium",
    ignored_request_headers=frozenset({"user-agent"}),  # measured
    combines_request_headers=True,  # measured
    upload_listener_needs_body=True,  # measured
    wildcard_allows_authorization=True,  # measured
    one_answer_per_url=True,  # measured
    forgets_on_failure=False,  # measured
    max_age_limit=7200,  # source
    signed_max_age=True,  # measured: -1 is not cached
)
"""Blink: Chrome, Edge and their kin."""

FIREFOX = Engine(
    name="firefox",
    repeats_unsafe_names=True,  # measured; source: InternalHeaders::GetUnsafeHeaders
    safelisted_size_limit=None,  # measured; the same source
    drops_empty_lines=True,  # measured; source: nsHttpHeaderArray::MergeHeader
    exposed_wildcard_survives=True,  # measured; source: InternalHeaders::CORSHeaders
    wildcard_allows_authorization=True,  # measured
    cached_wildcard_covers=False,  # measured
    safelisted_when_cached=frozenset({"GET", "POST"}),  # measured: HEAD must be listed
    credentials_share_cache=False,  # measured
    max_age_limit=86400,  # source
    invalid_max_age=0,  # measured
    page_origin_in_later_preflights=True,  # measured
    preflights_after_redirect=True,  # measured
)
"""Gecko."""

WEBKIT = Engine(
    name="webkit",
    combines_request_headers=True,  # measured
    headers_on_preflights=frozenset({"user-agent"}),  # measured
    wildcard_allows_authorization=True,  # measured
    cached_wildcard_covers_authorization=True,  # measured
    one_answer_per_url=True,  # measured
    keeps_refused_answer=True,  # measured
    forgets_on_failure=False,  # measured
    max_age_limit=600,  # measured
    signed_max_age=True,  # measured
    preflights_after_redirect=True,  # measured
    delete_redirects_as_get=True,  # measured
    names_dropped_headers=True,  # measured
)
"""WebKit: Safari and every browser on iOS."""

ENGINES = {engine.name: engine for engine in (STANDARD, CHROMIUM, FIREFOX, WEBKIT)}
"""The engines by name."""
