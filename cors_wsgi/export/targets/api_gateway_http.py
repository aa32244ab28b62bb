"""Amazon API Gateway, HTTP API: what `aws apigatewayv2 update-api --cors-configuration` takes."""

from cors_wsgi.export.data import Data, as_json
from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File


def write(edge: Edge, title: str) -> dict[str, File]:  # noqa: ARG001 - as all targets have it
    """Write the configuration of the whole API."""
    policy = edge.single
    cors: dict[str, Data] = {
        "AllowOrigins": ["*"] if policy.any_origin else list(policy.exact),
        "MaxAge": policy.policy.max_age,
        "AllowCredentials": policy.policy.allow_credentials,
    }
    if policy.methods:
        cors["AllowMethods"] = ["*"] if policy.any_method else list(policy.methods)
    if policy.headers:
        cors["AllowHeaders"] = list(policy.headers)
    if policy.policy.expose_headers:
        cors["ExposeHeaders"] = list(policy.policy.expose_headers)
    where = "aws apigatewayv2 update-api --api-id ID --cors-configuration file://cors.json"
    return {"cors.json": File(as_json(cors), where)}
