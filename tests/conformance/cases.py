"""The table: what every adapter must answer, whole, and nothing more.

An application answers each method with a `Reply`. The answer to a preflight is given
entire; any other is the application's own, but for the headers named here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cors_wsgi import Policy

APP = "https://app.example"
OTHER = "https://other.example"


@dataclass(frozen=True)
class Reply:
    """What the application answers to a method."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain"),)
    body: bytes = b"hello"
    streamed: bool = False


@dataclass(frozen=True)
class Case:
    """One request and its whole answer.

    Attributes:
        policy: What governs; `None` for a path that nothing governs.
        method: The request's method.
        headers: The request's headers.
        answers: The status of a preflight, `None` where the application answers.
        gets: The `Access-Control-*` headers and `Vary` of the response.
        app: What the application answers, by method; it answers others with 405.
        covers: Failures and advisories that this case would catch.
    """

    id: str
    policy: Policy | None
    method: str
    headers: Mapping[str, str]
    answers: int | None
    gets: Mapping[str, str]
    app: Mapping[str, Reply] = field(default_factory=lambda: {"GET": Reply(), "PUT": Reply()})
    covers: tuple[str, ...] = ()


ONE = Policy(allow_origins=APP)
LISTS = Policy(
    allow_origins=[APP, "https://*.tenants.example", "http://localhost:*"],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
    expose_headers=["X-Total"],
    allow_credentials=True,
    max_age=7200,
)
STAR = Policy(allow_origins="*", allow_methods="PUT", expose_headers="*")
TUTORIAL = Policy(
    allow_origins=[APP], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
)
ALL_OPEN = Policy(allow_origins="*", allow_methods="*", allow_headers="*")
OK_200 = Policy(allow_origins=APP, preflight_status=200, max_age=0)
NULL = Policy(allow_origins="null", dangerously_allow_null_origin=True)
REGEX = Policy(allow_origins=re.compile(r"\Ahttps://app-git-[a-z0-9-]+-team\.example\.app\Z"))
BOTH_WILDCARDS = Policy(allow_origins="https://*.example.com:*")

ALLOWED = {"Access-Control-Allow-Origin": APP, "Vary": "Origin"}
REFUSED = {"Vary": "Origin"}
LISTS_ALLOWED = {
    "Access-Control-Allow-Origin": APP,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "X-Total",
    "Vary": "Origin",
}
LISTS_PREFLIGHT = {
    "Access-Control-Allow-Origin": APP,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "7200",
    "Vary": "Origin",
}
USUAL = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
ALL_VARY = "Access-Control-Request-Method, Access-Control-Request-Headers"


def preflight(
    id: str,  # noqa: A002 - as the table says it
    policy: Policy,
    gets: Mapping[str, str],
    *,
    origin: str = APP,
    method: str = "PUT",
    headers: str | None = None,
    more: Mapping[str, str] | None = None,
    app: Mapping[str, Reply] | None = None,
    status: int = 204,
    covers: tuple[str, ...] = (),
) -> Case:
    sent = {"Origin": origin, "Access-Control-Request-Method": method, **(more or {})}
    if headers is not None:
        sent["Access-Control-Request-Headers"] = headers
    arguments = {} if app is None else {"app": app}
    return Case(id, policy, "OPTIONS", sent, status, gets, covers=covers, **arguments)


def actual(
    id: str,  # noqa: A002 - as the table says it
    policy: Policy | None,
    gets: Mapping[str, str],
    *,
    origin: str | None = APP,
    method: str = "GET",
    reply: Reply | None = None,
    more: Mapping[str, str] | None = None,
    covers: tuple[str, ...] = (),
) -> Case:
    sent = {**({"Origin": origin} if origin is not None else {}), **(more or {})}
    app = {method: reply or Reply()}
    return Case(id, policy, method, sent, None, gets, app, covers)


def _html(status: int, *headers: tuple[str, str]) -> dict[str, Reply]:
    """Answer OPTIONS as applications do that know nothing of preflights."""
    page = Reply(status, (("Content-Type", "text/html"), *headers), b"<h1>No</h1>")
    return {"OPTIONS": page, "PUT": Reply()}


PREFLIGHTS = [
    preflight("a preflight of an allowed origin gets the whole lists", LISTS, LISTS_PREFLIGHT,
        headers="authorization,content-type", covers=("method-missing", "header-missing")),
    preflight("a preflight is answered where OPTIONS is 405", LISTS, LISTS_PREFLIGHT,
        app=_html(405, ("Allow", "PUT")), covers=("preflight-405",)),
    preflight("a preflight is answered where OPTIONS is 404", LISTS, LISTS_PREFLIGHT,
        app=_html(404), covers=("preflight-404",)),
    preflight("a preflight is answered where OPTIONS is 401", LISTS, LISTS_PREFLIGHT,
        app=_html(401, ("WWW-Authenticate", "Basic")), covers=("preflight-auth",)),
    preflight("a preflight is answered where OPTIONS is 403", LISTS, LISTS_PREFLIGHT,
        app=_html(403), covers=("preflight-auth",)),
    preflight("a preflight is answered where OPTIONS is 500", LISTS, LISTS_PREFLIGHT,
        app=_html(500), covers=("preflight-5xx",)),
    preflight("a preflight is answered where OPTIONS is 415", LISTS, LISTS_PREFLIGHT,
        app=_html(415), covers=("preflight-status",)),
    preflight("a preflight is answered where OPTIONS is redirected", LISTS, LISTS_PREFLIGHT,
        app=_html(308, ("Location", "/data/")), covers=("preflight-redirect",)),
    preflight("a preflight is answered where OPTIONS is a login page", LISTS, LISTS_PREFLIGHT,
        app=_html(200), covers=("preflight-html-200",)),
    preflight("a refused origin's preflight is answered too, without CORS headers", LISTS, REFUSED,
        origin=OTHER, app=_html(405), covers=("origin-missing", "gorilla/handlers#248")),
    preflight("a refused method gets the lists, so that the browser names it", LISTS,
        LISTS_PREFLIGHT, method="PATCH", covers=("method-missing",)),
    preflight("a lower-case method does not match its upper-case namesake", LISTS, LISTS_PREFLIGHT,
        method="put", covers=("method-missing",)),
    preflight("a refused header gets the lists, so that the browser names it", LISTS,
        LISTS_PREFLIGHT, headers="x-unlisted", covers=("header-missing",)),
    preflight("a subdomain of a pattern is allowed", LISTS,
        LISTS_PREFLIGHT | {"Access-Control-Allow-Origin": "https://a.b.tenants.example"},
        origin="https://a.b.tenants.example"),
    preflight("any port of a pattern is allowed", LISTS,
        LISTS_PREFLIGHT | {"Access-Control-Allow-Origin": "http://localhost:5173"},
        origin="http://localhost:5173"),
    preflight("a safelisted method and no list needs no list", ONE,
        {**ALLOWED, "Access-Control-Max-Age": "600"}, method="GET"),
    preflight("200 says that there is nothing in it", OK_200, status=200, gets=
        {**ALLOWED, "Access-Control-Max-Age": "0", "Content-Length": "0",
            "Content-Type": "text/plain; charset=utf-8"},
        covers=("content-length-204", "preflight-cached-stale")),
    preflight("200 for a refused origin too", OK_200, status=200, origin=OTHER, gets=
        {**REFUSED, "Content-Length": "0", "Content-Type": "text/plain; charset=utf-8"}),
    preflight("every origin is a constant, and varies with nothing", STAR,
        {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PUT",
            "Access-Control-Max-Age": "600"}, origin=OTHER),
    preflight("all methods with credentials are named", TUTORIAL,
        {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": USUAL, "Access-Control-Max-Age": "600",
            "Vary": f"Origin, {ALL_VARY}"}, covers=("method-missing",)),
    preflight("all headers with credentials are those asked for, Authorization included", TUTORIAL,
        {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": USUAL,
            "Access-Control-Allow-Headers": "authorization,x-a", "Access-Control-Max-Age": "600",
            "Vary": f"Origin, {ALL_VARY}"},
        headers="authorization,x-a", covers=("header-missing",)),
    preflight("an unusual method is added to the usual ones", TUTORIAL,
        {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": f"{USUAL}, PROPFIND",
            "Access-Control-Max-Age": "600", "Vary": f"Origin, {ALL_VARY}"}, method="PROPFIND"),
    preflight("two methods are no method, and not reflected", TUTORIAL,
        {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": USUAL, "Access-Control-Max-Age": "600",
            "Vary": f"Origin, {ALL_VARY}"}, method="PURGE, DELETE",
        covers=("go-safeweb#372", "list-unparsable")),
    preflight("requested headers that are no names are not reflected", TUTORIAL,
        {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": USUAL, "Access-Control-Max-Age": "600",
            "Vary": f"Origin, {ALL_VARY}"}, headers='x-a,"x b"', covers=("list-unparsable",)),
    preflight("requested headers that a proxy has split and padded are fixed", TUTORIAL,
        {"Access-Control-Allow-Origin": APP, "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": USUAL, "Access-Control-Allow-Headers": "x-a,x-b",
            "Access-Control-Max-Age": "600", "Vary": f"Origin, {ALL_VARY}"},
        headers="x-a, ,x-b,"),
    preflight("all methods and headers of every origin", ALL_OPEN,
        {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": f"{USUAL}, *",
            "Access-Control-Allow-Headers": "*, Authorization, authorization,x-a",
            "Access-Control-Max-Age": "600", "Vary": ALL_VARY}, headers="authorization,x-a"),
    preflight("all headers where none is asked for", ALL_OPEN,
        {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": f"{USUAL}, *",
            "Access-Control-Allow-Headers": "*, Authorization",
            "Access-Control-Max-Age": "600", "Vary": ALL_VARY}),
    preflight("a private network is not opened", ONE,
        {**ALLOWED, "Access-Control-Max-Age": "600"}, method="GET",
        more={"Access-Control-Request-Private-Network": "true"},
        covers=("CVE-2024-6221", "local-network")),
    preflight("the request's Vary is nobody's", ONE, {**ALLOWED, "Access-Control-Max-Age": "600"},
        more={"Vary": "X-Evil"}, covers=("GHSA-q7jf-gf43-6x6p",)),
    preflight("a cookie or Host changes nothing for a refused origin", LISTS, REFUSED, origin=OTHER,
        more={"Cookie": "session=1", "Authorization": "Bearer x", "Host": "other.example"},
        covers=("CVE-2024-47084", "gradio#13594")),
]  # fmt: skip

OWN_STAR = Reply(headers=(("Content-Type", "text/plain"), ("Access-Control-Allow-Origin", "*")))
OWN_TWICE = Reply(
    headers=(
        ("Content-Type", "text/plain"),
        ("access-control-allow-origin", APP),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-Own"),
    )
)


def _varying(vary: str) -> Reply:
    return Reply(headers=(("Content-Type", "text/plain"), ("Vary", vary)))


ACTUAL = [
    actual("an allowed origin is named", ONE, ALLOWED),
    actual("credentials and exposed headers", LISTS, LISTS_ALLOWED,
        covers=("credentials-missing", "response-header-hidden")),
    actual("a refused origin gets nothing, and varies", LISTS, REFUSED, origin=OTHER,
        covers=("origin-missing", "origin-mismatch", "gorilla/handlers#248")),
    actual("no origin gets nothing, and varies", LISTS, REFUSED, origin=None,
        covers=("cache-poisoned",)),
    actual("an empty origin is refused", ONE, REFUSED, origin=""),
    actual("every origin, constantly", STAR,
        {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}, origin=OTHER),
    actual("every origin, constantly, even where there is none", STAR,
        {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*"}, origin=None,
        covers=("cache-poisoned",)),
    actual("POST sends Origin too", ONE, ALLOWED, method="POST"),
    actual("OPTIONS that is no preflight is the application's", ONE, ALLOWED, method="OPTIONS"),
    actual("OPTIONS without Origin is the application's", ONE, REFUSED, origin=None,
        method="OPTIONS", more={"Access-Control-Request-Method": "PUT"}),
    actual("HEAD", ONE, ALLOWED, method="HEAD", reply=Reply(body=b"")),
    *(
        actual(f"{status} has the headers", ONE, ALLOWED, reply=Reply(status),
            covers=("error-without-cors",))
        for status in (201, 400, 401, 403, 404, 405, 409, 413, 429, 500, 503)
    ),
    *(
        actual(f"{status}, with no body, has the headers", ONE, ALLOWED,
            reply=Reply(status, headers=(), body=b""), covers=("error-without-cors",))
        for status in (204, 304)
    ),
    actual("206 has the headers", ONE, ALLOWED, reply=Reply(206, body=b"he", headers=
        (("Content-Type", "text/plain"), ("Content-Range", "bytes 0-1/5")))),
    actual("a redirect has the headers", ONE, ALLOWED, reply=Reply(302, body=b"", headers=
        (("Content-Type", "text/plain"), ("Location", "https://elsewhere.example/"))),
        covers=("redirect-cross-origin",)),
    actual("a streamed response has the headers", ONE, ALLOWED, reply=Reply(streamed=True)),
    actual("the application's own headers are replaced", LISTS, LISTS_ALLOWED, reply=OWN_STAR,
        covers=("origin-duplicate", "origin-wildcard-credentials")),
    actual("in any case of letters", ONE, ALLOWED, reply=OWN_TWICE, covers=("origin-duplicate",)),
    actual("the application's own headers are removed for a refused origin", LISTS, REFUSED,
        origin=OTHER, reply=OWN_STAR, covers=("origin-mismatch",)),
    actual("the application's own headers are removed without an origin", LISTS, REFUSED,
        origin=None, reply=OWN_STAR, covers=("cache-poisoned",)),
    actual("the application's Vary is kept", ONE, {**ALLOWED, "Vary": "Cookie, Origin"},
        reply=_varying("Cookie"),
        covers=("Play 2017-10-05", "CVE-2023-30861", "CVE-2026-27205", "cache-poisoned")),
    actual("an Origin in the application's Vary is not doubled", ONE, {**ALLOWED, "Vary": "origin"},
        reply=_varying("origin")),
    actual("Vary: * stays", ONE, {**ALLOWED, "Vary": "*"}, reply=_varying("*")),
    actual("Vary is merged for a refused origin", ONE, {"Vary": "Accept-Encoding, Origin"},
        origin=OTHER, reply=_varying("Accept-Encoding")),
    actual("where every origin is allowed, the application's Vary is left alone", STAR,
        {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*",
            "Vary": "Cookie"}, reply=_varying("Cookie")),
    actual("a path without a policy is left alone", None,
        {"Access-Control-Allow-Origin": "*"}, reply=OWN_STAR),
    actual("null is refused", LISTS, REFUSED, origin="null", covers=("CVE-2024-47165",)),
    actual("null is allowed where it is named", NULL,
        {"Access-Control-Allow-Origin": "null", "Vary": "Origin"}, origin="null"),
    actual("a compiled pattern is matched in full", REGEX,
        {"Access-Control-Allow-Origin": "https://app-git-fix-1-team.example.app", "Vary": "Origin"},
        origin="https://app-git-fix-1-team.example.app"),
    actual("a compiled pattern does not match a beginning", REGEX, REFUSED,
        origin="https://app-git-x-team.example.app.evil.io",
        covers=("CVE-2026-37737", "CVE-2026-40110")),
    actual("both wildcards", BOTH_WILDCARDS,
        {"Access-Control-Allow-Origin": "https://a.example.com:8443", "Vary": "Origin"},
        origin="https://a.example.com:8443"),
]  # fmt: skip

EXACT = Policy(allow_origins="https://example.com")
SUBDOMAINS = Policy(allow_origins="https://*.example.com")

# What scanners try: each must be refused by the exact origin and by the pattern.
BYPASSES = {
    "https://example.com.evil.com": "CVE-2017-11173",
    "https://example.com.example.net": "CVE-2017-11173",
    "https://example.community": "CVE-2019-25211",
    "https://evilexample.com": "GHSA-vhxv-fg4m-p2w8",
    "https://barfoo.com": "GHSA-v84h-653v-4pq9",
    "https://exampleXcom": "CVE-2022-1996",
    "https://example.com-evil.com": "CVE-2026-25479",
    "https://example.com%60.evil.com": "",
    "https://example.com`.evil.com": "",
    "https://example.com_.evil.com": "",
    "https://example.comevil.com": "",
    "http://example.com": "",
    "http://sub.example.com": "",
    "https://example.com:444": "",
    "https://sub.example.com:444": "",
    "null": "",
    "https://evil.com?example.com": "",
    "https://evil.com?.example.com": "",
    "https://evil.com#.example.com": "",
    "https://evil.com\\.example.com": "",
    "https://evil.com/.example.com": "",
    "https://user@sub.example.com": "",
    "https://.example.com": "",
    "https://sub..example.com": "",
    "https://-.example.com:": "",
    "https://EXAMPLE.com": "",
    "https://sub.EXAMPLE.com": "",
    "https://example.com/": "",
    "https://sub.example.com/": "",
    "https://sub.example.com.": "",
    "https://example.com,https://evil.com": "",
    "https://example.com, https://sub.example.com": "",
    "https://" + "a." * 4000 + "example.com": "",
    "https://" + "a" * 8192 + ".example.com": "",
    "https://sub.example.com\x00": "",
    "https://sub.example.com\t": "",
    "https://s\u00fcb.example.com": "",
    "https:// sub.example.com": "",
    "example.com": "",
    "//example.com": "",
    "*": "",
    "https://*.example.com": "",
}

REFUSALS = [
    case
    for origin, advisory in BYPASSES.items()
    for case in (
        actual(f"refused as {'pattern' if policy is SUBDOMAINS else 'exact'}: {origin[:60]!a}",
            policy, REFUSED, origin=origin, covers=(advisory,) if advisory else ())
        for policy in (EXACT, SUBDOMAINS)
    )
] + [
    actual("a subdomain is not the exact origin", EXACT, REFUSED, origin="https://sub.example.com"),
    actual("the apex is not a subdomain", SUBDOMAINS, REFUSED, origin="https://example.com"),
]  # fmt: skip

CASES = [*PREFLIGHTS, *ACTUAL, *REFUSALS]
