"""Servers that answer as products do: CORS layers that refuse with an error, proxies, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.broken_servers.serving import Answer

if TYPE_CHECKING:
    from doctor.broken_servers.serving import Asked, Handler

JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
TEXT = (("Content-Type", "text/plain"),)
XML = (("Content-Type", "application/xml"),)
S3 = (
    "<Error><Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not allowed. "
    "This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the "
    "resource's CORS spec.</Message>"
    "</Error>"
)
CHALLENGE = "<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>"


def allows(asked: Asked, methods: str = "GET", headers: str = "authorization") -> Answer:
    lines = [("Access-Control-Allow-Origin", asked.origin), ("Vary", "Origin")]
    if asked.is_preflight:
        lines += [
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", headers),
        ]
    return Answer(200, (*lines, *JSON), "{}")


def refusing(status: int, headers: tuple[tuple[str, str], ...], body: str) -> Handler:
    """Whatever has an Origin is refused: Spring, Tomcat's CorsFilter."""
    return lambda asked: Answer(status, headers, body) if asked.origin else Answer(200, JSON, "{}")


def refusing_preflights(status: int, headers: tuple[tuple[str, str], ...], body: str) -> Handler:
    """Only preflights are refused; other answers have no headers: Azure Blob Storage."""
    return lambda asked: (
        Answer(status, headers, body) if asked.is_preflight else Answer(200, JSON, "{}")
    )


def only_get(status: int, headers: tuple[tuple[str, str], ...], body: str) -> Handler:
    """A preflight that asks for anything but GET without headers is refused: S3, aiohttp-cors."""

    def answer(asked: Asked) -> Answer:
        plain = "access-control-request-headers" not in asked.headers
        if not asked.is_preflight or (
            plain and asked.headers["access-control-request-method"] == "GET"
        ):
            return allows(asked) if asked.origin else Answer(200, JSON, "{}")
        return Answer(status, headers, body)

    return answer


def no_headers_of_script(asked: Asked) -> Answer:
    """The method is listed, and no header is."""
    if asked.is_preflight and "access-control-request-headers" in asked.headers:
        text = "CORS preflight request failed: headers ['CONTENT-TYPE'] are not allowed"
        return Answer(403, TEXT, text)
    return allows(asked, methods="GET, PUT") if asked.origin else Answer(200, JSON, "{}")


def express_options(asked: Asked) -> Answer:
    """Express's own answer to OPTIONS."""
    signs = (("X-Powered-By", "Express"),)
    if asked.method == "OPTIONS":
        return Answer(200, (*signs, ("Allow", "GET,HEAD,PUT"), *HTML), "GET,HEAD,PUT")
    return Answer(200, (*signs, *JSON), "{}")


def caddy_options(asked: Asked) -> Answer:
    """Caddy, whose route has a method matcher, in front of an Express that allows everybody."""
    front = (("Server", "Caddy"),)
    if asked.method == "OPTIONS":
        return Answer(200, front)
    answer = allows(asked) if asked.origin else Answer(200, JSON, "{}")
    return answer._replace(headers=(*answer.headers, *front, ("X-Powered-By", "Express")))


def near_miss(asked: Asked) -> Answer:
    return Answer(200, (("Access-Control-Allow-Origins", "*"), *JSON), "{}")


def challenge(asked: Asked) -> Answer:
    return Answer(403, (("Server", "cloudflare"), ("cf-mitigated", "challenge"), *HTML), CHALLENGE)


def loop(asked: Asked) -> Answer:
    host = asked.headers["host"]
    location = f"http://{host}/broken/redirect-loop/to-itself"
    return Answer(302, (("Location", location), ("Access-Control-Allow-Origin", "*")))


def to_login(asked: Asked) -> Answer:
    return Answer(302, (("Location", "/accounts/login/?next=/data/"),))


def csrf(good: Handler) -> Handler:
    """Laravel's answer to a POST without a token."""
    page = "<!doctype html><title>Page Expired</title><p>CSRF token mismatch.</p>"
    return _unless_safe(good, Answer(419, HTML, page))


def too_large(good: Handler) -> Handler:
    page = "<center><h1>413 Request Entity Too Large</h1></center><hr><center>nginx</center>"
    return _unless_safe(good, Answer(413, (("Server", "nginx"), *HTML), page))


def _unless_safe(good: Handler, answer: Answer) -> Handler:
    return lambda asked: good(asked) if asked.method in {"GET", "OPTIONS"} else answer


def needs_a_key(asked: Asked) -> Answer:
    """An API gateway that asks preflights for the key, too."""
    return Answer(
        403, (("x-amzn-ErrorType", "ForbiddenException"), *JSON), '{"message":"Forbidden"}'
    )


def dead_origin(asked: Asked) -> Answer:
    page = "<title>api.example | 522: Connection timed out | Cloudflare</title>"
    return Answer(522, (("Server", "cloudflare"), ("CF-RAY", "8f-FRA"), *HTML), page)


def limited(asked: Asked) -> Answer:
    return Answer(429, (("Retry-After", "60"), *TEXT), "Too many requests")


def limited_by_nginx(asked: Asked) -> Answer:
    page = "<html><body><center><h1>503</h1></center><hr><center>nginx</center></body></html>"
    return Answer(503, (("Server", "nginx"), *HTML), page)


def sends_a_file(asked: Asked) -> Answer:
    """What nginx makes of X-Accel-Redirect: the file, without the application's headers."""
    return Answer(200, (("Server", "nginx"), ("Content-Type", "image/png")), "png")


def says_accel(asked: Asked) -> Answer:
    """What the application says itself."""
    return allows(asked)._replace(
        headers=(*allows(asked).headers, ("X-Accel-Redirect", "/protected/a.png"))
    )
