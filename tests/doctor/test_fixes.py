"""What the catalogue tells people to paste: it is there for everything, and it works."""

import re
import sys
from pathlib import Path

import django_settings  # noqa: F401 - configures Django
import pytest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import override_settings
from django.urls import re_path
from doctor.broken_servers.serving import Answer, serving
from doctor.broken_servers.stacks import Stack, node_modules, require, started
from doctor.converging.pasting import exported
from doctor.proxies import apache, caddy, haproxy, htaccess, nginx
from flask import Flask, Response, abort, redirect, request

from cors_wsgi import catalogue, transports
from cors_wsgi.browser import HTTPResponse, fetch, fetch_request, run
from cors_wsgi.testing import Page

ORIGIN = "https://spa.example:8443"
FAILURES = list(catalogue.failures())
ADAPTERS = ["flask", "django", "wsgi"]
OURS = [*ADAPTERS, "fastapi", "asgi"]

# What no line of a server's configuration can fix.
ELSEWHERE = {
    "bot-challenge",
    "local-network",
    "lost-at-proxy",
    "mixed-content",
    "port-blocked",
    "preflight-blocked-by-proxy",
    "preflight-no-answer",
    "redirect-loop",
}


@pytest.mark.parametrize("id_", FAILURES)
@pytest.mark.parametrize("stack", catalogue.stacks())
def test_every_failure_has_a_fix_on_every_stack_or_over_http(id_, stack):
    fix = catalogue.fix(id_, stack)
    assert fix.stack in {stack, "http"}
    assert fix.text
    assert fix.code
    assert fix.where
    assert "<<" not in fix.text + fix.code


@pytest.mark.parametrize("id_", [id_ for id_ in FAILURES if id_ not in ELSEWHERE])
@pytest.mark.parametrize("stack", OURS)
def test_our_own_adapters_have_their_own_fix_for_all_that_they_can_fix(id_, stack):
    assert catalogue.fix(id_, stack).stack == stack


@pytest.mark.parametrize(
    ("id_", "origin"),
    [
        pytest.param("origin-missing", "null", id="the origin null"),
        pytest.param("credentials-missing", "http://app.example", id="cookies over http"),
    ],
)
@pytest.mark.parametrize("stack", [*OURS, "nginx"])
def test_what_a_policy_refuses_is_said_and_not_pasted(id_, origin, stack):
    fix = catalogue.fix(id_, stack, origin=origin)
    assert fix.text.startswith("A policy refuses this. ")
    assert fix.code == ""


def test_values_of_the_message_are_filled_in():
    fix = catalogue.fix("header-missing", "flask", origin=ORIGIN, header="x-token")
    assert f'allow_origins=["{ORIGIN}"]' in fix.code
    assert 'allow_headers=["x-token"]' in fix.code


def test_a_method_is_listed_as_it_should_have_been_sent():
    fix = catalogue.fix("method-missing", "wsgi", method="patch")
    assert 'allow_methods=["PATCH"]' in fix.code


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param('https://a.example"]);import sys', id="code"),
        pytest.param("https://a.example\n", id="a line end"),
        pytest.param("$(id)", id="a command"),
        pytest.param("a" * 1000, id="a long one"),
        pytest.param("", id="nothing"),
    ],
)
@pytest.mark.parametrize("stack", catalogue.stacks())
def test_what_is_no_value_never_comes_into_code_that_people_paste(hostile, stack):
    given = dict.fromkeys(["origin", "method", "header", "url", "status"], hostile)
    for id_ in FAILURES:
        assert catalogue.fix(id_, stack, **given) == catalogue.fix(id_, stack)


@pytest.mark.parametrize("ask", [("nothing", "flask"), ("origin-missing", "nothing")])
def test_what_is_not_there_is_a_key_error(ask):
    with pytest.raises(KeyError):
        catalogue.fix(*ask)


@pytest.mark.parametrize(
    ("alias", "stack"),
    [
        ("starlette", "fastapi"),
        ("quart", "asgi"),
        ("litestar", "asgi"),
        ("node", "express"),
        ("httpd", "apache"),
        ("api-gateway", "api-gateway-rest"),
        ("cdn", "cloudfront"),
    ],
)
def test_stacks_have_other_names(alias, stack):
    assert catalogue.fix("preflight-405", alias).stack == stack


# What each failure's fix must make possible: the fetch, and what is true of it then.
PUT = {"method": "PUT", "headers": {"Content-Type": "application/json"}}
CASES = {
    "preflight-405": ("/items", PUT),
    "preflight-404": ("/items", PUT),
    "preflight-auth": ("/private", {"method": "PUT", "headers": {"Authorization": "Bearer x"}}),
    "preflight-5xx": ("/items", PUT),
    "preflight-redirect": ("/items", PUT),
    "preflight-html-200": ("/items", PUT),
    "preflight-status": ("/items", PUT),
    "origin-missing": ("/items", {}),
    "origin-mismatch": ("/items", {}),
    "origin-invalid": ("/items", {}),
    "origin-undefined": ("/items", {}),
    "origin-duplicate": ("/headers", {}),
    "origin-wildcard-credentials": ("/items", {"credentials": "include"}),
    "credentials-missing": ("/items", {"credentials": "include"}),
    "method-missing": ("/items", {"method": "PUT"}),
    "header-missing": ("/items", {"headers": {"X-Token": "1"}}),
    "list-unparsable": ("/items", {"headers": {"X-Token": "1"}}),
    "error-without-cors": ("/crash", {}),
    "redirect-cross-origin": ("/moved", {}),
    "cache-poisoned": ("/items", {}),
    "preflight-cached-stale": ("/items", {}),
    "response-header-hidden": ("/items", {}),
    "content-length-204": ("/items", {}),
    "cookie-not-sent": ("/items", {"credentials": "include"}),
    "works-in-postman": ("/items", {}),
    "rate-limited": ("/items", {}),
}


def test_every_failure_that_a_adapter_can_fix_is_tried():
    assert sorted(CASES) == sorted(set(FAILURES) - ELSEWHERE)


def flask_site(code):
    app = Flask("site")
    app.testing = False

    @app.before_request
    def login():
        if request.path == "/private" and "Authorization" not in request.headers:
            abort(401)

    @app.route("/items", methods=["GET", "PUT"])
    def items():
        return Response("[]", headers={"X-Token": "7"})

    app.add_url_rule("/private", "private", items, methods=["PUT"])

    @app.get("/headers")
    def headers():
        return Response("[]", headers={"Access-Control-Allow-Origin": "*"})

    @app.get("/crash")
    def crash():
        raise RuntimeError

    @app.get("/moved")
    def moved():
        return redirect("/items")

    exec(code, {"app": app})
    return app.wsgi_app


def wsgi_site(code):
    def application(environ, start_response):
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/crash":
            raise RuntimeError
        if path == "/moved":
            start_response("302 Found", [("Location", "/items")])
            return []
        if path == "/private" and "HTTP_AUTHORIZATION" not in environ:
            start_response("401 Unauthorized", [])
            return []
        allowed = method in {"GET", "PUT"}
        fields = [("X-Token", "7")]
        if path == "/headers":
            fields.append(("Access-Control-Allow-Origin", "*"))
        start_response("200 OK" if allowed else "405 Method Not Allowed", fields)
        return [b"[]"]

    names = {"application": application}
    exec(code, names)
    return names["application"]


def items(_):
    return HttpResponse("[]", headers={"X-Token": "7"})


def headers(_):
    return HttpResponse("[]", headers={"Access-Control-Allow-Origin": "*"})


def crash(_):
    raise RuntimeError


def moved(_):
    return HttpResponse(status=302, headers={"Location": "/items"})


urlpatterns = [
    re_path("^(items|private)$", lambda got, _: items(got)),
    re_path("^headers$", headers),
    re_path("^crash$", crash),
    re_path("^moved$", moved),
]


def django_site(code):
    settings = {"INSTALLED_APPS": [], "MIDDLEWARE": []}
    exec(code, settings)
    override = override_settings(
        ROOT_URLCONF=__name__,
        DEBUG_PROPAGATE_EXCEPTIONS=False,
        **{name: value for name, value in settings.items() if name.isupper()},
    )

    def application(environ, start_response):
        with override:
            return get_wsgi_application()(environ, start_response)

    return application


SITES = {"flask": flask_site, "django": django_site, "wsgi": wsgi_site}


@pytest.mark.parametrize(("id_", "path", "ask"), [(id_, *case) for id_, case in CASES.items()])
@pytest.mark.parametrize("stack", ADAPTERS)
@pytest.mark.filterwarnings("ignore:Overriding setting:UserWarning")
def test_the_fix_of_a_adapter_of_ours_works(stack, id_, path, ask, monkeypatch):
    monkeypatch.setenv("CORS_ALLOW_ORIGINS", ORIGIN)
    header = next(iter(ask.get("headers", {})), "X-Token")
    fix = catalogue.fix(id_, stack, origin=ORIGIN, method="PUT", header=header)
    site = SITES[stack](fix.code)
    page = Page(ORIGIN, site, raise_app_exceptions=False)
    result = page.fetch(path, **ask).assert_shared()
    Page("https://elsewhere.example", site, raise_app_exceptions=False).fetch(
        path, **ask
    ).assert_blocked()
    sent = dict(result.exchanges[-1].response.headers)
    assert re.search(r"\bOrigin\b", sent["Vary"])
    if id_ == "response-header-hidden":
        result.assert_readable("X-Token")
    if id_ == "preflight-cached-stale":
        preflight = page.fetch(path, method="PUT").preflights[0].response
        assert dict(preflight.headers)["Access-Control-Max-Age"] == "600"
    if id_ == "content-length-204":
        preflight = page.fetch(path, method="PUT").preflights[0].response
        assert (preflight.status, dict(preflight.headers)["Content-Length"]) == (200, "0")
    if id_ == "error-without-cors":
        assert result.status == 500


def backend(asked):
    """An application that knows nothing of OPTIONS, fails now and then, and meddles."""
    meddling = (("Access-Control-Allow-Origin", "*"), ("Content-Type", "text/plain"))
    if asked.method == "OPTIONS":
        return Answer(405)
    return Answer(500 if asked.rest == "/crash" else 200, meddling, "[]")


@pytest.mark.parametrize(
    ("needs", "command"),
    [
        pytest.param("nginx", nginx, id="nginx"),
        pytest.param("apache2", apache, id="Apache"),
        pytest.param("apache2", htaccess, id=".htaccess"),
        pytest.param("haproxy", haproxy, id="HAProxy"),
        pytest.param("caddy", caddy, id="Caddy"),
    ],
)
@pytest.mark.parametrize(
    ("id_", "path", "ask"),
    [
        pytest.param("preflight-405", "/items", PUT, id="answers preflights"),
        pytest.param("origin-missing", "/items", {}, id="allows the origin"),
        pytest.param("error-without-cors", "/crash", {}, id="errors too"),
    ],
)
def test_the_fix_of_a_proxy_works(needs, command, id_, path, ask):
    require(needs)
    fix = catalogue.fix(id_, command.__name__, origin=ORIGIN, method="PUT", header="Content-Type")
    with serving({"/app": backend}) as behind:
        configured = command(fix.code, f"{behind.origin}/app")
        program = Stack(id=id_, name=needs, command=configured)
        with started(program, fixed=True) as home, transports.http() as send:
            allowed = run(fetch(fetch_request(ORIGIN, home + path, **ask)), send)
            refused = run(fetch(fetch_request("https://a.example", home + path, **ask)), send)
    assert (allowed.shared, refused.shared) == (True, False)
    sent = {name.lower(): value for name, value in allowed.exchanges[-1].response.headers}
    assert "Origin" in sent["vary"]


FASTAPI = """
import os
import uvicorn
from fastapi import FastAPI

app = FastAPI()

@app.get("/items")
@app.put("/items")
def items():
    return []

@app.get("/crash")
def crash():
    raise RuntimeError

CODE

serve = globals().get("application", app)
uvicorn.run(serve, port=int(os.environ["PORT"]), log_level="critical")
"""
EXPRESS = """
const express = require("express");
const app = express();
CODE
app.get("/items", (request, response) => response.json([]));
app.put("/items", (request, response) => response.json([]));
app.get("/crash", () => { throw new Error("crash"); });
app.listen(Number(process.env.PORT), "127.0.0.1");
"""


def fastapi(code):
    def command(lab: Path, *_: object) -> list[str]:
        (lab / "app.py").write_text(FASTAPI.replace("CODE", code))
        return [sys.executable, str(lab / "app.py")]

    return command


def express(code):
    def command(lab: Path, *_: object) -> list[str]:
        (lab / "app.js").write_text(EXPRESS.replace("CODE", code))
        (lab / "node_modules").symlink_to(node_modules())
        return ["node", str(lab / "app.js")]

    return command


@pytest.mark.parametrize(
    ("needs", "command"),
    [
        pytest.param(sys.executable, fastapi, id="FastAPI"),
        pytest.param("npm", express, id="Express"),
    ],
)
@pytest.mark.parametrize(
    "id_",
    [
        "preflight-405",
        "origin-missing",
        "origin-wildcard-credentials",
        "method-missing",
        "header-missing",
        "error-without-cors",
    ],
)
def test_the_fix_of_another_framework_works(needs, command, id_):
    require(needs)
    path, ask = CASES[id_]
    header = next(iter(ask.get("headers", {})), "X-Token")
    fix = catalogue.fix(id_, command.__name__, origin=ORIGIN, method="PUT", header=header)
    program = Stack(id=id_, name=command.__name__, command=command(fix.code))
    with started(program, fixed=True) as home, transports.http() as send:
        allowed = run(fetch(fetch_request(ORIGIN, home + path, **ask)), send)
        refused = run(fetch(fetch_request("https://a.example", home + path, **ask)), send)
    assert (allowed.shared, refused.shared) == (True, False)


@pytest.mark.parametrize(
    ("origin", "shared"),
    [(ORIGIN, True), ("https://a.example", False)],
    ids=["ours", "a stranger's"],
)
@pytest.mark.parametrize("version", ["REST", "HTTP"])
def test_the_fix_of_a_lambda_function_works(version, origin, shared, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    names = {}
    exec(exported(catalogue.fix("preflight-405", "lambda", origin=ORIGIN).code, tmp_path), names)
    del sys.modules["cors"]

    def send(request):
        event = {"headers": dict(request.headers), "httpMethod": request.method, "path": "/"}
        if version == "HTTP":
            event = {
                "headers": {name.lower(): value for name, value in request.headers},
                "requestContext": {"http": {"method": request.method}},
                "rawPath": "/",
            }
        answer = names["handler"](event, None)
        return HTTPResponse(answer["statusCode"], tuple(answer["headers"].items()), b"")

    assert run(fetch(fetch_request(origin, "https://api.example/", **PUT)), send).shared is shared
