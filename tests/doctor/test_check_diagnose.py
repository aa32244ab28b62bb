"""Diagnosis as tables: from what a server answers to what is said of it. Nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cors_wsgi import catalogue
from cors_wsgi.browser import HTTPRequest, HTTPResponse, NoAnswer
from cors_wsgi.doctor.check.diagnosis.causes import _CAUSES
from cors_wsgi.doctor.check.diagnosis.diagnose import Diagnosis, diagnose
from cors_wsgi.doctor.check.diagnosis.layers import author, is_in_front, layers, stacks_of
from cors_wsgi.doctor.check.probe import observe
from cors_wsgi.doctor.hosts import is_mixed_content, space_of
from cors_wsgi.doctor.targets import Target
from cors_wsgi.doctor.transport.failure import ConnectionFailure

if TYPE_CHECKING:
    from cors_wsgi.browser import Answer

PAGE, URL = "https://app.example", "https://api.example/en/data"
Headers = tuple[tuple[str, str], ...]

ALLOWED: Headers = (
    ("Access-Control-Allow-Origin", PAGE),
    ("Access-Control-Allow-Methods", "PUT"),
    ("Vary", "Origin"),
    ("Access-Control-Max-Age", "600"),
)


def said(
    preflight: Answer, actual: Answer | None = None, *, ask: dict[str, Any] | None = None
) -> Diagnosis:
    """What is said of a server that answers these two, whatever is asked beside."""

    def send(request: HTTPRequest) -> Answer:
        if request.method == "OPTIONS":
            return preflight
        return actual or HTTPResponse(200, ALLOWED)

    target = Target(url=URL, origin=PAGE, **{"method": "PUT", **(ask or {})})
    return diagnose(observe(target, send))


def test_a_preflight_that_envoy_answers_itself_is_envoys_to_change() -> None:
    envoy = ("Server", "envoy")
    own = HTTPResponse(200, (*ALLOWED[:1], ("Access-Control-Allow-Methods", "GET"), envoy))
    flask = b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>"
    timed = (*ALLOWED, envoy, ("X-Envoy-Upstream-Service-Time", "3"))
    diagnosis = said(own, HTTPResponse(404, timed, body=flask))
    assert (diagnosis.failure, diagnosis.stacks[0]) == ("method-missing", "envoy")


def test_a_cache_does_not_hide_that_any_origin_is_allowed() -> None:
    kept: dict[str, Headers] = {}

    def send(request: HTTPRequest) -> Answer:
        if request.url in kept:
            return HTTPResponse(200, (*kept[request.url], ("X-Cache-Status", "HIT")))
        origin = dict(request.headers).get("Origin", "*")
        kept[request.url] = (
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
        )
        return HTTPResponse(200, kept[request.url])

    diagnosis = diagnose(observe(Target(url=URL, origin=PAGE), send))
    warnings = [one.id for one in diagnosis.findings if one.level == "warning"]
    assert (diagnosis.verdict, warnings) == ("allowed", ["any-origin", "cache-poisoned"])


LAYERS: list[Any] = [
    pytest.param({"Server": "cloudflare", "CF-RAY": "8f-FRA"}, ["cloudflare"], id="Cloudflare"),
    pytest.param({"Via": "1.1 x.cloudfront.net (CloudFront)"}, ["cloudfront"], id="CloudFront"),
    pytest.param({"Server": "awselb/2.0"}, ["aws-elb"], id="AWS load balancer"),
    pytest.param({"x-amz-apigw-id": "x"}, ["api-gateway-rest"], id="API Gateway, REST"),
    pytest.param({"apigw-requestid": "x"}, ["api-gateway-http"], id="API Gateway, HTTP"),
    pytest.param({"Server": "AkamaiGHost"}, ["akamai"], id="Akamai"),
    pytest.param(
        {"X-Served-By": "cache-fra-1", "X-Varnish": "3"}, ["fastly", "varnish"], id="Fastly"
    ),
    pytest.param({"server": "envoy"}, ["envoy"], id="Envoy"),
    pytest.param({"Server": "nginx/1.22.1"}, ["nginx"], id="nginx"),
    pytest.param({"Server": "Apache/2.4.71 (Debian)"}, ["apache"], id="Apache"),
    pytest.param({"Server": "Werkzeug/3.1 Python/3.12"}, ["werkzeug"], id="Flask's own server"),
    pytest.param({"Server": "gunicorn"}, ["gunicorn"], id="Gunicorn"),
    pytest.param({"Server": "uvicorn"}, ["uvicorn"], id="Uvicorn"),
    pytest.param({"Server": "hypercorn-h11"}, ["hypercorn"], id="Hypercorn"),
    pytest.param({"Server": "daphne"}, ["daphne"], id="Daphne"),
    pytest.param(
        {"Server": "nginx", "X-Powered-By": "Express"}, ["nginx", "express"], id="two layers"
    ),
    pytest.param({"Content-Type": "text/html"}, [], id="nothing that shows"),
]


@pytest.mark.parametrize(("headers", "names"), LAYERS)
def test_layers_show_in_headers(headers: dict[str, str], names: list[str]) -> None:
    response = HTTPResponse(200, tuple(headers.items()))
    assert [layer.id for layer in layers([response])] == names


AUTHORS: list[Any] = [
    pytest.param(b"<hr><center>nginx/1.22.1</center>", "nginx", id="nginx"),
    pytest.param(b"<p>The requested URL was not found on this server.</p>", "apache", id="Apache"),
    pytest.param(
        b"<p>This server could not verify that you\nare authorized to access the document",
        "apache",
        id="Apache, a login",
    ),
    pytest.param(
        b"<p>The server is temporarily unable to service your\nrequest due to maintenance",
        "apache",
        id="Apache, a dead application",
    ),
    pytest.param(
        b"<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this",
        "haproxy",
        id="HAProxy, a login",
    ),
    pytest.param(
        b"<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n",
        "haproxy",
        id="HAProxy, a slow application",
    ),
    pytest.param(
        b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>", "flask", id="Flask"
    ),
    pytest.param(
        b"<p>The requested resource was not found on this server.</p>", "django", id="Django"
    ),
    pytest.param(b'{"detail":"Method Not Allowed"}', "fastapi", id="FastAPI"),
    pytest.param(
        b'{"detail":"Authentication credentials were not provided."}',
        "django",
        id="Django REST framework",
    ),
    pytest.param(b'{"status_code":404,"detail":"Not Found"}', "litestar", id="Litestar"),
    pytest.param(b"<pre>Cannot PUT /data</pre>", "express", id="Express"),
    pytest.param(b"RBAC: access denied", "envoy", id="Envoy"),
    pytest.param(
        b'{"message":"Missing Authentication Token"}', "api-gateway-rest", id="API Gateway"
    ),
    pytest.param(b'{"detail":"Not Found, sorry"}', None, id="an application's own words"),
    pytest.param(b"", None, id="no page"),
]


@pytest.mark.parametrize(("body", "name"), AUTHORS)
def test_a_page_tells_who_wrote_it(body: bytes, name: str | None) -> None:
    layer = author(HTTPResponse(404, (), body))
    assert (layer.id if layer else None) == name


WERKZEUG_PAGE = b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>"
DJANGO_PAGE = b"<p>The requested resource was not found on this server.</p>"
FASTAPI_PAGE = b'{"detail":"Not Found"}'


@pytest.mark.parametrize(
    ("headers", "page", "stacks"),
    [
        pytest.param(
            {"Server": "nginx", "Via": "1.1 varnish", "X-Powered-By": "Express"},
            b"",
            ("express", "nginx", "varnish"),
            id="the application before what is in front",
        ),
        pytest.param({"Server": "Werkzeug/3.1"}, b"", ("flask",), id="Werkzeug, and nothing more"),
        pytest.param(
            {"Server": "Werkzeug/3.1"}, DJANGO_PAGE, ("django", "flask"), id="Django on Werkzeug"
        ),
        pytest.param({"Server": "uvicorn"}, b"", ("asgi",), id="Uvicorn, and nothing more"),
        pytest.param({"Server": "uvicorn"}, FASTAPI_PAGE, ("fastapi", "asgi"), id="FastAPI"),
        pytest.param({"Server": "uvicorn"}, DJANGO_PAGE, ("django", "asgi"), id="Django on ASGI"),
        pytest.param({"Server": "hypercorn-h11"}, WERKZEUG_PAGE, ("asgi",), id="Quart"),
        pytest.param({"Server": "gunicorn"}, WERKZEUG_PAGE, ("flask", "wsgi"), id="Flask"),
    ],
)
def test_the_stack_to_fix_is_the_application_as_far_as_it_shows(
    headers: dict[str, str], page: bytes, stacks: tuple[str, ...]
) -> None:
    shown = HTTPResponse(404, tuple(headers.items()), page)
    assert stacks_of(layers([shown])) == stacks


def test_quart_is_not_called_flask() -> None:
    shown = HTTPResponse(404, (("Server", "hypercorn-h11"),), WERKZEUG_PAGE)
    assert [layer.id for layer in layers([shown])] == ["hypercorn", "quart"]


FILE = (("ETag", '"1"'), ("Last-Modified", "x"), ("Accept-Ranges", "bytes"))


@pytest.mark.parametrize(
    ("server", "headers", "in_front"),
    [
        pytest.param("nginx", FILE, False, id="nginx serves a file of its own"),
        pytest.param("nginx", (), True, id="nginx passes on what an application says"),
        pytest.param("cloudflare", FILE, True, id="a CDN has no files of its own"),
        pytest.param("gunicorn", (), False, id="a server runs the application"),
    ],
)
def test_what_stands_before_an_application(server: str, headers: Headers, in_front: bool) -> None:
    good = HTTPResponse(200, (("Server", server), *headers))
    assert is_in_front(layers([good])[0], good) == in_front


REDIRECTS: list[Any] = [
    pytest.param("/en/data/", "slash at the end", id="a slash more"),
    pytest.param("/de/en/data", "puts a prefix before", id="a language"),
    pytest.param("http://api.example/en/data", "moves https to http", id="another scheme"),
    pytest.param("https://www.api.example/en/data", "has moved", id="another host"),
    pytest.param("/login?next=/en/data", "login page", id="a login"),
    pytest.param("https://sso.example/start", "login page", id="a login elsewhere"),
]


@pytest.mark.parametrize(("location", "words"), REDIRECTS)
def test_what_a_redirect_is_about(location: str, words: str) -> None:
    diagnosis = said(HTTPResponse(302, (("Location", location),)))
    assert diagnosis.failure == "preflight-redirect"
    assert words in diagnosis.cause


ORIGINS: list[Any] = [
    pytest.param("https://app.example/", "origin-invalid", "slash at the end", id="a slash"),
    pytest.param("https://APP.example", "origin-invalid", "capitals", id="capitals"),
    pytest.param("app.example", "origin-invalid", "no scheme", id="no scheme"),
    pytest.param("https://a.example https://b.example", "origin-invalid", "a list", id="a list"),
    pytest.param(
        "https://b.example", "origin-mismatch", "Every origin gets the same", id="another"
    ),
    pytest.param("undefined", "origin-undefined", "variable", id="a variable"),
]


@pytest.mark.parametrize(("value", "failure", "words"), ORIGINS)
def test_what_is_wrong_with_a_value(value: str, failure: str, words: str) -> None:
    answer = HTTPResponse(204, (("Access-Control-Allow-Origin", value),))
    diagnosis = said(answer)
    assert diagnosis.failure == failure
    assert words in diagnosis.cause


NGINX = b"<hr><center>nginx</center>"
REFUSALS: list[Any] = [
    pytest.param(403, NGINX, "nginx itself refuses every request here", id="the proxy's own rules"),
    pytest.param(403, b"CSRF verification failed", "CSRF protection", id="CSRF"),
    pytest.param(401, b"", "A login check answers every request", id="a hook"),
]


@pytest.mark.parametrize(("status", "body", "words"), REFUSALS)
def test_who_refuses_everything(status: int, body: bytes, words: str) -> None:
    refusal = HTTPResponse(status, (), body)
    diagnosis = said(refusal, refusal)
    assert diagnosis.failure == "preflight-auth"
    assert words in diagnosis.cause


ONE, TWO = ALLOWED, (*ALLOWED, ("Access-Control-Allow-Origin", "*"))
OWNERS: list[Any] = [
    pytest.param(ONE, "what is in front of it adds another", id="the one in front"),
    pytest.param(TWO, "set by the application", id="the application"),
    pytest.param((), "both come from in front of it", id="two in front"),
    pytest.param(None, "--direct with the application's own address tells", id="not asked"),
]


@pytest.mark.parametrize(("own", "words"), OWNERS)
def test_which_layer_set_the_second_value(own: Headers | None, words: str) -> None:
    def send(request: HTTPRequest) -> Answer:
        inside = request.url.startswith("http://10.0.0.7/")
        return HTTPResponse(200, (own or ()) if inside else TWO)

    direct = None if own is None else "http://10.0.0.7/data"
    diagnosis = diagnose(observe(Target(url=URL, origin=PAGE), send, direct=direct))
    assert diagnosis.failure == "origin-duplicate"
    assert words in diagnosis.cause


@pytest.mark.parametrize(
    ("front", "failure"),
    [
        pytest.param(HTTPResponse(502), "preflight-5xx", id="a gateway that finds nobody"),
        pytest.param(
            NoAnswer(f"{ConnectionFailure.REFUSED.value}: x"),
            "preflight-no-answer",
            id="nobody in front",
        ),
    ],
)
def test_where_nothing_gets_through_no_204_is_lost(front: Answer, failure: str) -> None:
    def send(request: HTTPRequest) -> Answer:
        inside = request.url.startswith("http://10.0.0.7/")
        return (
            HTTPResponse(204 if request.method == "OPTIONS" else 200, ALLOWED) if inside else front
        )

    target = Target(url=URL, origin=PAGE, method="PUT")
    diagnosis = diagnose(observe(target, send, direct="http://10.0.0.7/data"))
    assert diagnosis.failure == failure


CONNECTION_FAILURES: list[Any] = [
    pytest.param(ConnectionFailure.NAME, "See that the host name is right", id="no such host"),
    pytest.param(ConnectionFailure.REFUSED, "See that the server is up", id="refused"),
    pytest.param(ConnectionFailure.TLS, "See the server's certificate", id="TLS"),
    pytest.param(ConnectionFailure.TIMEOUT, "--timeout", id="time-out"),
    pytest.param(ConnectionFailure.NOT_HTTP, "Something else listens", id="not HTTP"),
]


@pytest.mark.parametrize(("reason", "words"), CONNECTION_FAILURES)
def test_nothing_answers(reason: ConnectionFailure, words: str) -> None:
    silence = NoAnswer(f"{reason.value}: x")
    diagnosis = said(silence, silence)
    assert (diagnosis.verdict, diagnosis.failure) == ("unknown", "preflight-no-answer")
    assert words in diagnosis.cause


STATUSES: list[Any] = [
    pytest.param(400, b"Disallowed CORS origin", "origin-missing", id="Starlette, origin"),
    pytest.param(400, b"Disallowed CORS method, headers", "method-missing", id="Starlette, method"),
    pytest.param(400, b"Disallowed CORS headers", "header-missing", id="Starlette, headers"),
    pytest.param(415, b"", "preflight-status", id="any other 4xx"),
    pytest.param(429, b"", "rate-limited", id="too many"),
    pytest.param(501, b"", "preflight-status", id="not implemented"),
]


@pytest.mark.parametrize(("status", "body", "failure"), STATUSES)
def test_the_status_of_a_preflight(status: int, body: bytes, failure: str) -> None:
    diagnosis = said(HTTPResponse(status, (), body))
    assert (diagnosis.verdict, diagnosis.failure) == ("blocked", failure)
    assert diagnosis.cause


UNREACHED: list[Any] = [
    pytest.param(502, b"", "What is in front cannot reach the application (502)", id="a gateway"),
    pytest.param(
        503, b"No server is available to handle this request", "HAProxy cannot reach", id="HAProxy"
    ),
    pytest.param(503, b"Maintenance", "says that it is not available (503)", id="the service"),
]


@pytest.mark.parametrize(("status", "body", "words"), UNREACHED)
def test_who_is_not_reached(status: int, body: bytes, words: str) -> None:
    assert words in said(HTTPResponse(status, (), body)).cause


def test_the_catalogue_knows_every_failure_that_has_a_cause() -> None:
    assert set(_CAUSES) <= set(catalogue.failures())


def test_a_get_that_fails_in_the_place_of_what_was_not_sent_tells_nothing() -> None:
    diagnosis = said(HTTPResponse(204, ALLOWED), HTTPResponse(405))
    assert (diagnosis.verdict, diagnosis.failure) == ("unknown", None)
    assert "it was not sent because it may change things" in diagnosis.cause
    assert set(diagnosis.messages.values()) == {()}


def test_a_star_and_authorization_pass_in_browsers_and_not_in_the_standard() -> None:
    star = (
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Allow-Methods", "PUT"),
    )
    ask = {"headers": (("Authorization", "Bearer x"),)}
    diagnosis = said(HTTPResponse(204, star), HTTPResponse(200, star), ask=ask)
    assert (diagnosis.verdict, diagnosis.failure) == ("allowed", None)
    assert diagnosis.findings[0].id == "header-missing"
    assert "the standard does not" in diagnosis.findings[0].text


def test_what_no_script_can_set_is_said() -> None:
    ask = {"headers": (("Referer", "https://x/"),), "cookie": "a=b"}
    found = said(HTTPResponse(204, ALLOWED), ask=ask).findings
    assert {finding.id for finding in found} == {"forbidden-header", "cookie-not-sent"}


MAX_AGES: list[Any] = [
    pytest.param("0", "every request is preflighted again", id="zero"),
    pytest.param("-1", "every request is preflighted again", id="less than zero"),
    pytest.param("10m", "no number of seconds", id="no number"),
    pytest.param("31536000", "no browser honours", id="a year"),
    pytest.param("600", None, id="ten minutes"),
    pytest.param("86400", None, id="a day"),
]


@pytest.mark.parametrize(("value", "words"), MAX_AGES)
def test_the_max_age(value: str, words: str | None) -> None:
    headers = (*ALLOWED[:-1], ("Access-Control-Max-Age", value))
    found = said(HTTPResponse(204, headers), HTTPResponse(200, ALLOWED)).findings
    texts = [finding.text for finding in found if finding.id == "preflight-cached-stale"]
    assert len(texts) == (words is not None)
    assert all(words in text for text in texts)


SPACES: list[Any] = [
    pytest.param("127.0.0.1", "loopback", id="IPv4 loopback"),
    pytest.param("::1", "loopback", id="IPv6 loopback"),
    pytest.param("app.localhost", "loopback", id="a name below localhost"),
    pytest.param("192.168.1.7", "local", id="private"),
    pytest.param("169.254.1.1", "local", id="link-local"),
    pytest.param("printer.local", "local", id="mDNS"),
    pytest.param("93.184.216.34", "public", id="public"),
    pytest.param("app.example", "public", id="a name"),
]


@pytest.mark.parametrize(("host", "space"), SPACES)
def test_address_spaces(host: str, space: str) -> None:
    assert space_of(host) == space


MIXED: list[Any] = [
    pytest.param("https://app.example", "http://api.example/", True, id="mixed"),
    pytest.param("https://app.example", "https://api.example/", False, id="both https"),
    pytest.param("http://app.example", "http://api.example/", False, id="both http"),
    pytest.param("https://app.example", "http://127.0.0.1/", False, id="loopback"),
]


@pytest.mark.parametrize(("page", "url", "mixed"), MIXED)
def test_mixed_content(page: str, url: str, mixed: bool) -> None:
    assert is_mixed_content(page, url) == mixed


WHATEVER: list[Any] = [
    pytest.param(HTTPResponse(204, ALLOWED), HTTPResponse(200, ALLOWED), id="that it allows it"),
    pytest.param(HTTPResponse(204, ALLOWED), HTTPResponse(405), id="what it says to a GET instead"),
    pytest.param(
        HTTPResponse(301, (("Location", "https://api.example/"),)), None, id="where https is"
    ),
    pytest.param(HTTPResponse(404), None, id="that it is not there"),
]


@pytest.mark.parametrize(("preflight", "actual"), WHATEVER)
def test_mixed_content_is_blocked_whatever_the_server_says(
    preflight: HTTPResponse, actual: HTTPResponse | None
) -> None:
    def send(request: HTTPRequest) -> Answer:
        return preflight if request.method == "OPTIONS" else actual or HTTPResponse(200, ALLOWED)

    target = Target(url="http://api.example/data", origin=PAGE, method="PUT")
    diagnosis = diagnose(replace(observe(target, send), address="93.184.216.34"))
    assert (diagnosis.verdict, diagnosis.failure) == ("blocked", "mixed-content")
    assert set(diagnosis.allowed.values()) == {False}
    assert set(diagnosis.messages.values()) == {()}
