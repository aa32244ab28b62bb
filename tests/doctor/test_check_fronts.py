"""Which of two layers is to change: an application with CORS, and a proxy in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from cors_wsgi.browser import HTTPRequest, HTTPResponse
from cors_wsgi.doctor.check.probe import Seen, observe
from cors_wsgi.doctor.check.report import report
from cors_wsgi.doctor.targets import Target

PAGE, URL = "https://app.example", "https://api.example/data"
ALLOWED = (("Access-Control-Allow-Origin", PAGE), ("Access-Control-Allow-Methods", "PUT"))
UVICORN, CADDY, NGINX = ("Server", "uvicorn"), ("Server", "Caddy"), ("Server", "nginx")
NGINX_PAGE = b"<center><h1>401</h1></center>\n<hr><center>nginx</center>"
HAPROXY_PAGE = b"<h1>401 Unauthorized</h1>\nYou need a valid user and password to access this"
FASTAPI_PAGE = b'{"detail":"Not Found"}'


def seen(wrong: HTTPResponse, method: str = "PUT", server: tuple[str, str] = UVICORN) -> Seen:
    """What is seen where an answer is wrong, and other paths show that FastAPI is behind it."""

    def send(request: HTTPRequest) -> HTTPResponse:
        if request.url != URL:
            return HTTPResponse(404, (server,), FASTAPI_PAGE)
        is_wrong = request.method == ("OPTIONS" if method == "PUT" else method)
        return wrong if is_wrong else HTTPResponse(200, (server,))

    return observe(Target(url=URL, origin=PAGE, method=method), send)


TO_SLASH = ("Location", "/data/")
STACKS: list[Any] = [
    pytest.param(seen(HTTPResponse(401, (NGINX,), NGINX_PAGE)), "nginx", id="nginx: a login"),
    pytest.param(
        seen(HTTPResponse(413, (NGINX,), NGINX_PAGE), "GET"), "nginx", id="nginx: a body too large"
    ),
    pytest.param(seen(HTTPResponse(401, (), HAPROXY_PAGE)), "haproxy", id="HAProxy: a login"),
    pytest.param(seen(HTTPResponse(308, (CADDY, TO_SLASH))), "caddy", id="Caddy: a redirect"),
    pytest.param(
        seen(HTTPResponse(204, (CADDY, ALLOWED[0]))), "caddy", id="Caddy: preflights without PUT"
    ),
    pytest.param(
        seen(HTTPResponse(200, (("X-Powered-By", "Express"),))),
        "express",
        id="Express, which hands other requests on: OPTIONS",
    ),
    pytest.param(
        seen(HTTPResponse(401, (UVICORN, ("Via", "1.1 Caddy")))), "fastapi", id="the application"
    ),
    pytest.param(
        seen(HTTPResponse(204, (NGINX, ALLOWED[0])), server=NGINX),
        "fastapi",
        id="nginx or the application",
    ),
]


@pytest.mark.parametrize(("observed", "stack"), STACKS)
def test_the_fix_is_for_the_layer_that_answers(observed: Seen, stack: str) -> None:
    assert report(observed).stack == stack


def test_the_layer_in_front_is_named_where_it_may_be_the_one_to_change() -> None:
    fix = report(seen(HTTPResponse(204, (NGINX, ALLOWED[0])), server=NGINX)).fix
    assert fix is not None
    assert "If nginx, which is in front, sets headers itself: --stack nginx." in fix.text
    fix = report(seen(HTTPResponse(204, (UVICORN, ALLOWED[0])))).fix
    assert fix is not None
    assert "in front" not in fix.text
