"""Traefik: routers by path, each with a middleware `headers`."""

from cors_wsgi.export.data import Data, as_yaml
from cors_wsgi.export.edge import RESPONSE_HEADERS, Edge, EdgePolicy
from cors_wsgi.export.expression import alternatives
from cors_wsgi.export.files import File, comment
from cors_wsgi.export.raw_paths import AMBIGUOUS_PATH, prefix_expression

_SERVICE = "application"
# Matches no origin: none is empty.
_NOBODY = "^$"
_HIGHEST = 1000000


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the dynamic configuration."""
    routers: dict[str, Data] = {}
    middlewares: dict[str, Data] = {}
    if edge.by_path:
        middlewares["cors-refused"] = _headers({"accessControlAllowOriginListRegex": [_NOBODY]})
        routers["cors-refused"] = _router(AMBIGUOUS_PATH, _HIGHEST, "cors-refused")
    for rule in edge.rules:
        name = f"cors-{rule.name}"
        if rule.policy:
            middlewares[name] = _headers(_cors(rule.policy))
        expression = prefix_expression(rule.prefix)
        priority = len(rule.prefix.encode())
        routers[name] = _router(expression, priority, name if rule.policy else None)
    whole: Data = {"http": {"routers": routers, "middlewares": middlewares}}
    where = f"a dynamic configuration file: define the service {_SERVICE}"
    return {"cors.yaml": File(as_yaml(whole, comment(edge, title)), where)}


def quoted(expression: str) -> str:
    """Write an argument of a rule in backquotes; our expressions have none in paths."""
    return f"`{expression}`"


def _router(expression: str, priority: int, middleware: str | None) -> Data:
    router: dict[str, Data] = {
        "rule": f"PathRegexp({quoted(f'^{expression}$')})",
        "priority": priority,
        "service": _SERVICE,
    }
    if middleware:
        router["middlewares"] = [middleware]
    return router


def _headers(cors: dict[str, Data]) -> Data:
    # An empty value removes what the application sends.
    own: dict[str, Data] = dict.fromkeys(RESPONSE_HEADERS, "")
    return {"headers": {**cors, "customResponseHeaders": own}}


def _cors(policy: EdgePolicy) -> dict[str, Data]:
    cors: dict[str, Data] = {}
    if policy.any_origin:
        cors["accessControlAllowOriginList"] = ["*"]
    elif policy.exact:
        cors["accessControlAllowOriginList"] = list(policy.exact)
    if policy.wider:
        cors["accessControlAllowOriginListRegex"] = [f"^{alternatives(policy.wider)}$"]
    for name, values in (
        ("accessControlAllowMethods", policy.methods),
        ("accessControlAllowHeaders", policy.headers),
        ("accessControlExposeHeaders", policy.policy.expose_headers),
    ):
        if values:
            cors[name] = list(values)
    if policy.policy.allow_credentials:
        cors["accessControlAllowCredentials"] = True
    cors["accessControlMaxAge"] = policy.policy.max_age
    cors["addVaryHeader"] = not policy.any_origin
    return cors
