"""Raw servers that answer as well-known products do, where the products cannot run here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doctor.broken_servers import refusals
from doctor.broken_servers.cases import HTML, JSON, PUT, Case, good
from doctor.broken_servers.serving import Answer

if TYPE_CHECKING:
    from doctor.broken_servers.serving import Asked, Handler

_S3_OFF = (
    "<Error><Code>AccessForbidden</Code><Message>CORSResponse: CORS is not enabled for this "
    "bucket.</Message></Error>"
)
_IIS = (("Server", "Microsoft-IIS/10.0"),)


def answering_preflights(status: int, *headers: tuple[str, str]) -> Handler:
    """A CORS layer whose list lacks the origin: preflights get a bare answer, GET no headers."""

    def answer(asked: Asked) -> Answer:
        if asked.is_preflight:
            return Answer(status, headers)
        return Answer(405) if asked.method == "OPTIONS" else Answer(200, JSON, "{}")

    return answer


def passing_on(asked: Asked) -> Answer:
    """Rails: rack-cors passes on what its list lacks, and the router knows no OPTIONS."""
    if asked.method == "OPTIONS":
        return Answer(404, HTML, "<h1>Routing Error</h1>")
    return Answer(200, (("Vary", "Accept, Origin"), *JSON), "{}")


def iis_options(asked: Asked) -> Answer:
    """IIS, whose OPTIONSVerbHandler answers before ASP.NET does."""
    if asked.method == "OPTIONS":
        methods = "OPTIONS, TRACE, GET, HEAD, POST"
        return Answer(200, (("Allow", methods), ("Public", methods), *_IIS))
    return good(asked)._replace(headers=(*good(asked).headers, *_IIS))


def traefik(asked: Asked) -> Answer:
    """Traefik, whose router matches GET and PUT alone."""
    if asked.method == "OPTIONS":
        return Answer(404, (("Content-Type", "text/plain; charset=utf-8"),), "404 page not found")
    return good(asked)


def access(asked: Asked) -> Answer:
    """Cloudflare Access, which redirects who is not logged in."""
    login = "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example?kid=1"
    if asked.method == "OPTIONS":
        return Answer(302, (("Server", "cloudflare"), ("CF-RAY", "8f-FRA"), ("Location", login)))
    return good(asked)


PRODUCTS = [
    Case(
        id="origin-missing",
        name="Go, a CORS layer that refuses preflights alone",
        broken=answering_preflights(403, ("Vary", "Access-Control-Request-Headers")),
        ask=PUT,
    ),
    Case(
        id="origin-missing",
        name="Go, rs-cors",
        broken=answering_preflights(204, ("Vary", "Origin, Access-Control-Request-Method")),
        ask=PUT,
    ),
    Case(
        id="origin-missing",
        name="ASP.NET Core",
        broken=answering_preflights(204, ("Server", "Kestrel")),
        ask=PUT,
    ),
    Case(
        id="origin-missing",
        name="S3, no CORS on the bucket",
        broken=refusals.refusing_preflights(403, refusals.XML, _S3_OFF),
        ask=PUT,
    ),
    Case(
        id="origin-missing",
        name="an API that refuses strangers in JSON",
        broken=refusals.refusing(403, JSON, '{"error": "Origin https://x.example not allowed"}'),
    ),
    Case(
        id="origin-missing",
        name="a gateway that refuses strangers with 400",
        broken=refusals.refusing(400, JSON, '{"code": "BAD_REQUEST"}'),
        ask=PUT,
    ),
    Case(id="preflight-404", name="Rails, rack-cors", broken=passing_on, ask=PUT),
    Case(id="preflight-404", name="Traefik, a matcher of methods", broken=traefik, ask=PUT),
    Case(id="preflight-redirect", name="Cloudflare Access", broken=access, ask=PUT),
    Case(
        id="preflight-blocked-by-proxy",
        name="IIS answers OPTIONS",
        broken=iis_options,
        direct=good,
        ask=PUT,
    ),
]
