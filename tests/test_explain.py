"""Asking a policy directly: the decision, its reason, and what was close."""

import pytest

from cors_wsgi import Policy, Request
from cors_wsgi._policy.decision import describe

POLICY = Policy(
    allow_origins=[
        "https://app.example",
        "https://*.tenants.example",
        "http://localhost:3000",
        "https://www.shop.example",
    ],
    allow_methods=["PUT", "PATCH"],
    allow_headers=["Authorization", "X-Request-ID"],
    allow_credentials=True,
)
APP = "https://app.example"


@pytest.mark.parametrize(
    ("origin", "nearest"),
    [
        ("https://app.example:8443", "'https://app.example' differs only by its port"),
        ("http://app.example", "'https://app.example' differs only by its scheme"),
        ("http://app.example:80", "'https://app.example' differs only by its scheme"),
        ("http://app.example:81", "'https://app.example' differs by its scheme and its port"),
        ("https://app.example/", "'https://app.example' differs only by its trailing slash"),
        ("https://app.example/x", "'https://app.example' differs only by its path"),
        ("HTTPS://APP.example", "'https://app.example' differs only by its capitals"),
        (
            "https://App.example:443",
            "'https://app.example' differs only by its capitals and its default port",
        ),
        ("https://www.app.example", "'https://app.example' differs by 'www.'"),
        ("https://shop.example", "'https://www.shop.example' differs by 'www.'"),
        ("https://x.app.example", "'https://app.example' is allowed without its subdomains"),
        (
            "https://tenants.example",
            "'https://*.tenants.example' allows subdomains, not 'tenants.example' itself",
        ),
        ("http://a.tenants.example", "'https://*.tenants.example' differs only by its scheme"),
        ("https://a.tenants.example:1", "'https://*.tenants.example' differs only by its port"),
        ("http://localhost:3001", "'http://localhost:3000' differs only by its port"),
        ("https://ap.example", "did you mean 'https://app.example'?"),
        ("https://unrelated.test", None),
        ("null", "a sandboxed frame, a file or a redirect across origins sends 'null'"),
        ("\x00", None),
        ("", None),
        ("https://" + "a" * 5000, None),
    ],
)
def test_the_nearest_miss(origin: str, nearest: str | None) -> None:
    decision = POLICY.explain(Request(origin))
    assert (decision.code, decision.nearest) == ("origin-missing", nearest)


def test_a_long_list_is_not_searched_for_misspellings() -> None:
    policy = Policy(allow_origins=[f"https://tenant-{i}.example" for i in range(200)])
    assert policy.explain(Request("https://tenant-x1.example")).nearest is None
    assert policy.explain(Request("http://tenant-1.example")).nearest is not None


@pytest.mark.parametrize(
    ("request_", "kind", "code", "reason", "nearest"),
    [
        pytest.param(
            Request(None), "none", None, "it carries no Origin", None, id="no CORS request"
        ),
        pytest.param(Request(APP), "actual", None, "the origin is allowed", None, id="allowed"),
        pytest.param(
            Request.preflight(APP, "PUT", "authorization,x-request-id"),
            "preflight",
            None,
            "origin, method and headers are allowed",
            None,
            id="preflight, allowed",
        ),
        pytest.param(
            Request.preflight(APP, "POST"),
            "preflight",
            None,
            "origin, method and headers are allowed",
            None,
            id="preflight of a method that needs no permission",
        ),
        pytest.param(
            Request.preflight("https://x.test", "PUT"),
            "preflight",
            "origin-missing",
            "the origin 'https://x.test' is not in allow_origins",
            None,
            id="preflight, wrong origin",
        ),
        pytest.param(
            Request.preflight(APP, "patch"),
            "preflight",
            "method-missing",
            "the method 'patch' is not in allow_methods",
            "'PATCH' differs only by case",
            id="preflight, wrong method",
        ),
        pytest.param(
            Request.preflight(APP, "PUT", "authorization,x-requestid"),
            "preflight",
            "header-missing",
            "the header 'x-requestid' is not in allow_headers",
            "did you mean 'X-Request-ID'?",
            id="preflight, wrong header",
        ),
        pytest.param(
            Request.preflight(APP, "PUT", 'a,"b'),
            "preflight",
            "header-missing",
            "the requested headers are not a list of header names",
            None,
            id="preflight, no header names",
        ),
        pytest.param(
            Request("https://evil\r\n.test", path="/"),
            "actual",
            "origin-missing",
            r"the origin 'https://evil\r\n.test' is not in allow_origins",
            None,
            id="an origin with a line break",
        ),
    ],
)
def test_the_whole_decision(
    request_: Request, kind: str, code: str | None, reason: str, nearest: str | None
) -> None:
    decision = POLICY.explain(request_)
    assert (decision.kind, decision.code, decision.reason) == (kind, code, reason)
    assert decision.nearest == nearest
    assert decision.allowed is (code is None)


def test_the_headers_are_those_that_are_sent() -> None:
    assert POLICY.explain(Request.preflight(APP, "PUT")).headers == (
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "PUT, PATCH"),
        ("Access-Control-Allow-Headers", "Authorization, X-Request-ID"),
        ("Access-Control-Max-Age", "600"),
        ("Vary", "Origin"),
    )


def test_a_request_survives_an_environ() -> None:
    request = Request.preflight(APP, "PUT", "x-a")._replace(path="/x")
    assert Request.from_environ(request.as_environ()) == request


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request("https://" + "a" * 5000), id="an origin"),
        pytest.param(Request.preflight(APP, "X" * 5000), id="a method"),
        pytest.param(Request.preflight(APP, "PUT", "x" * 5000), id="a header"),
        pytest.param(Request("https://x.example", path="/" + "a" * 5000), id="a path"),
    ],
)
def test_what_is_quoted_of_a_request_is_cut(request_: Request) -> None:
    assert len(describe(request_, POLICY.explain(request_))) < 500
