"""What is exported for Kubernetes, by the schemas of the resources, and Istio's in Envoy.

`data/` has what the schemas say of CORS: of the Gateway API's HTTPRoute (4564255ac) and of
Istio's VirtualService (b8f8791d9).
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from export import servers
from export.backend import running_backend
from export.judging import Judge, differences
from export.policies import PATTERNS, PUBLIC, WRITTEN, random_policies
from jsonschema import Draft202012Validator

from cors_wsgi import PathPolicies, Policy
from cors_wsgi.export import File, export

SCHEMAS = {
    "gateway-api": "httproute-cors.schema.json",
    "istio": "virtualservice-cors.schema.json",
}
CORS = "envoy.filters.http.cors"


def exported(target: str, policy: Policy | PathPolicies) -> dict[str, Any]:
    (file,) = export(target, policy).files.values()
    data: dict[str, Any] = yaml.safe_load(file.text)
    return data


@pytest.mark.parametrize("target", SCHEMAS)
def test_the_schema_takes_it(target: str) -> None:
    schema = Path(__file__).with_name("data") / SCHEMAS[target]
    validator = Draft202012Validator(json.loads(schema.read_text()))
    results = [export(target, p) for p in {**WRITTEN, **random_policies(300, seed=9)}.values()]
    texts = [file.text for result in results for file in result.files.values()]

    assert len(texts) > 10
    for text in texts:
        assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []


def test_a_route_has_a_rule_for_each_path_the_longest_first() -> None:
    policies = PathPolicies({"/api": PUBLIC, "/api/internal": None})
    rules = exported("gateway-api", policies)["spec"]["rules"]

    assert [rule["matches"][0]["path"]["value"] for rule in rules] == ["/api/internal", "/api", "/"]
    assert ["filters" in rule for rule in rules] == [False, True, False]


@pytest.mark.parametrize(
    "name",
    [
        "every origin",
        "subdomains and any port",
        "one origin with credentials",
        "three paths, one public and one exempt",
    ],
)
def test_istio_decides_as_the_policy(name: str, home: Path) -> None:
    service = exported("istio", WRITTEN[name])
    files = {"cors.json": File(json.dumps(as_envoy(service)), "")}
    known = {**servers.JUDGED["envoy"], "preflights_vary": False}
    with (
        running_backend() as backend,
        servers.envoy(files, home, backend.port) as port,
        Judge(port, WRITTEN[name], **known) as judge,
    ):
        assert differences(judge) == []


def as_envoy(service: dict[str, Any]) -> dict[str, Any]:
    """Do what Istio's control plane does of a VirtualService, as far as it matters here."""
    envoy = json.loads(export("envoy", PATTERNS).files["cors.json"].text)
    return {**envoy, "routes": [_route(route) for route in service["spec"]["http"]]}


def _route(route: dict[str, Any]) -> dict[str, Any]:
    uri = route["match"][0]["uri"] if "match" in route else {"prefix": "/"}
    match = {"safe_regex": _large(uri["regex"])} if "regex" in uri else uri
    if "corsPolicy" not in route:
        return {"match": match}
    response = route["headers"]["response"]
    added = [{"header": {"key": k, "value": v}} for k, v in response.get("add", {}).items()]
    return {
        "match": match,
        "response_headers_to_remove": response["remove"],
        "response_headers_to_add": added,
        "typed_per_filter_config": {CORS: _cors(route["corsPolicy"])},
    }


def _large(expression: str) -> dict[str, Any]:
    # Istio's control plane allows large expressions.
    return {"google_re2": {"max_program_size": 10000}, "regex": expression}


def _cors(cors: dict[str, Any]) -> dict[str, Any]:
    kinds = {"exact": lambda text: {"exact": text}, "regex": lambda e: {"safe_regex": _large(e)}}
    origins = [
        kinds[kind](text) for origin in cors["allowOrigins"] for kind, text in origin.items()
    ]
    lists = {
        envoy: ", ".join(cors[istio])
        for envoy, istio in (
            ("allow_methods", "allowMethods"),
            ("allow_headers", "allowHeaders"),
            ("expose_headers", "exposeHeaders"),
        )
        if istio in cors
    }
    return {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": origins,
        **lists,
        "max_age": cors.get("maxAge", "0s").removesuffix("s"),
        "allow_credentials": cors.get("allowCredentials", False),
        "forward_not_matching_preflights": cors["unmatchedPreflights"] == "FORWARD",
    }
