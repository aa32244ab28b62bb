"""What `export` wrote is read back as the policy that it was made of."""

import random
from typing import Any

import pytest
import yaml
from export.policies import APP, random_policy

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.export import export
from cors_wsgi.export.readers import READABLE, NotThisKind, read

ENOUGH = 40


def sayable(target: str, seed: int) -> list[Policy | PathPolicies]:
    """Return random policies that a target can say without a difference in what it governs."""
    chance = random.Random(seed)
    found: list[Policy | PathPolicies] = []
    while len(found) < ENOUGH:
        policy = _plain(random_policy(chance), target)
        result = export(target, policy)
        if not result.errors and "scope-wider" not in {f.code for f in result.findings}:
            found.append(policy)
    return found


def _plain(policy: Policy | PathPolicies, target: str) -> Policy | PathPolicies:
    """Leave out what no target keeps: the status, and how expressions were spelt."""
    if isinstance(policy, PathPolicies):
        plain = {
            prefix: inner and _plain_policy(inner, target)
            for prefix, inner in policy.policies.items()
        }
        several = len(plain) > 1 or "/" not in plain
        return PathPolicies(plain) if several else Policy(allow_origins=[APP])
    return _plain_policy(policy, target)


def _plain_policy(policy: Policy, target: str) -> Policy:
    origins = [o for o in policy.allow_origins if isinstance(o, str)] or [APP]
    methods = [m for m in policy.allow_methods if m not in ("GET", "X$Y", "patch")]
    simple = target in ("gateway-api", "api-gateway-http", "cloudfront", "s3")
    return policy.replace(
        allow_origins="*" if "*" in origins else ([APP] if simple else origins),
        allow_methods=["PUT"] if simple and methods else methods,
        allow_credentials=True
        if target == "s3" and "*" not in origins
        else policy.allow_credentials and "*" not in origins,
        max_age=max(policy.max_age, 1),
        preflight_status=204,
    )


@pytest.mark.parametrize("target", READABLE)
def test_a_policy_survives_the_way_there_and_back(target: str) -> None:
    for policy in sayable(target, seed=11):
        (file,) = export(target, policy).files.values()

        assert read(target, yaml.safe_load(file.text)).source == policy


def envoy_route(**cors: Any) -> dict[str, Any]:
    settings = {"envoy.filters.http.cors": {"allow_origin_string_match": [], **cors}}
    return {"match": {"prefix": "/"}, "typed_per_filter_config": settings}


@pytest.mark.parametrize(
    ("target", "data", "undecided"),
    [
        pytest.param(
            "envoy",
            {"routes": [envoy_route(allow_origin_string_match=[{"suffix": ".example.com"}])]},
            "allows more than a policy can say",
            id="a suffix",
        ),
        pytest.param(
            "envoy",
            {"routes": [{**envoy_route(), "match": {"prefix": "/api"}}]},
            "no prefix of whole segments",
            id="a prefix that ends within a segment",
        ),
        pytest.param(
            "envoy",
            {"routes": [envoy_route(), envoy_route()]},
            "which governs it",
            id="a route that is never reached",
        ),
        pytest.param(
            "gateway-api",
            {
                "kind": "HTTPRoute",
                "spec": {
                    "rules": [
                        {
                            "filters": [
                                {
                                    "type": "CORS",
                                    "cors": {"allowOrigins": ["*"], "allowHeaders": ["*"]},
                                }
                            ]
                        }
                    ]
                },
            },
            "name the headers",
            id="all headers but Authorization",
        ),
        pytest.param(
            "api-gateway-http",
            {"AllowOrigins": ["https://*"]},
            "names the hosts",
            id="every host",
        ),
        pytest.param(
            "s3",
            {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]},
            "lacks HEAD, POST",
            id="fewer methods than need no permission",
        ),
        pytest.param(
            "cloudfront",
            {
                "CorsConfig": {
                    "AccessControlAllowOrigins": {"Items": ["*"]},
                    "OriginOverride": False,
                }
            },
            "the application decides",
            id="the application decides",
        ),
    ],
)
def test_what_no_policy_says_is_left_to_decide(target: str, data: Any, undecided: str) -> None:
    reading = read(target, data)

    assert reading.source is None
    assert any(undecided in text for text in reading.undecided)


def test_a_policy_that_is_wrong_has_problems() -> None:
    cors = {"AllowOrigins": ["*"], "AllowCredentials": True}
    reading = read("api-gateway-http", cors)

    assert reading.source is None
    assert [problem.code for problem in reading.problems] == ["origin-wildcard-credentials"]


@pytest.mark.parametrize("target", READABLE)
@pytest.mark.parametrize(
    "data", [None, [], "text", {"kind": "Secret"}, {"routes": [{"match": {}}]}]
)
def test_another_kind_of_file_is_refused(target: str, data: Any) -> None:
    with pytest.raises(NotThisKind):
        read(target, data)
