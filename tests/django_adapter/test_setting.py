"""How the policy is written in the settings, and what is said when it is wrong."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django_adapter.driving import APP, POLICY, Send, site

from cors_wsgi import PathPolicies, Policy

OTHER = "https://other.example"


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def policy_of_tenant(environ: Any) -> Policy | None:
    return POLICY if environ["HTTP_X_TENANT"] == "one" else None


URLS = [path("api/", hello)]
WRITTEN = {"allow_origins": [APP]}


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param(POLICY, id="a policy"),
        pytest.param(WRITTEN, id="a mapping"),
        pytest.param({"/api": WRITTEN, "/": None}, id="a mapping of paths"),
        pytest.param(PathPolicies({"/api": POLICY}), id="PathPolicies"),
        pytest.param(policy_of_tenant, id="a function of the environ"),
        pytest.param(f"{__name__}.policy_of_tenant", id="the path of a function"),
        pytest.param(f"{__name__}.WRITTEN", id="the path of a mapping"),
    ],
)
def test_the_policy_is_written_in_many_ways(send: Send, setting: object) -> None:
    with site(URLS, CORS_POLICY=setting):
        answer = send("GET", "/api/", {"Origin": APP, "X-Tenant": "one"})

    assert answer.headers["Access-Control-Allow-Origin"] == APP


def test_what_has_no_policy_is_left_alone(send: Send) -> None:
    with site(URLS, CORS_POLICY=policy_of_tenant):
        answer = send("GET", "/api/", {"Origin": APP, "X-Tenant": "two"})

    assert answer.headers == {"Content-Type": "text/html; charset=utf-8"}


def test_a_site_without_a_policy_does_not_start() -> None:
    with (
        site(URLS, CORS_POLICY=None),
        pytest.raises(ImproperlyConfigured, match=r"no CORS_POLICY .*\n\nCORS_POLICY = {"),
    ):
        WSGIHandler()


def test_fields_that_are_settings_of_their_own_are_named() -> None:
    said = "no CORS_POLICY in the settings, and CORS_ALLOW_ORIGINS, CORS_MAX_AGE alone is not read"
    settings = {"CORS_ALLOW_ORIGINS": ["https://app.example"], "CORS_MAX_AGE": 60}
    with (
        site(URLS, CORS_POLICY=None, **settings),
        pytest.raises(ImproperlyConfigured, match=said),
    ):
        WSGIHandler()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        pytest.param(
            {"allow_origins": ["app.example", "undefined"], "allow_method": ["PUT"]},
            [
                "CORS_POLICY in the settings: 3 problems",
                "[origin-scheme-missing]",
                "[origin-undefined]",
                "Did you mean 'allow_methods'?",
            ],
            id="a policy with several problems",
        ),
        pytest.param(
            "nowhere.policy",
            ["CORS_POLICY in the settings: 'nowhere.policy' leads to no policy", "'nowhere'"],
            id="a path to nothing",
        ),
        pytest.param("*", ["'*' is not a policy. Write Policy(allow_origins=['*'])"], id="a star"),
        pytest.param(
            "localhost:3000", ["'localhost:3000' is not a policy"], id="a host and a port"
        ),
        pytest.param(
            ["https://app.example"],
            ["Write Policy(allow_origins=['https://app.example'])"],
            id="a list",
        ),
        pytest.param("cors.toml", ["Write policy_from_toml('cors.toml')"], id="a file's name"),
        pytest.param(
            ({"allow_origins": [APP]},),
            [f"Write {{'allow_origins': ['{APP}']}}"],
            id="a comma at the end",
        ),
    ],
)
def test_a_site_with_a_wrong_policy_does_not_start(setting: object, said: list[str]) -> None:
    with (
        site(URLS, CORS_POLICY=setting),
        pytest.raises(ImproperlyConfigured) as raised,
    ):
        WSGIHandler()

    assert [part for part in said if part not in str(raised.value)] == []


def test_text_does_not_switch_debugging_on() -> None:
    with (
        site(URLS, CORS_POLICY_DEBUG="false"),
        pytest.raises(ImproperlyConfigured, match="CORS_POLICY_DEBUG is True or False"),
    ):
        WSGIHandler()


def test_the_example_in_the_message_is_a_policy() -> None:
    with site(URLS, CORS_POLICY=None), pytest.raises(ImproperlyConfigured) as raised:
        WSGIHandler()
    written: dict[str, Any] = {}
    exec(str(raised.value).partition("\n\n")[2], written)

    with site(URLS, CORS_POLICY=written["CORS_POLICY"]):
        WSGIHandler()


def test_a_test_may_override_the_policy_of_a_running_site() -> None:
    with site(URLS):
        client = Client()
        before = client.get("/api/", headers={"Origin": APP})
        with override_settings(CORS_POLICY={"allow_origins": [OTHER]}):
            during = client.get("/api/", headers={"Origin": OTHER})
        after = client.get("/api/", headers={"Origin": OTHER})

    assert before["Access-Control-Allow-Origin"] == APP
    assert during["Access-Control-Allow-Origin"] == OTHER
    assert "Access-Control-Allow-Origin" not in after


def test_a_test_may_have_a_running_site_say_why() -> None:
    with site(URLS):
        client = Client()
        before = client.get("/api/", headers={"Origin": APP})
        with override_settings(CORS_POLICY_DEBUG=True):
            during = client.get("/api/", headers={"Origin": APP})
        after = client.get("/api/", headers={"Origin": APP})

    assert ["X-Cors-Wsgi" in response for response in (before, during, after)] == [
        False,
        True,
        False,
    ]
