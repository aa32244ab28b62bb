"""The plain part of the broken servers: each failure as a server that fails so, and a fixed one.

A case is a pair of functions from a request to an answer. They are small on purpose: the real
stacks that fail the same way are in `stacks.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from doctor.broken_servers import refusals
from doctor.broken_servers.serving import Answer, Asked, Close, Handler, Hang

JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
STRANGER = "https://somebody-else.example"


def allowing(
    asked: Asked,
    *,
    origin: str | None = None,
    methods: str = "GET, PUT, PATCH",
    headers: str = "content-type, authorization, x-token",
    credentials: str | None = "true",
    more: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """What a good server answers to anything, with one thing changed."""
    if asked.origin in {"", "https://cors-wsgi-check.invalid"}:
        return Answer(200, (("Vary", "Origin"), *more, *JSON), "{}")
    lines = [
        ("Access-Control-Allow-Origin", asked.origin if origin is None else origin),
        ("Vary", "Origin"),
    ]
    if credentials is not None:
        lines.append(("Access-Control-Allow-Credentials", credentials))
    if asked.is_preflight:
        lines += [
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", headers),
            ("Access-Control-Max-Age", "600"),
        ]
        return Answer(204, (*lines, *more))
    return Answer(200, (*lines, *more, *JSON), "{}")


def good(asked: Asked) -> Answer:
    return allowing(asked)


def preflight(status: int, *headers: tuple[str, str], body: str = "") -> Handler:
    """Everything is right but the preflight, which gets this."""
    return lambda asked: Answer(status, headers, body) if _is_options(asked) else good(asked)


def _is_options(asked: Asked) -> bool:
    return asked.method == "OPTIONS"


def always(**changed: Any) -> Handler:
    """A good server with one thing changed in every answer."""
    return lambda asked: allowing(asked, **changed)


def plain(asked: Asked) -> Answer:
    """A server without CORS."""
    return Answer(204 if _is_options(asked) else 200, () if _is_options(asked) else JSON, "")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row: what fails, how it is asked, and the two servers.

    `beside` says that the fetch itself is allowed and the id is among the findings, `also` that it
    is among them although something else blocks. `direct` is what the application itself answers,
    behind the broken server. `page` is the page's origin where the usual one would not do; the
    fixed application is asked from the usual one. `host` is another address of this machine, as
    which the broken server is asked: one that browsers do not take for loopback. `port` is a port
    that is asked in its place.
    """

    id: str
    name: str
    broken: Handler
    fixed: Handler = good
    ask: dict[str, Any] = field(default_factory=dict)
    beside: bool = False
    also: bool = False
    direct: Handler | None = None
    page: str | None = None
    host: str = "127.0.0.1"
    port: int | None = None
    verdict: str = "blocked"

    @property
    def path(self) -> str:
        return f"/{self.id}/{self.name.replace(' ', '-').replace(',', '')}"


EXPRESS_ERROR = "<pre>Error: Not allowed by CORS<br> &nbsp; &nbsp;at origin (/app.js:4:5)</pre>"
TOKEN = {"headers": (("Authorization", "Bearer t"),)}
PUT = {"method": "PUT", "headers": (("Content-Type", "application/json"),), "body": "{}"}
WITH_COOKIES = {**PUT, "credentials": True}
SEND = {**PUT, "send": True}


def _only_get_with_cors(asked: Asked) -> Answer:
    return Answer(405, (("Allow", "GET, PUT"),)) if _is_options(asked) else good(asked)


def _hook(asked: Asked) -> Answer:
    if "authorization" in asked.headers:
        return good(asked)
    return Answer(401, (("WWW-Authenticate", 'Bearer realm="api"'), *JSON), '{"error": "login"}')


def _login_page(asked: Asked) -> Answer:
    page = "<!doctype html><title>Sign in</title><form><input type=password name=p></form>"
    return Answer(200, HTML, page)


def _waf(asked: Asked) -> Answer:
    if _is_options(asked):
        page = "<html><head><title>Attention Required! | Cloudflare</title></head></html>"
        return Answer(403, (("Server", "cloudflare"), ("CF-RAY", "8f-FRA"), *HTML), page)
    return good(asked)._replace(
        headers=(*good(asked).headers, ("Server", "cloudflare"), ("CF-RAY", "8f-FRA"))
    )


def _gateway(asked: Asked) -> Answer:
    if _is_options(asked):
        body = '{"message":"Missing Authentication Token"}'
        signs = (("x-amzn-ErrorType", "MissingAuthenticationTokenException"), *JSON)
        return Answer(403, signs, body)
    return good(asked)


def _changed_by(end: str) -> Handler:
    return lambda asked: allowing(asked, origin=f"{asked.origin}{end}")


def _on_port_1(asked: Asked) -> Answer:
    return allowing(asked, origin=f"{asked.origin.rpartition(':')[0]}:1")


def _star_and_origin(asked: Asked) -> Answer:
    return allowing(asked, origin=f"*, {asked.origin}")


def _duplicate(asked: Asked) -> Answer:
    answer = good(asked)
    return answer._replace(headers=(*answer.headers, ("Access-Control-Allow-Origin", "*")))


def _bare_error(asked: Asked) -> Answer:
    return good(asked) if _is_options(asked) else Answer(500, JSON, '{"error": "boom"}')


def _kept_error(asked: Asked) -> Answer:
    return good(asked) if _is_options(asked) else good(asked)._replace(status=500)


def _crash_on_odd_bytes(error: Handler) -> Handler:
    """A handler that decodes its query as it comes, and what answers for it when it fails."""
    return lambda asked: error(asked) if "%FF" in asked.query else good(asked)


def _poisoned(asked: Asked) -> Answer:
    """A cache that ignores `Origin`; it keeps the address without a query."""
    if _is_options(asked) or asked.query:
        return good(asked)
    lines = (("Access-Control-Allow-Origin", STRANGER), ("Age", "312"), ("X-Cache", "HIT"), *JSON)
    return Answer(200, lines, "{}")


def _quietly_poisoned(asked: Asked) -> Answer:
    answer = _poisoned(asked)
    return answer._replace(
        headers=tuple(h for h in answer.headers if h[0] not in {"Age", "X-Cache"})
    )


def _stale_options(asked: Asked) -> Answer:
    if _is_options(asked) and not asked.query:
        lines = (("X-Cache", "Hit from cloudfront"), ("Age", "86000"))
        return Answer(204, (("Access-Control-Allow-Origin", asked.origin), *lines))
    return good(asked)


def _no_vary(asked: Asked) -> Answer:
    answer = good(asked)
    return answer._replace(headers=tuple(h for h in answer.headers if h[0] != "Vary"))


def _cookie(attributes: str) -> Handler:
    return lambda asked: (
        good(asked)
        if _is_options(asked)
        else allowing(asked, more=(("Set-Cookie", f"session=1; {attributes}"),))
    )


def _paged(*names: str) -> Handler:
    lines = (("X-Total-Count", "41"), *(("Access-Control-Expose-Headers", name) for name in names))
    return lambda asked: good(asked) if _is_options(asked) else allowing(asked, more=lines)


def _long_204(asked: Asked) -> Answer:
    answer = good(asked)
    if not _is_options(asked):
        return answer
    return answer._replace(headers=(*answer.headers, ("Content-Length", "2")))


def _hang_on_options(asked: Asked) -> Answer | Hang:
    return Hang() if _is_options(asked) else good(asked)


def _close_on_options(asked: Asked) -> Answer | Close:
    return Close() if _is_options(asked) else good(asked)


def _off_list(asked: Asked) -> Answer:
    return Answer(204 if _is_options(asked) else 200, (("Vary", "Origin"),))


def _redirected(asked: Asked) -> Answer:
    """The preflight passes; the request is sent on to another origin, which has no CORS."""
    if _is_options(asked):
        return good(asked)
    if asked.rest:
        return Answer(200, JSON, "{}")
    host = asked.headers["host"].replace("127.0.0.1", "localhost")
    location = f"http://{host}/broken/redirect-cross-origin/to-another-origin/moved"
    return allowing(asked, more=(("Location", location),))._replace(status=307)


def _nothing(asked: Asked) -> Close:
    return Close()


def _no_max_age(asked: Asked) -> Answer:
    lines = (line for line in good(asked).headers if line[0] != "Access-Control-Max-Age")
    return good(asked)._replace(headers=tuple(lines))


MISTAKES = [
    Case(id="preflight-405", name="a route without OPTIONS", broken=_only_get_with_cors, ask=PUT),
    Case(
        id="preflight-404",
        name="no such route",
        broken=preflight(404, body="no such page"),
        ask=PUT,
    ),
    Case(
        id="preflight-auth",
        name="a login hook",
        broken=_hook,
        ask={
            "headers": (("Authorization", "Bearer t"),),
        },
    ),
    Case(id="preflight-auth", name="refused", broken=preflight(403, *JSON, body="{}"), ask=PUT),
    Case(
        id="preflight-5xx",
        name="a handler that crashes",
        broken=preflight(500, *HTML, body="<h1>Server Error</h1>"),
        ask=PUT,
    ),
    Case(
        id="preflight-5xx", name="Cloudflare, a dead origin", broken=refusals.dead_origin, ask=PUT
    ),
    Case(
        id="preflight-redirect",
        name="to the slash",
        broken=preflight(308, ("Location", "/broken/preflight-redirect/to-the-slash/")),
        ask=PUT,
    ),
    Case(
        id="preflight-redirect",
        name="to a login",
        broken=preflight(302, ("Location", "/login?next=%2F")),
        ask=PUT,
    ),
    Case(
        id="preflight-status",
        name="a content type is demanded",
        broken=preflight(415, *JSON, body='{"error": "send JSON"}'),
        ask=PUT,
    ),
    Case(
        id="preflight-status",
        name="a method that the server does not know",
        broken=preflight(501, *HTML, body="<p>Unsupported method ('OPTIONS').</p>"),
        ask=PUT,
    ),
    Case(id="preflight-html-200", name="a login page", broken=_login_page, ask=PUT),
    Case(
        id="preflight-no-answer",
        name="the request itself hangs",
        broken=lambda asked: good(asked) if _is_options(asked) else Hang(),
        ask=PUT,
        verdict="unknown",
    ),
    Case(id="preflight-no-answer", name="OPTIONS dropped", broken=_hang_on_options, ask=PUT),
    Case(id="preflight-no-answer", name="OPTIONS cut off", broken=_close_on_options, ask=PUT),
    Case(
        id="preflight-no-answer",
        name="nothing answers",
        broken=_nothing,
        ask=PUT,
        verdict="unknown",
    ),
    Case(
        id="preflight-blocked-by-proxy",
        name="the application answers well",
        broken=preflight(403),
        direct=good,
        ask=PUT,
    ),
    Case(id="preflight-blocked-by-proxy", name="a firewall", broken=_waf, ask=PUT),
    Case(id="preflight-blocked-by-proxy", name="an API gateway", broken=_gateway, ask=PUT),
    Case(
        id="preflight-blocked-by-proxy",
        name="an API key for everything",
        broken=refusals.needs_a_key,
        ask=PUT,
    ),
    Case(id="origin-missing", name="no CORS", broken=plain),
    Case(id="origin-missing", name="not listed", broken=_off_list, ask=PUT),
    Case(id="origin-mismatch", name="another origin", broken=always(origin=STRANGER)),
    Case(id="origin-invalid", name="a path", broken=always(origin="https://app.example/app")),
    Case(
        id="origin-invalid", name="a list", broken=always(origin=f"{STRANGER}, https://b.example")
    ),
    Case(id="origin-invalid", name="a comma at the end", broken=_changed_by(",")),
    Case(id="origin-invalid", name="a variable", broken=always(origin="${CORS_ORIGIN}")),
    Case(id="origin-mismatch", name="another port", broken=_on_port_1),
    Case(id="origin-duplicate", name="a star and an origin on a line", broken=_star_and_origin),
    Case(id="origin-duplicate", name="two lines", broken=_duplicate),
    Case(id="origin-duplicate", name="two values on a line", broken=always(origin="*, *")),
    Case(
        id="origin-wildcard-credentials", name="a star", broken=always(origin="*"), ask=WITH_COOKIES
    ),
    Case(
        id="credentials-missing", name="absent", broken=always(credentials=None), ask=WITH_COOKIES
    ),
    Case(
        id="credentials-missing",
        name="capitals",
        broken=always(credentials="TRUE"),
        ask=WITH_COOKIES,
    ),
    Case(id="method-missing", name="a short list", broken=always(methods="GET, POST"), ask=PUT),
    Case(
        id="method-missing",
        name="another case",
        broken=always(methods="GET, PATCH"),
        fixed=always(methods="GET, patch"),
        ask={"method": "patch"},
    ),
    Case(id="method-missing", name="small letters", broken=always(methods="get, put"), ask=PUT),
    Case(
        id="method-missing",
        name="a star with credentials",
        broken=always(methods="*"),
        ask=WITH_COOKIES,
    ),
    Case(id="header-missing", name="a short list", broken=always(headers="x-token"), ask=PUT),
    Case(
        id="header-missing", name="nearly its name", broken=always(headers="ContentType"), ask=PUT
    ),
    Case(
        id="header-missing",
        name="a star with credentials",
        broken=always(headers="*"),
        ask=WITH_COOKIES,
    ),
    Case(id="list-unparsable", name="JSON", broken=always(methods='["GET", "PUT"]'), ask=PUT),
    Case(
        id="list-unparsable", name="quotes", broken=always(headers="'content-type'; x y"), ask=PUT
    ),
    Case(
        id="error-without-cors",
        name="after a preflight",
        broken=_bare_error,
        fixed=_kept_error,
        ask=SEND,
    ),
    Case(
        id="error-without-cors", name="without a preflight", broken=_bare_error, fixed=_kept_error
    ),
    Case(
        id="error-without-cors",
        name="protection against CSRF",
        broken=refusals.csrf(_kept_error),
        fixed=_kept_error,
        ask=SEND,
    ),
    Case(
        id="error-without-cors",
        name="a body that nginx refuses",
        broken=refusals.too_large(_kept_error),
        fixed=_kept_error,
        ask=SEND,
    ),
    Case(
        id="error-without-cors",
        name="a crash on odd bytes",
        broken=_crash_on_odd_bytes(_bare_error),
        fixed=_crash_on_odd_bytes(_kept_error),
        beside=True,
    ),
    Case(id="cache-poisoned", name="a cache that shows", broken=_poisoned),
    Case(id="cache-poisoned", name="a cache that hides", broken=_quietly_poisoned),
    Case(id="cache-poisoned", name="no Vary", broken=_no_vary, beside=True),
    Case(id="preflight-cached-stale", name="OPTIONS cached", broken=_stale_options, ask=PUT),
    Case(
        id="preflight-cached-stale",
        name="no max-age",
        broken=_no_max_age,
        ask=PUT,
        beside=True,
    ),
    Case(
        id="response-header-hidden",
        name="not exposed",
        broken=_paged(),
        fixed=_paged("X-Total-Count"),
        beside=True,
    ),
    Case(id="content-length-204", name="a length on a 204", broken=_long_204, ask=PUT, beside=True),
    Case(id="origin-undefined", name="undefined", broken=always(origin="undefined")),
    Case(id="origin-undefined", name="empty", broken=always(origin="")),
    Case(
        id="cookie-not-sent",
        name="SameSite=Lax",
        broken=_cookie("SameSite=Lax"),
        fixed=_cookie("SameSite=None; Secure"),
        ask={"credentials": True},
        beside=True,
    ),
    Case(id="works-in-postman", name="no CORS", broken=plain, also=True),
    Case(id="redirect-cross-origin", name="to another origin", broken=_redirected, ask=TOKEN),
    Case(
        id="local-network",
        name="a public page",
        broken=good,
        page="https://app.example",
        beside=True,
    ),
    Case(
        id="mixed-content",
        name="plain http",
        broken=good,
        page="https://app.example",
        host="0.0.0.0",
    ),
    Case(
        id="content-length-204",
        name="a 204 lost on the way",
        broken=_hang_on_options,
        direct=good,
        ask=PUT,
    ),
    *(
        Case(id="origin-missing", name=name, broken=refusals.refusing(*answer), ask=ask)
        for name, answer, ask in (
            ("Spring, GET", (403, refusals.TEXT, "Invalid CORS request"), {}),
            ("Spring, PUT", (403, refusals.TEXT, "Invalid CORS request"), PUT),
            ("Tomcat, GET", (403, refusals.TEXT, ""), {}),
            ("Tomcat, PUT", (403, refusals.TEXT, ""), PUT),
            ("an allow-list that throws, GET", (500, HTML, EXPRESS_ERROR), {}),
            ("an allow-list that throws, PUT", (500, HTML, EXPRESS_ERROR), PUT),
        )
    ),
    Case(
        id="origin-missing",
        name="Azure Blob Storage",
        broken=refusals.refusing_preflights(
            403, refusals.XML, "<Error><Code>CorsPreflightFailure</Code></Error>"
        ),
        ask=PUT,
    ),
    Case(
        id="method-missing",
        name="S3 without the method",
        broken=refusals.only_get(403, refusals.XML, refusals.S3),
        ask={"method": "PUT"},
    ),
    Case(
        id="header-missing",
        name="aiohttp-cors without the header",
        broken=refusals.no_headers_of_script,
        ask=PUT,
    ),
    Case(
        id="origin-missing",
        name="Express's own OPTIONS",
        broken=refusals.express_options,
        ask=PUT,
    ),
    Case(id="origin-missing", name="a header that is misspelt", broken=refusals.near_miss),
    Case(
        id="preflight-blocked-by-proxy",
        name="Caddy answers OPTIONS with 200",
        broken=refusals.caddy_options,
        ask=PUT,
    ),
    Case(
        id="preflight-blocked-by-proxy",
        name="a proxy answers OPTIONS with 200",
        broken=preflight(200),
        direct=good,
        ask=PUT,
    ),
    Case(id="lost-at-proxy", name="headers taken away", broken=plain, direct=good),
    Case(
        id="lost-at-proxy",
        name="X-Accel-Redirect",
        broken=refusals.sends_a_file,
        direct=refusals.says_accel,
    ),
    Case(id="rate-limited", name="429 to a preflight", broken=refusals.limited, ask=PUT),
    Case(id="rate-limited", name="429", broken=refusals.limited),
    Case(id="rate-limited", name="limit_req of nginx", broken=refusals.limited_by_nginx),
    Case(id="bot-challenge", name="Cloudflare, GET", broken=refusals.challenge),
    Case(id="bot-challenge", name="Cloudflare, PUT", broken=refusals.challenge, ask=PUT),
    Case(id="redirect-loop", name="to itself", broken=refusals.loop),
    Case(id="redirect-cross-origin", name="to a login", broken=refusals.to_login),
    Case(id="port-blocked", name="port 6000", broken=good, port=6000),
]
