"""Which policy governs a host."""

from typing import Any

import pytest

from cors_wsgi import CORSMiddleware, HostPolicies, InvalidPolicy, PathPolicies, Policy, Request

SHOP = Policy(allow_origins="https://shop.example")
API = Policy(allow_origins="https://api-user.example")
HOSTS = HostPolicies(
    {
        "Shop.api.example": SHOP,
        "paths.example:8443": {"/api": {"allow_origins": "https://api-user.example"}},
        "off.example": None,
        "[::1]": SHOP,
    }
)

UNKNOWN = "nobody is allowed here: no policy is listed for its host"
MISSING = "nobody is allowed here: the request names no host"


def wsgi(host: str | None) -> dict[str, Any]:
    return {"PATH_INFO": "/api/x"} | ({} if host is None else {"HTTP_HOST": host})


def asgi(host: str | None) -> dict[str, Any]:
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    return {"type": "http", "path": "/api/x", "headers": headers}


@pytest.mark.parametrize("request_", [wsgi, asgi])
@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("shop.api.example", SHOP, id="a host"),
        pytest.param("SHOP.API.EXAMPLE", SHOP, id="in capitals"),
        pytest.param("shop.api.example:8080", SHOP, id="with a port"),
        pytest.param("shop.api.example.", SHOP, id="with a final dot"),
        pytest.param("Shop.Api.Example.:443", SHOP, id="with all of these"),
        pytest.param("[::1]:8000", SHOP, id="an IPv6 address"),
        pytest.param("paths.example", API, id="then by path"),
        pytest.param("off.example", None, id="switched off"),
        pytest.param("other.example", UNKNOWN, id="another host"),
        pytest.param("x.shop.api.example", UNKNOWN, id="a subdomain"),
        pytest.param("shop.api.example,off.example", UNKNOWN, id="two hosts in one header"),
        pytest.param("shop.api.example:evil", MISSING, id="a port that is none"),
        pytest.param("shop.api.example:80:80", MISSING, id="two ports"),
        pytest.param("[::1]evil", MISSING, id="more than an IPv6 address"),
        pytest.param("[::1", MISSING, id="a part of an IPv6 address"),
        pytest.param("user:word@shop.api.example", MISSING, id="a password"),
        pytest.param("user@shop.api.example", UNKNOWN, id="a user"),
        pytest.param("shop.api.example..", UNKNOWN, id="two final dots"),
        pytest.param("", MISSING, id="an empty host"),
        pytest.param(None, MISSING, id="no host"),
    ],
)
def test_a_policy_is_chosen_by_host(request_: Any, host: str | None, expected: Any) -> None:
    policy = HOSTS.policy_for(request_(host))
    if isinstance(expected, str):
        assert policy is not None
        assert policy.explain(Request("https://shop.example")).reason == expected
        expected = policy
    assert policy == expected


def test_two_host_headers_are_none() -> None:
    scope = asgi("off.example")
    scope["headers"] *= 2
    assert HOSTS.policy_for(scope) == HOSTS.policy_for(asgi(None))


def test_an_unknown_host_is_still_answered() -> None:
    answers: list[Any] = []
    environ = {"REQUEST_METHOD": "OPTIONS", "HTTP_ORIGIN": "https://shop.example"}
    environ |= {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    middleware = CORSMiddleware(lambda environ, start_response: [], HOSTS)
    middleware(environ, lambda *started: answers.append(started))  # type: ignore[arg-type]
    assert answers == [("204 No Content", [("Vary", "Origin")])]


@pytest.mark.parametrize(
    ("hosts", "problems"),
    [
        pytest.param({}, [("host-missing", "hosts")], id="none"),
        pytest.param({"https://a.example": SHOP}, [("host-invalid", "hosts")], id="an origin"),
        pytest.param({"*.a.example": SHOP}, [("host-invalid", "hosts")], id="a wildcard"),
        pytest.param({"a.example/x": SHOP}, [("host-invalid", "hosts")], id="a path"),
        pytest.param({"": SHOP}, [("host-invalid", "hosts")], id="nothing"),
        pytest.param({7: SHOP}, [("host-invalid", "hosts")], id="a number"),
        pytest.param({"[::1]x": SHOP}, [("host-invalid", "hosts")], id="more than an address"),
        pytest.param({"[zz]": SHOP}, [("host-invalid", "hosts")], id="no address"),
        pytest.param({"[0::1]": SHOP}, [("host-invalid", "hosts")], id="an address as none sends"),
        pytest.param(
            {"a.example": SHOP, "A.example:80": SHOP}, [("host-duplicate", "hosts")], id="twice"
        ),
        pytest.param({"a.example": 7}, [("host-policy", "hosts")], id="no policy"),
        pytest.param(
            {"a.example": {"/x": {"allow_origins": "x"}}},
            [("origin-scheme-missing", "a.example: /x: allow_origins")],
            id="a wrong policy",
        ),
    ],
)
def test_what_is_wrong_is_said(hosts: Any, problems: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        HostPolicies(hosts)
    assert [(problem.code, problem.field) for problem in caught.value.problems] == problems


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("https://Shop.example:8443/x", "shop.example"),
        ("*.shop.example", "shop.example"),
        ("shop.example/api", "shop.example"),
        ("https://", "shop.api.example"),
        ("user@shop.example", "shop.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("::1", "[::1]"),
        (".shop.example", "shop.example"),
        ("shop.example..", "shop.example"),
        ("shop.example\n", "shop.example"),
        ("shop.example:*", "shop.example"),
        ("https://shop.example:http/x", "shop.example"),
    ],
)
def test_what_to_write_instead_of_a_host_works(host: str, meant: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        HostPolicies({host: SHOP})
    (problem,) = caught.value.problems
    assert problem.hint.endswith(f"a wildcard: {meant!r}.")
    assert HostPolicies({meant: SHOP})


def test_it_compares_by_value_prints_itself_and_has_the_warnings_of_its_policies() -> None:
    policy = Policy(allow_origins="https://app.example", allow_methods="patch")
    hosts = HostPolicies({"A.example": policy})
    assert hosts == HostPolicies({"a.example:80": policy}) != HostPolicies({"b.example": policy})
    assert repr(hosts) == f"HostPolicies({{'a.example': {policy!r}}})"
    assert hosts.warnings == (policy.warnings[0].at("a.example"),)
    assert isinstance(HOSTS.policies["paths.example"], PathPolicies)


def test_policies_do_not_change_while_they_are_served() -> None:
    hosts = HostPolicies({"shop.example": SHOP})
    with pytest.raises(TypeError):
        hosts.policies["shop.example"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        hosts.policies = {}  # type: ignore[misc]
    assert hosts.policy_for({"HTTP_HOST": "shop.example"}) == SHOP
