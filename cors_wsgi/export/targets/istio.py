"""Istio: a VirtualService, whose `corsPolicy` becomes Envoy's filter `cors`."""

from cors_wsgi.export.data import Data, as_yaml
from cors_wsgi.export.edge import RESPONSE_HEADERS, Edge, EdgePolicy
from cors_wsgi.export.files import File, comment
from cors_wsgi.export.raw_paths import AMBIGUOUS_PATH, prefix_expression

# No origin is this text, so everybody who asks is refused.
NOBODY = "-"


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the service."""
    routes: list[Data] = []
    if edge.by_path:
        refused: Data = {"allowOrigins": [{"exact": NOBODY}], "unmatchedPreflights": "IGNORE"}
        routes.append({"match": [_matching(AMBIGUOUS_PATH)], **_governed(refused, vary=False)})
    for rule in edge.rules:
        everything = rule.prefix == "/"
        match: dict[str, Data] = (
            {} if everything else {"match": [_matching(prefix_expression(rule.prefix))]}
        )
        policy = _governed(_cors(rule.policy), vary=True) if rule.policy else {}
        routes.append({**match, **policy})
    if all(rule.prefix != "/" for rule in edge.rules):
        routes.append({"match": [{"uri": {"prefix": "/"}}]})
    service: Data = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "cors"},
        "spec": {"hosts": ["*"], "http": routes},
    }
    where = "a VirtualService: set its hosts and gateways, and add a route to each entry of http"
    return {"cors.yaml": File(as_yaml(service, comment(edge, title)), where)}


def _matching(expression: str) -> Data:
    return {"uri": {"regex": expression}}


def _governed(cors: Data, *, vary: bool) -> dict[str, Data]:
    response: dict[str, Data] = {"remove": [name.lower() for name in RESPONSE_HEADERS]}
    if vary:
        response["add"] = {"vary": "Origin"}
    return {"corsPolicy": cors, "headers": {"response": response}}


def _cors(policy: EdgePolicy) -> dict[str, Data]:
    origins: list[Data] = [{"exact": origin} for origin in policy.exact]
    origins += [{"regex": expression} for expression in policy.wider]
    cors: dict[str, Data] = {
        "allowOrigins": [{"exact": "*"}] if policy.any_origin else origins,
        "unmatchedPreflights": "IGNORE",
    }
    for name, values in (
        ("allowMethods", policy.methods),
        ("allowHeaders", policy.headers),
        ("exposeHeaders", policy.policy.expose_headers),
    ):
        if values:
            cors[name] = list(values)
    cors["maxAge"] = f"{policy.max_age}s"
    if policy.policy.allow_credentials:
        cors["allowCredentials"] = True
    return cors
