"""Amazon S3: what `aws s3api put-bucket-cors --cors-configuration` takes."""

from cors_wsgi.export.data import Data, as_json
from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File


def write(edge: Edge, title: str) -> dict[str, File]:  # noqa: ARG001 - as all targets have it
    """Write the configuration of a bucket."""
    policy = edge.single
    # S3 answers only requests of a method that is listed, so the safelisted ones are, too.
    methods = dict.fromkeys(["GET", "HEAD", "POST", *policy.policy.allow_methods])
    rule: dict[str, Data] = {
        "AllowedOrigins": ["*"] if policy.any_origin else list(policy.exact),
        "AllowedMethods": list(methods),
    }
    # S3 names the headers that a preflight asks for, where `*` allows them.
    headers = ["*"] if policy.any_header else list(policy.policy.allow_headers)
    if headers:
        rule["AllowedHeaders"] = list(headers)
    if policy.policy.expose_headers:
        rule["ExposeHeaders"] = list(policy.policy.expose_headers)
    rule["MaxAgeSeconds"] = policy.policy.max_age
    where = "aws s3api put-bucket-cors --bucket BUCKET --cors-configuration file://cors.json"
    return {"cors.json": File(as_json({"CORSRules": [rule]}), where)}
