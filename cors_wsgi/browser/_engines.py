"""Where engines differ from the standard: one option for each deviation.

The standard is the default. "Measured" below means in Chromium 156, Firefox ESR 153 and WebKitGTK
2.50; "source" means read in the engine's source. The wire is that of HTTP/1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from cors_wsgi.browser._standard import (
    NON_WILDCARD_REQUEST_HEADERS,
    REDIRECT_STATUSES,
    REQUEST_BODY_HEADERS,
    SAFELISTED_METHODS,
    SAFELISTED_SIZE_LIMIT,
)

WildcardInCache: TypeAlias = Literal["by request", "by answer", "never"]
LocationLines: TypeAlias = Literal["one", "alike", "combined"]
EmptyLocation: TypeAlias = Literal["followed", "ignored", "refused"]
StreamSupport: TypeAlias = Literal["sent", "needs HTTP/2", "sent as text", "refused"]
RedirectedCookies: TypeAlias = Literal["kept back", "sent to the page's host", "sent"]
NamelessCookies: TypeAlias = Literal["kept", "kept without =", "read as names"]


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
        safelists_client_hints: DPR, Save-Data, Device-Memory and six more need no preflight if
            their values are client hints.
        non_ascii_is_unsafe: A byte beyond ASCII in Accept or Content-Type needs a preflight.
        content_type_is_strict: A Content-Type with a comma, or with an empty parameter at its end
            after another parameter, needs a preflight.
        range_limit: The greatest number in a Range that needs no preflight; None for no limit, as
            in the standard.
        lenient_range: The unit of a Range may be in any case, and its numbers may have a plus sign.
        rewrites_charset_in_place: XMLHttpRequest replaces the charset of a text's Content-Type and
            nothing else; in the standard it parses the type and writes it anew.
        judges_charset_as_set: Whether a preflight is needed is judged by the Content-Type before
            its charset is rewritten.
        streams: What becomes of a stream as the body over HTTP/1.1.
        refuses_proxy_authentication: A response with status 407 is a network error.
        addresses_share_no_site: `Cross-Origin-Resource-Policy: same-site` refuses another port of
            the same IP address.
        drops_empty_lines: An empty line of a response header with other lines adds nothing to the
            combined value; in the standard it adds a comma.
        exposed_wildcard_survives: A `*` before the first malformed element of
            Access-Control-Expose-Headers exposes everything to `fetch`; in the standard such a list
            is void.
        wildcard_allows_authorization: `Access-Control-Allow-Headers: *` covers Authorization in the
            preflight's checks; in the standard it does not
            (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
        cached_wildcard: When a cached `*` covers methods and headers that were not asked about: for
            requests without credentials, for answers without credentials, or never.
        cached_wildcard_covers_authorization: A cached `*` covers Authorization too.
        safelisted_when_cached: Methods that a cached answer need not list.
        forced_preflight_needs_method: A preflight that an upload listener forces is saved only by a
            cached answer that lists the method, even a safelisted one.
        credentials_share_cache: An answer with credentials serves requests without, as in the
            standard; otherwise the two are cached apart.
        one_answer_per_url: A new preflight answer replaces the cached one of its URL, and a
            request that the cached one does not cover removes it; in the standard answers add up.
        keeps_refused_answer: A preflight answer that refuses this method or header is cached for
            what it allows.
        forgets_on_failure: A network error clears what is cached for its URL, as in the standard.
        ignored_cache_hits: How many times the preflight cache is ignored on each new site, where it
            would have saved a preflight.
        max_age_limit: The longest Access-Control-Max-Age that is honoured, in seconds; None for no
            limit, as in the standard.
        invalid_max_age: What a max-age that is no number counts as, in seconds.
        signed_max_age: A max-age may carry a sign; a negative one is not cached.
        redirect_statuses: The statuses whose Location is followed.
        location_lines: How many Location lines a redirect may have: one; several that are alike; or
            any, combined into one value.
        empty_location: What becomes of a redirect whose Location is empty.
        error_needs_location: Redirect mode `error` refuses a redirect only if its Location says
            where to; in the standard the status is enough.
        refuses_redirects_with_credentials: A redirect to a URL with a user name is refused to
            `fetch` on the page's own origin too.
        page_origin_in_later_preflights: After a redirect across origins the preflight still
            carries the page's origin, and is checked against it; the request carries `null`. Back
            at the page's own origin it passes the CORS check whatever it says.
        preflights_after_redirect: A preflighted request is preflighted again after a redirect, even
            if it has become one that needs none.
        preflights_for_dropped_headers: Whether a preflight is needed is judged by the headers that
            the request had at first, even by those that it no longer carries.
        delete_redirects_as_get: A redirect across origins turns a DELETE into a GET.
        names_dropped_headers: After a redirect the preflight still names headers that the request
            itself no longer carries: Authorization to another origin, Content-Type on a GET.
        restores_dropped_headers: Headers, in lower case, that a redirect drops only from the
            request that follows it, and not from those that later redirects lead to.
        restores_only_with_cors: Dropped headers come back only where CORS applies.
        restores_by_first_method: Whether a redirect drops the headers of the body is judged by the
            method that the request had at first; what preflights ask about, by the present one.
        judges_redirects_with_credentials: A redirect that another origin answers is judged once
            more, as if the credentials mode were `include`, where the request went to the page's
            own origin first; but only after the preflight for the next request, if that needs one.
        keeps_origin_on_get: Without CORS, a GET that a redirect made of another method keeps its
            Origin header as long as it stays on one origin.
        hides_origin_without_cors: Without CORS, a request that a redirect took to another origin
            carries `null` as its Origin.
        keeps_credentials_without_cors: Without CORS, a request that went to the page's own origin
            first sends cookies to other origins too.
        same_site_by_default: A cookie without SameSite is one with `SameSite=Lax`.
        none_needs_secure: A cookie with `SameSite=None` needs Secure.
        secure_on_loopback: Secure cookies are kept and sent over http on a loopback host too.
        redirected_cookies: What becomes of cookies that are Lax or Strict after a redirect through
            another site, on the way back to the page's.
        nameless_cookies: What becomes of a cookie without a name: it is kept; or kept if there is
            no `=` in its value; or dropped, where a text without any `=` is a name without value.
        cookies_for_address_parts: The Domain of a cookie may be part of an IP address.
        refuses_own_suffix: A cookie whose Domain is a public suffix is refused by that very host
            too; in RFC 6265bis it is one for the host alone.
        domains_are_lower_case: A cookie whose Domain has capitals is refused.
        domain_cookies_first: Of cookies with paths of the same length, those with the request's own
            host as their Domain are sent first, then those of the host alone.
        same_site_when_storing: SameSite decides which cookies are stored too, not only which are
            sent.
        last_expiry_wins: Of Max-Age and Expires the last one counts, and an empty Max-Age ends a
            cookie at once; in RFC 6265bis Max-Age counts, unless it is no number.
        blocks_third_party_cookies: Cookies of other sites than the page's are neither sent nor
            kept. It is off in every engine here, and on in Safari.
    """

    name: str = "standard"
    ignored_request_headers: frozenset[str] = frozenset()
    combines_request_headers: bool = False
    repeats_unsafe_names: bool = False
    headers_on_preflights: frozenset[str] = frozenset()
    upload_listener_needs_body: bool = False
    safelisted_size_limit: int | None = SAFELISTED_SIZE_LIMIT
    safelists_client_hints: bool = False
    non_ascii_is_unsafe: bool = False
    content_type_is_strict: bool = False
    range_limit: int | None = None
    lenient_range: bool = False
    rewrites_charset_in_place: bool = False
    judges_charset_as_set: bool = False
    streams: StreamSupport = "sent"
    refuses_proxy_authentication: bool = False
    addresses_share_no_site: bool = False
    drops_empty_lines: bool = False
    exposed_wildcard_survives: bool = False
    wildcard_allows_authorization: bool = False
    cached_wildcard: WildcardInCache = "by request"
    cached_wildcard_covers_authorization: bool = False
    safelisted_when_cached: frozenset[str] = SAFELISTED_METHODS
    forced_preflight_needs_method: bool = True
    credentials_share_cache: bool = True
    one_answer_per_url: bool = False
    keeps_refused_answer: bool = False
    forgets_on_failure: bool = True
    ignored_cache_hits: int = 0
    max_age_limit: int | None = None
    invalid_max_age: int = 5
    signed_max_age: bool = False
    redirect_statuses: frozenset[int] = REDIRECT_STATUSES
    location_lines: LocationLines = "one"
    empty_location: EmptyLocation = "followed"
    error_needs_location: bool = False
    refuses_redirects_with_credentials: bool = False
    page_origin_in_later_preflights: bool = False
    preflights_after_redirect: bool = False
    preflights_for_dropped_headers: bool = False
    delete_redirects_as_get: bool = False
    names_dropped_headers: bool = False
    restores_dropped_headers: frozenset[str] = frozenset()
    restores_only_with_cors: bool = False
    restores_by_first_method: bool = False
    judges_redirects_with_credentials: bool = False
    keeps_origin_on_get: bool = False
    hides_origin_without_cors: bool = False
    keeps_credentials_without_cors: bool = False
    same_site_by_default: bool = True
    none_needs_secure: bool = True
    secure_on_loopback: bool = True
    redirected_cookies: RedirectedCookies = "kept back"
    nameless_cookies: NamelessCookies = "kept"
    cookies_for_address_parts: bool = False
    refuses_own_suffix: bool = False
    domains_are_lower_case: bool = False
    domain_cookies_first: bool = False
    same_site_when_storing: bool = True
    last_expiry_wins: bool = False
    blocks_third_party_cookies: bool = False


STANDARD = Engine()
"""The Fetch standard, and RFC 6265bis for cookies.

In three places every engine is stricter than the letter of the standard, and so is this: a cached
`*` covers no request with credentials; a preflight that an upload listener forces does not allow
the request's own method; an empty Access-Control-Allow-Methods counts as one that is absent.
"""

CHROMIUM = Engine(
    name="chromium",
    ignored_request_headers=frozenset({"user-agent"}),  # measured
    combines_request_headers=True,  # measured
    upload_listener_needs_body=True,  # measured
    safelists_client_hints=True,  # measured; source: services/network/public/cpp/cors/cors.cc
    range_limit=2**63 - 2,  # measured
    rewrites_charset_in_place=True,  # measured; source: ReplaceCharsetInMediaType
    streams="needs HTTP/2",  # measured: net::ERR_H2_OR_QUIC_REQUIRED
    refuses_proxy_authentication=True,  # measured: net::ERR_UNEXPECTED_PROXY_AUTH
    addresses_share_no_site=True,  # measured
    wildcard_allows_authorization=True,  # measured
    cached_wildcard="by answer",  # measured
    forced_preflight_needs_method=False,  # measured
    one_answer_per_url=True,  # measured
    forgets_on_failure=False,  # measured
    max_age_limit=7200,  # source
    signed_max_age=True,  # measured: -1 is not cached
    location_lines="alike",  # measured
    empty_location="ignored",  # measured
    error_needs_location=True,  # measured
    refuses_redirects_with_credentials=True,  # measured
    hides_origin_without_cors=True,  # measured
    redirected_cookies="sent",  # measured
    nameless_cookies="kept without =",  # measured
)
"""Blink: Chrome, Edge and their kin."""

FIREFOX = Engine(
    name="firefox",
    repeats_unsafe_names=True,  # measured; source: InternalHeaders::GetUnsafeHeaders
    safelisted_size_limit=None,  # measured; the same source
    non_ascii_is_unsafe=True,  # measured
    content_type_is_strict=True,  # measured
    range_limit=2**64 - 1,  # measured
    judges_charset_as_set=True,  # measured
    streams="sent as text",  # measured
    drops_empty_lines=True,  # measured; source: nsHttpHeaderArray::MergeHeader
    exposed_wildcard_survives=True,  # measured; source: InternalHeaders::CORSHeaders
    wildcard_allows_authorization=True,  # measured
    cached_wildcard="never",  # measured
    safelisted_when_cached=frozenset({"GET", "POST"}),  # measured: HEAD must be listed
    forced_preflight_needs_method=False,  # measured
    credentials_share_cache=False,  # measured
    max_age_limit=86400,  # source
    invalid_max_age=0,  # measured
    location_lines="alike",  # measured
    page_origin_in_later_preflights=True,  # measured
    preflights_after_redirect=True,  # measured
    preflights_for_dropped_headers=True,  # measured
    # measured; source: FetchDriver::SetRequestHeaders
    restores_dropped_headers=REQUEST_BODY_HEADERS | NON_WILDCARD_REQUEST_HEADERS,
    restores_by_first_method=True,  # measured; source: FetchDriver::AsyncOnChannelRedirect
    same_site_by_default=False,  # measured
    nameless_cookies="read as names",  # measured
)
"""Gecko. The first two hits of its preflight cache on each new site are ignored, which matters only
to those who count preflights: `dataclasses.replace(FIREFOX, ignored_cache_hits=2)`."""

WEBKIT = Engine(
    name="webkit",
    combines_request_headers=True,  # measured
    headers_on_preflights=frozenset({"user-agent"}),  # measured
    range_limit=2**64 - 1,  # measured
    lenient_range=True,  # measured
    streams="refused",  # measured
    wildcard_allows_authorization=True,  # measured
    cached_wildcard_covers_authorization=True,  # measured
    forced_preflight_needs_method=False,  # measured
    one_answer_per_url=True,  # measured
    keeps_refused_answer=True,  # measured
    forgets_on_failure=False,  # measured
    max_age_limit=600,  # measured
    signed_max_age=True,  # measured
    # measured: all but 300 and 304 to 306
    redirect_statuses=frozenset(range(301, 400)) - {304, 305, 306},
    location_lines="combined",  # measured
    empty_location="refused",  # measured
    error_needs_location=True,  # measured
    preflights_after_redirect=True,  # measured
    delete_redirects_as_get=True,  # measured
    names_dropped_headers=True,  # measured
    restores_dropped_headers=REQUEST_BODY_HEADERS,  # measured
    restores_only_with_cors=True,  # measured
    judges_redirects_with_credentials=True,  # measured
    keeps_origin_on_get=True,  # measured
    keeps_credentials_without_cors=True,  # measured
    same_site_by_default=False,  # measured
    none_needs_secure=False,  # measured
    secure_on_loopback=False,  # measured
    redirected_cookies="sent to the page's host",  # measured
    cookies_for_address_parts=True,  # measured
    refuses_own_suffix=True,  # measured
    domains_are_lower_case=True,  # measured
    domain_cookies_first=True,  # measured
    same_site_when_storing=False,  # measured
    last_expiry_wins=True,  # measured
)
"""WebKit: Safari and every browser on iOS."""

ENGINES = {engine.name: engine for engine in (STANDARD, CHROMIUM, FIREFOX, WEBKIT)}
"""The engines by name."""
