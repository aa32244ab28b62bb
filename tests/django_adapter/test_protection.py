"""Sites that are protected: preflights pass, and what refuses a request can be read."""

from typing import Any

import django
import django_settings  # noqa: F401 - configures Django, before REST framework reads it
import pytest
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django_adapter.driving import ALLOWED, APP, OURS, PREFLIGHT, Answer, Send, asking, site
from rest_framework.authentication import BasicAuthentication
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

SECURITY = "django.middleware.security.SecurityMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
ALL = [SECURITY, SESSIONS, COMMON, CSRF, AUTHENTICATION]


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


@api_view(["PUT"])
@authentication_classes([BasicAuthentication])
@permission_classes([IsAuthenticated])
def for_users(request: Any) -> Response:
    return Response("hello")


URLS = [
    path("hello/", hello),
    path("login-required/", login_required(hello)),
    path("rest/", for_users),
]


def cors_headers(answer: Answer) -> dict[str, str]:
    """Return the CORS headers of a response, and what it says of Origin."""
    headers = {n: v for n, v in answer.headers.items() if n.startswith("Access-Control-")}
    varies = answer.headers["Vary"].split(", ")
    return {**headers, "Vary": "Origin"} if "Origin" in varies else headers


@pytest.mark.parametrize(
    ("address", "status", "changes"),
    [
        pytest.param("/login-required/", 302, {}, id="login_required"),
        pytest.param("/rest/", 401, {}, id="a permission of REST framework"),
        pytest.param("/hello", 301, {}, id="APPEND_SLASH"),
        pytest.param("/hello/", 301, {"SECURE_SSL_REDIRECT": True}, id="SECURE_SSL_REDIRECT"),
        pytest.param("/hello/", 301, {"PREPEND_WWW": True}, id="PREPEND_WWW"),
        pytest.param("/hello/", 400, {"ALLOWED_HOSTS": ["other.example"]}, id="ALLOWED_HOSTS"),
        pytest.param(
            "/hello/",
            302,
            {"MIDDLEWARE": [OURS, *ALL, LOGIN_REQUIRED]},
            id="LoginRequiredMiddleware",
            marks=pytest.mark.skipif(django.VERSION < (5, 1), reason="it is new in Django 5.1"),
        ),
    ],
)
def test_the_preflight_passes_and_the_refusal_can_be_read(
    send: Send, address: str, status: int, changes: dict[str, Any]
) -> None:
    with site(URLS, *ALL, **changes):
        preflight = send("OPTIONS", address, asking("PUT"))
        method = "PUT" if address == "/rest/" else "GET"
        answer = send(method, address, {"Origin": APP})

    assert preflight == Answer(204, PREFLIGHT, b"")
    assert (answer.status, cors_headers(answer)) == (status, ALLOWED)


TOKEN = "a" * 32


@pytest.mark.parametrize(
    ("trusted", "status"),
    [
        pytest.param([], 403, id="refused by CSRF's check of Origin"),
        pytest.param([APP], 200, id="trusted"),
        pytest.param(["https://*.example"], 200, id="trusted by a wildcard"),
    ],
)
def test_an_allowed_origin_may_post_if_csrf_trusts_it_too(
    send: Send, trusted: list[str], status: int
) -> None:
    headers = {"Origin": APP, "X-CSRFToken": TOKEN}
    with site(URLS, *ALL, CSRF_TRUSTED_ORIGINS=trusted):
        answer = send("POST", "/hello/", headers, cookies={"csrftoken": TOKEN})

    assert (answer.status, cors_headers(answer)) == (status, ALLOWED)
