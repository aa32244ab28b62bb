"""What is exported for AWS, in a template, by the linter of CloudFormation.

Its schemas have the services' own lists of methods, which botocore's do not. It takes seconds,
so that everything is in one template.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from doctor.converging.pasting import printed
from export.policies import APP
from export.test_aws import exported

from cors_wsgi import Policy
from cors_wsgi.export import CAPABILITIES, export


def http_api(data: dict[str, Any]) -> dict[str, Any]:
    properties = {"Name": "api", "ProtocolType": "HTTP", "CorsConfiguration": data}
    return {"Type": "AWS::ApiGatewayV2::Api", "Properties": properties}


def rest_api(data: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": data}}


def headers_policy(data: dict[str, Any]) -> dict[str, Any]:
    """Templates have the lists without what counts their items."""
    cors = {
        name: {"Items": value["Items"]} if isinstance(value, dict) else value
        for name, value in data["CorsConfig"].items()
    }
    properties = {"ResponseHeadersPolicyConfig": {**data, "CorsConfig": cors}}
    return {"Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": properties}


def function_url(data: dict[str, Any]) -> dict[str, Any]:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:one"
    properties = {"TargetFunctionArn": arn, "AuthType": "NONE", "Cors": data}
    return {"Type": "AWS::Lambda::Url", "Properties": properties}


def bucket(data: dict[str, Any]) -> dict[str, Any]:
    """Templates have other names for some fields."""
    renamed = {"MaxAgeSeconds": "MaxAge", "ExposeHeaders": "ExposedHeaders"}
    rules = [
        {renamed.get(name, name): value for name, value in rule.items()}
        for rule in data["CORSRules"]
    ]
    return {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": {"CorsRules": rules}}}


RESOURCES = {
    "api-gateway-http": http_api,
    "api-gateway-rest": rest_api,
    "cloudfront": headers_policy,
    "lambda-url": function_url,
    "s3": bucket,
}
# What each target claims to take: all of its methods, and lists of everything.
LARGEST = {
    target: Policy(
        allow_origins=[APP, "https://admin.example.com"],
        allow_methods=sorted(CAPABILITIES[target].methods or {"PUT", "PROPFIND"}),
        allow_headers=["Authorization", "Content-Type"],
        allow_credentials=True,
        expose_headers=["ETag"],
        max_age=86400,
    )
    for target in RESOURCES
}
# One method more than the service takes; those that the linter knows nothing of are our own tests.
ANOTHER_METHOD = {"cloudfront": "PURGE", "lambda-url": "OPTIONS", "s3": "PATCH"}


def with_method(data: Any, method: str) -> Any:
    """Put a method in the place of PUT."""
    return json.loads(json.dumps(data).replace('"PUT"', json.dumps(method)))


def name_of(target: str) -> str:
    """A resource's name: letters and digits."""
    return target.title().replace("-", "")


class Template(yaml.SafeLoader):
    """YAML with what CloudFormation adds to it."""


Template.add_constructor("!Ref", lambda loader, node: {"Ref": loader.construct_scalar(node)})


def printed_by_the_command() -> dict[str, Any]:
    """The resources of the fixes that are printed as parts of a template."""
    route: dict[str, Any] = yaml.load(printed("preflight-auth", "api-gateway-http"), Template)
    behavior = yaml.safe_load(printed("preflight-405", "cloudfront"))["DefaultCacheBehavior"]
    behavior |= {"TargetOriginId": "api", "ViewerProtocolPolicy": "redirect-to-https"}
    origin = {"Id": "api", "DomainName": "api.example", "CustomOriginConfig": HTTPS}
    config = {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": behavior}
    properties = {"Name": "api", "ProtocolType": "HTTP"}
    return {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": properties},
        **route,
        "Distribution": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": config},
        },
    }


HTTPS = {"OriginProtocolPolicy": "https-only"}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the linter says, by the resource that it is about."""
    resources = {}
    for target, made in RESOURCES.items():
        data = exported(target, LARGEST[target])
        resources[name_of(target)] = made(data)
        if target in ANOTHER_METHOD:
            wrong = with_method(data, ANOTHER_METHOD[target])
            resources[f"{name_of(target)}Wrong"] = made(wrong)
    resources |= printed_by_the_command()
    template = tmp_path_factory.mktemp("cloud") / "template.json"
    template.write_text(json.dumps({"Resources": resources}))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", str(template)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.stderr == ""
    found: dict[str, list[str]] = {}
    for one in json.loads(ran.stdout):
        found.setdefault(one["Location"]["Path"][1], []).append(one["Message"])
    return found


@pytest.mark.parametrize("target", RESOURCES)
def test_the_linter_takes_the_most_that_a_target_says(
    refused: dict[str, list[str]], target: str
) -> None:
    assert refused.get(name_of(target), []) == []


@pytest.mark.parametrize("name", ["Preflight", "Distribution"])
def test_the_linter_takes_what_a_fix_puts_into_a_template(
    refused: dict[str, list[str]], name: str
) -> None:
    assert refused.get(name, []) == []


@pytest.mark.parametrize("target", ANOTHER_METHOD)
def test_one_method_more_is_refused_by_the_linter_and_by_us(
    refused: dict[str, list[str]], target: str
) -> None:
    method = ANOTHER_METHOD[target]
    assert any(f"'{method}' is not one of" in said for said in refused[f"{name_of(target)}Wrong"])

    policy = LARGEST[target].replace(allow_methods=[method])
    assert {one.code for one in export(target, policy).errors} == {"method-unknown"}
