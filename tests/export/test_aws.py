"""What is exported for AWS, by AWS's own validator, and by what it is known not to check."""

import json
import re
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from export.policies import APP, ONE_ORIGIN, PATTERNS, PUBLIC, WRITTEN, random_policies

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.export import export

# The parameter that takes the file, by target.
SHAPES = {
    "api-gateway-http": ("apigatewayv2", "Cors"),
    "cloudfront": ("cloudfront", "ResponseHeadersPolicyConfig"),
    "lambda-url": ("lambda", "Cors"),
    "s3": ("s3", "CORSConfiguration"),
}
SAYABLE = Policy(
    allow_origins=[APP],
    allow_methods=["PUT", "DELETE"],
    allow_headers=["Authorization"],
    allow_credentials=True,
    expose_headers=["ETag"],
)


def exported(target: str, policy: Policy | PathPolicies) -> dict[str, Any]:
    (file,) = export(target, policy).files.values()
    data: dict[str, Any] = json.loads(file.text)
    return data


@pytest.mark.parametrize("target", SHAPES)
def test_the_service_takes_it(target: str) -> None:
    service, shape = SHAPES[target]
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    policies = {"sayable": SAYABLE, **WRITTEN, **random_policies(100, seed=5)}
    results = [export(target, policy) for policy in policies.values()]
    texts = [file.text for result in results for file in result.files.values()]

    assert len(texts) > 5
    for text in texts:
        report = ParamValidator().validate(json.loads(text), model.shape_for(shape))
        assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize(
    ("target", "data"),
    [
        pytest.param(
            "api-gateway-http",
            {
                "AllowOrigins": [APP],
                "MaxAge": 600,
                "AllowCredentials": True,
                "AllowMethods": ["PUT", "DELETE"],
                "AllowHeaders": ["Authorization"],
                "ExposeHeaders": ["ETag"],
            },
            id="an HTTP API",
        ),
        pytest.param(
            "s3",
            {
                "CORSRules": [
                    {
                        "AllowedOrigins": [APP],
                        "AllowedMethods": ["GET", "HEAD", "POST", "PUT", "DELETE"],
                        "AllowedHeaders": ["Authorization"],
                        "ExposeHeaders": ["ETag"],
                        "MaxAgeSeconds": 600,
                    }
                ]
            },
            id="a bucket",
        ),
    ],
)
def test_it_is_what_the_command_line_takes(target: str, data: dict[str, Any]) -> None:
    assert exported(target, SAYABLE) == data


@pytest.mark.parametrize(
    ("target", "policy"),
    [
        pytest.param("api-gateway-http", PATTERNS, id="a wildcard, which fails when deployed"),
        pytest.param(
            "cloudfront", SAYABLE.replace(allow_methods=["PURGE"]), id="a method without an enum"
        ),
        pytest.param("lambda-url", SAYABLE.replace(max_age=99999999), id="a max-age too large"),
        pytest.param("cloudfront", SAYABLE.replace(allow_headers="*"), id="'*' and credentials"),
    ],
)
def test_what_the_validator_lets_pass_is_an_error(target: str, policy: Policy) -> None:
    assert export(target, policy).errors


def test_a_rest_api_answers_preflights_by_itself() -> None:
    document = exported("api-gateway-rest", ONE_ORIGIN)

    assert set(document["paths"]) == {"/api", "/api/{proxy+}"}
    method = document["paths"]["/api/{proxy+}"]["options"]
    assert method["security"] == []
    answer = method["x-amazon-apigateway-integration"]["responses"]["default"]
    assert answer["statusCode"] == "204"
    assert answer["responseParameters"] == {
        "method.response.header.Access-Control-Allow-Origin": f"'{APP}'",
        "method.response.header.Access-Control-Allow-Credentials": "'true'",
        "method.response.header.Access-Control-Allow-Methods": "'PUT, DELETE, PATCH'",
        "method.response.header.Access-Control-Allow-Headers": (
            "'Content-Type, Authorization, X-Requested-With'"
        ),
        "method.response.header.Access-Control-Max-Age": "'600'",
        "method.response.header.Vary": "'Origin'",
    }
    # What knows no path cannot be right for one only.
    assert "x-amazon-apigateway-gateway-responses" not in document


def test_a_rest_api_with_one_policy_has_headers_on_its_own_errors() -> None:
    responses = exported("api-gateway-rest", PUBLIC)["x-amazon-apigateway-gateway-responses"]

    assert set(responses) == {"DEFAULT_4XX", "DEFAULT_5XX"}
    parameters = responses["DEFAULT_4XX"]["responseParameters"]
    assert parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"


def test_several_origins_are_compared_in_the_template() -> None:
    document = exported("api-gateway-rest", PATTERNS)
    integration = document["paths"]["/"]["options"]["x-amazon-apigateway-integration"]
    template = integration["responses"]["default"]["responseTemplates"]["application/json"]
    (expression,) = re.findall(r"\$origin\.matches\('([^']*)'\)", template)

    for origin in (
        "https://partner.example.org",
        "https://a.b.example.com",
        "http://localhost:3000",
        "https://evil.example",
        "https://example.com",
        "https://evil.example/.example.com",
    ):
        assert (re.fullmatch(expression, origin) is not None) == PATTERNS.allows_origin(origin)
    assert "x-amazon-apigateway-gateway-responses" not in document
