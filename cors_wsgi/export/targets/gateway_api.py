"""Kubernetes Gateway API: an HTTPRoute whose rules have the filter `CORS` (GEP-1767)."""

from urllib.parse import quote

from cors_wsgi.export.data import Data, as_yaml
from cors_wsgi.export.edge import Edge, EdgePolicy
from cors_wsgi.export.files import File, comment

# The characters that a path may have as they are.
_PATH = "/-._~!$&'()*+,;=:@"


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the route."""
    rules: list[Data] = []
    for rule in edge.rules:
        match: Data = {"path": {"type": "PathPrefix", "value": quote(rule.prefix, safe=_PATH)}}
        filters: list[Data] = [{"type": "CORS", "cors": _cors(rule.policy)}] if rule.policy else []
        rules.append({"matches": [match], **({"filters": filters} if filters else {})})
    if all(rule.prefix != "/" for rule in edge.rules):
        rules.append({"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]})
    route: Data = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "cors"},
        "spec": {"rules": rules},
    }
    where = "an HTTPRoute: add parentRefs, and backendRefs to each rule"
    return {"cors.yaml": File(as_yaml(route, comment(edge, title)), where)}


def _cors(policy: EdgePolicy) -> dict[str, Data]:
    origins = ["*"] if policy.any_origin else [*policy.exact, *map(str, policy.patterns)]
    cors: dict[str, Data] = {"allowOrigins": list(origins)}
    if policy.methods:
        cors["allowMethods"] = ["*"] if policy.any_method else list(policy.methods)
    if policy.headers:
        cors["allowHeaders"] = list(policy.headers)
    if policy.policy.expose_headers:
        cors["exposeHeaders"] = list(policy.policy.expose_headers)
    if policy.policy.allow_credentials:
        cors["allowCredentials"] = True
    cors["maxAge"] = policy.policy.max_age
    return cors
