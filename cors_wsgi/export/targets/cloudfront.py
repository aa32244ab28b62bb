"""Amazon CloudFront: what `aws cloudfront create-response-headers-policy` takes."""

from cors_wsgi.export.data import Data, as_json
from cors_wsgi.export.edge import Edge
from cors_wsgi.export.files import File

# CloudFront wants at least one header: a safelisted one opens next to nothing.
SAFELISTED = "Accept"


def write(edge: Edge, title: str) -> dict[str, File]:  # noqa: ARG001 - as all targets have it
    """Write a response headers policy."""
    policy = edge.single
    origins = ["*"] if policy.any_origin else [*policy.exact, *map(str, policy.patterns)]
    methods = ["ALL"] if policy.any_method else list(policy.named_methods)
    cors: dict[str, Data] = {
        "AccessControlAllowOrigins": _items(origins),
        "AccessControlAllowHeaders": _items(policy.headers or (SAFELISTED,)),
        "AccessControlAllowMethods": _items(methods),
        "AccessControlAllowCredentials": policy.policy.allow_credentials,
        "AccessControlMaxAgeSec": policy.policy.max_age,
        "OriginOverride": True,
    }
    if policy.policy.expose_headers:
        cors["AccessControlExposeHeaders"] = _items(policy.policy.expose_headers)
    whole: Data = {
        "Name": f"cors-{edge.digest}",
        "Comment": f"Exported by cors-wsgi from {edge.source}"[:128],
        "CorsConfig": cors,
    }
    where = (
        "aws cloudfront create-response-headers-policy"
        " --response-headers-policy-config file://cors.json"
    )
    return {"cors.json": File(as_json(whole), where)}


def _items(names: "list[str] | tuple[str, ...]") -> Data:
    return {"Quantity": len(names), "Items": list(names)}
