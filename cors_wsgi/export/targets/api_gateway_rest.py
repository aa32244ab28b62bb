"""Amazon API Gateway, REST API: an OpenAPI document whose OPTIONS methods are mocks.

Static values stand in quotes of their own. Where several origins are allowed, the response's
template (in Velocity, with Java's expressions) compares the origin and sets the header.
"""

from cors_wsgi.export.data import Data, as_json
from cors_wsgi.export.edge import Edge, EdgePolicy, Rule
from cors_wsgi.export.files import File, comment

_ORIGIN = "Access-Control-Allow-Origin"


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the document."""
    paths: dict[str, Data] = {}
    for rule, policy in edge.governed:
        for path in _paths(rule):
            paths[path] = {"options": _method(policy, has_proxy=path.endswith("{proxy+}"))}
    document: dict[str, Data] = {
        "openapi": "3.0.1",
        "info": {"title": "cors", "version": "1", "description": " ".join(comment(edge, title))},
        "paths": paths,
    }
    if (origin := _constant_origin(edge)) is not None:
        document["x-amazon-apigateway-gateway-responses"] = _gateway_responses(edge.single, origin)
    where = (
        "merge it into your API (aws apigateway put-rest-api --mode merge --rest-api-id ID --body"
        " fileb://cors.json), and deploy the stage again"
    )
    return {"cors.json": File(as_json(document), where)}


def quoted(text: str) -> str:
    """Write a static value of a mapping."""
    return f"'{text}'"


def _paths(rule: Rule) -> list[str]:
    prefix = rule.prefix.rstrip("/")
    return [prefix or "/", f"{prefix}/{{proxy+}}"]


def _single_origin(policy: EdgePolicy) -> str | None:
    """Return the one value that Allow-Origin can have, if there is but one."""
    if policy.any_origin:
        return "*"
    return policy.exact[0] if len(policy.exact) == 1 and not policy.wider else None


def _constant_origin(edge: Edge) -> str | None:
    """Return the value for the gateway's own errors, which know no conditions and no paths."""
    return _single_origin(edge.single) if [r.prefix for r in edge.rules] == ["/"] else None


def _headers(policy: EdgePolicy) -> dict[str, str]:
    """Return the constant headers of a preflight's response."""
    headers = dict(policy.actual_headers)
    headers.pop("Access-Control-Expose-Headers", None)
    if policy.methods:
        headers["Access-Control-Allow-Methods"] = ", ".join(policy.methods)
    if policy.headers:
        headers["Access-Control-Allow-Headers"] = ", ".join(policy.headers)
    headers["Access-Control-Max-Age"] = policy.max_age
    if policy.vary:
        headers["Vary"] = ", ".join(policy.vary)
    if (origin := _single_origin(policy)) is not None:
        headers[_ORIGIN] = origin
    return headers


def _method(policy: EdgePolicy, *, has_proxy: bool) -> Data:
    status = str(policy.policy.preflight_status)
    headers = _headers(policy)
    declared: dict[str, Data] = {
        name: {"schema": {"type": "string"}} for name in {**headers, _ORIGIN: ""}
    }
    mapped: dict[str, Data] = {
        f"method.response.header.{name}": quoted(value) for name, value in headers.items()
    }
    template = "" if _single_origin(policy) is not None else _template(policy)
    answer: Data = {
        "statusCode": status,
        "responseParameters": mapped,
        "responseTemplates": {"application/json": template},
    }
    integration: Data = {
        "type": "mock",
        # An API with binary media types would not run the templates otherwise.
        "contentHandling": "CONVERT_TO_TEXT",
        "requestTemplates": {"application/json": f'{{"statusCode": {status}}}'},
        "passthroughBehavior": "when_no_match",
        "responses": {"default": answer},
    }
    method: dict[str, Data] = {
        "summary": "CORS preflight",
        "security": [],
        "responses": {status: {"description": "preflight", "headers": declared}},
        "x-amazon-apigateway-integration": integration,
    }
    if has_proxy:
        proxy: Data = {
            "name": "proxy",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
        }
        method["parameters"] = [proxy]
    return method


def _template(policy: EdgePolicy) -> str:
    """Return what sets the header if the origin matches.

    In single quotes Velocity replaces nothing; our expressions have none.
    """
    return "\n".join(
        [
            '#set($origin = $input.params().header.get("Origin"))',
            '#if(!$origin)#set($origin = $input.params().header.get("origin"))#end',
            f"#if($origin && $origin.matches({quoted(policy.expression)}))",
            f"#set($context.responseOverride.header.{_ORIGIN} = $origin)",
            "#end",
        ]
    )


def _gateway_responses(policy: EdgePolicy, origin: str) -> Data:
    values = {_ORIGIN: origin, **dict(policy.actual_headers)}
    parameters: dict[str, Data] = {
        f"gatewayresponse.header.{name}": quoted(value) for name, value in values.items()
    }
    return {kind: {"responseParameters": parameters} for kind in ("DEFAULT_4XX", "DEFAULT_5XX")}
