"""AWS Lambda function URL: what `aws lambda update-function-url-config --cors` takes."""

from cors_wsgi.export.data import Data, as_json
from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File


def write(edge: Edge, title: str) -> dict[str, File]:  # noqa: ARG001 - as all targets have it
    """Write the configuration of the function."""
    policy = edge.single
    cors: dict[str, Data] = {
        "AllowOrigins": ["*"] if policy.any_origin else list(policy.exact),
        "AllowMethods": ["*"] if policy.any_method else list(policy.named_methods),
        "MaxAge": policy.policy.max_age,
        "AllowCredentials": policy.policy.allow_credentials,
    }
    if policy.headers:
        cors["AllowHeaders"] = list(policy.headers)
    if policy.policy.expose_headers:
        cors["ExposeHeaders"] = list(policy.policy.expose_headers)
    where = "aws lambda update-function-url-config --function-name NAME --cors file://cors.json"
    return {"cors.json": File(as_json(cors), where)}
