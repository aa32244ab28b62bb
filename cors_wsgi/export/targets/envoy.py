"""Envoy: the filter `cors` by route, and `header_mutation`, which adds `Vary`.

The filter `cors` sends no `Vary` (envoyproxy/envoy#35873). The application's headers are
removed by the route, before the filter adds its own. Paths are compared as they arrive.
"""

from cors_wsgi.export.data import Data, as_json
from cors_wsgi.export.edge import RESPONSE_HEADERS, Edge, EdgePolicy
from cors_wsgi.export.files import File, comment
from cors_wsgi.export.raw_paths import AMBIGUOUS_PATH, prefix_expression

_TYPES = "type.googleapis.com/envoy.extensions.filters.http"
CORS = "envoy.filters.http.cors"
_MUTATION = "envoy.filters.http.header_mutation"
# No origin is this text, so everybody who asks is refused.
NOBODY = "-"
# Our expressions of fewer characters have less than 100 states.
_LARGE = 120
_MOST_STATES = 100000


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write one object with the parts of a listener's configuration."""
    routes: list[Data] = []
    if edge.by_path:
        routes.append(_route(_matching(AMBIGUOUS_PATH), [{"exact": NOBODY}], None))
    for rule in edge.rules:
        match = _matching(prefix_expression(rule.prefix)) if rule.prefix != "/" else _EVERYTHING
        if rule.policy:
            routes.append(_route(match, _origins(rule.policy), rule.policy))
        else:
            routes.append({"match": match})
    if all(rule.prefix != "/" for rule in edge.rules):
        routes.append({"match": _EVERYTHING})
    whole: Data = {
        "comment": " ".join(comment(edge, title)),
        "http_filters": [
            {"name": _MUTATION, "typed_config": _typed("header_mutation.v3.HeaderMutation")},
            {"name": CORS, "typed_config": _typed("cors.v3.Cors")},
        ],
        "routes": routes,
    }
    where = (
        "http_filters comes before the router in http_connection_manager; routes come first in"
        " the virtual host, each with an action"
    )
    return {"cors.json": File(as_json(whole), where)}


_EVERYTHING: Data = {"prefix": "/"}


def _matching(expression: str) -> dict[str, Data]:
    # Unless told otherwise, Envoy takes programs of at most 100 states.
    large = len(expression) > _LARGE or "{" in expression
    size: dict[str, Data] = {"google_re2": {"max_program_size": _MOST_STATES}} if large else {}
    return {"safe_regex": {**size, "regex": expression}}


def _typed(name: str, **fields: Data) -> dict[str, Data]:
    return {"@type": f"{_TYPES}.{name}", **fields}


def _origins(policy: EdgePolicy) -> list[Data]:
    if policy.any_origin:
        return [{"exact": "*"}]
    exact: list[Data] = [{"exact": origin} for origin in policy.exact]
    return exact + [_matching(expression) for expression in policy.wider]


def _route(match: Data, origins: list[Data], policy: EdgePolicy | None) -> Data:
    removed: list[Data] = [name.lower() for name in RESPONSE_HEADERS]
    header: Data = {"key": "vary", "value": "Origin"}
    vary: Data = {"append": {"header": header, "append_action": "APPEND_IF_EXISTS_OR_ADD"}}
    per_filter: dict[str, Data] = {
        CORS: _typed("cors.v3.CorsPolicy", **_cors_policy(origins, policy)),
        _MUTATION: _typed(
            "header_mutation.v3.HeaderMutationPerRoute",
            mutations={"response_mutations": [vary]},
        ),
    }
    return {
        "match": match,
        "typed_per_filter_config": per_filter,
        "response_headers_to_remove": removed,
    }


def _cors_policy(origins: list[Data], policy: EdgePolicy | None) -> dict[str, Data]:
    fields: dict[str, Data] = {
        "allow_origin_string_match": origins,
        "forward_not_matching_preflights": False,
    }
    if policy is None:
        return fields
    for name, values in (
        ("allow_methods", policy.methods),
        ("allow_headers", policy.headers),
        ("expose_headers", policy.policy.expose_headers),
    ):
        if values:
            fields[name] = ", ".join(values)
    fields["max_age"] = policy.max_age
    if policy.policy.allow_credentials:
        fields["allow_credentials"] = True
    return fields
