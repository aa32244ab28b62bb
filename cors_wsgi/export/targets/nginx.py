"""nginx: maps in `http`, headers in `server`, and what hides the application's own headers.

An `add_header` whose value is empty adds nothing, so maps decide, and no `if` is needed but
the one that answers preflights. Its `return` runs before authentication. It evaluates the
maps, and nginx remembers what they found for the whole request, error pages included.
"""

from collections.abc import Iterable, Iterator

from cors_wsgi.export.edge import AMBIGUOUS, RESPONSE_HEADERS, TOKEN, TOKENS, Edge
from cors_wsgi.export.expression import chunks, literal
from cors_wsgi.export.files import File, comment, lines

# nginx takes at most 4,096 bytes as one parameter.
_LONGEST = 3000

_ORIGIN = "$http_origin"
_METHOD = "$http_access_control_request_method"
_HEADERS = "$http_access_control_request_headers"

_VARIABLES = {
    "Access-Control-Allow-Origin": "$cors_origin",
    "Access-Control-Allow-Credentials": "$cors_credentials",
    "Access-Control-Expose-Headers": "$cors_expose",
    "Access-Control-Allow-Methods": "$cors_methods",
    "Access-Control-Allow-Headers": "$cors_headers",
    "Access-Control-Max-Age": "$cors_max_age",
    "Vary": "$cors_vary",
}

_Row = tuple[str, str]


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the three files."""
    head = [f"# {line}" for line in comment(edge, title)]
    maps = *_policy_maps(edge), *_origin_maps(edge), *_list_maps(edge), *_own_maps(edge)
    http = lines(head, *maps)
    if "${cors_dollar}" in http:
        http = lines([http.rstrip()], ['geo $cors_dollar { default "$"; }'])
    proxy = (f"proxy_hide_header {name};" for name in RESPONSE_HEADERS)
    return {
        "cors-http.conf": File(http, "include it in http { }"),
        "cors-server.conf": File(lines(head, _server(edge)), "include it first in server { }"),
        "cors-proxy.conf": File(lines(head, proxy), "include it beside every proxy_pass"),
    }


def quoted(text: str) -> str:
    r"""Write text as a value: in quotes, with `$`, which nginx cannot escape, as a variable.

    Args:
        text: visible ASCII and spaces, without `"` and `\`, as lists of tokens are.
    """
    return '"' + text.replace("$", "${cors_dollar}") + '"'


def matching(expression: str) -> str:
    r"""Write the key of a map's row that compares by an expression, by case.

    Within quotes nginx reads `\\`, `\"`, `\n`, `\r` and `\t` itself, so an expression has
    none of them.
    """
    return f'"~{expression}"'


def path_expression(prefix: str) -> str:
    """Return the expression of the decoded paths below a prefix, compared byte by byte."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_"
    escaped = (chr(b) if chr(b) in plain else rf"\x{b:02x}" for b in prefix.encode())
    return rf"^{''.join(escaped)}(?:/|\z)"


def _map(source: str, variable: str, rows: Iterable[_Row], default: str = '""') -> list[str]:
    return [
        f"map {source} {variable} {{",
        f"    default {default};",
        *(f"    {key} {value};" for key, value in rows),
        "}",
    ]


def _policy_maps(edge: Edge) -> Iterator[list[str]]:
    """Which policy governs: its number; nothing where CORS is off."""
    rows, default = [], '""'
    for rule in edge.rules:
        number = f'"{rule.name}"' if rule.policy else '""'
        if rule.prefix == "/":
            default = number
        else:
            rows.append((matching(path_expression(rule.prefix)), number))
    if not edge.by_path:
        yield _map("$uri", "$cors_policy", (), default)
        return
    yield _map("$uri", "$cors_path", rows, default)
    # Where a target cannot be read at all, nginx has none, and answers 400 itself.
    refused = [('""', '"refused"'), (matching(AMBIGUOUS), '"refused"')]
    yield [
        "# Paths that the application may read otherwise: nobody is allowed.",
        *_map("$request_uri", "$cors_policy", refused, "$cors_path"),
    ]


def _origin_maps(edge: Edge) -> Iterator[list[str]]:
    """Which origin is allowed, and whether this is a preflight."""
    allowed = []
    for rule, policy in edge.governed:
        if policy.any_origin:
            allowed.append((f'"{rule.name}"', '"*"'))
            continue
        variable = f"$cors_origin_{rule.name}"
        expressions = chunks(policy.expressions, _LONGEST)
        yield _map(_ORIGIN, variable, ((matching(f"^{e}$"), _ORIGIN) for e in expressions))
        allowed.append((f'"{rule.name}"', variable))
    yield _map("$cors_policy", "$cors_origin", allowed)
    yield _map("$cors_origin", "$cors_allowed", [('""', '""')], "$cors_policy")
    status = {rule.name: str(policy.policy.preflight_status) for rule, policy in edge.governed}
    status |= {"refused": "204"} if edge.by_path else {}
    yield [
        "# A preflight has an Origin and an Access-Control-Request-Method.",
        *_map(
            f'"$cors_policy:$request_method:{_METHOD}:{_ORIGIN}"',
            "$cors_preflight",
            (
                (matching(f"^{name}:OPTIONS:[^:]+:."), f'"{value}"')
                for name, value in status.items()
            ),
        ),
    ]
    yield _map('"$cors_preflight:$cors_allowed"', "$cors_permits", [("~^:", '""')], "$cors_allowed")


def _list_maps(edge: Edge) -> Iterator[list[str]]:
    """What the headers say, by the policy that allows the request."""
    governed = [(f'"{rule.name}"', policy) for rule, policy in edge.governed]
    for name, variable in (
        ("Access-Control-Allow-Credentials", "$cors_credentials"),
        ("Access-Control-Expose-Headers", "$cors_expose"),
    ):
        values = ((key, dict(policy.actual_headers).get(name)) for key, policy in governed)
        yield _map(
            "$cors_allowed", variable, ((key, quoted(value)) for key, value in values if value)
        )
    yield from _reflecting(edge)
    ages = ((key, quoted(policy.max_age)) for key, policy in governed)
    yield _map("$cors_permits", "$cors_max_age", ages)
    yield _map('"$cors_policy:$cors_preflight"', "$cors_vary", _vary(edge))


def _reflecting(edge: Edge) -> Iterator[list[str]]:
    methods, headers = [], []
    for rule, policy in edge.governed:
        listed = ", ".join(policy.methods)
        if policy.any_method:
            variable = f"$cors_methods_{rule.name}"
            usual = "|".join(map(literal, policy.methods))
            known = (matching(f"^(?:{usual})$"), quoted(listed))
            asked = (matching(f"^{TOKEN}$"), _and(listed, _METHOD))
            yield _map(_METHOD, variable, [known, asked], quoted(listed))
            methods.append((f'"{rule.name}"', variable))
        elif listed:
            methods.append((f'"{rule.name}"', quoted(listed)))
        listed = ", ".join(policy.headers)
        if policy.any_header:
            variable = f"$cors_headers_{rule.name}"
            asked = (matching(f"^{TOKENS}$"), _and(listed, _HEADERS))
            yield _map(_HEADERS, variable, [asked], quoted(listed))
            headers.append((f'"{rule.name}"', variable))
        elif listed:
            headers.append((f'"{rule.name}"', quoted(listed)))
    yield _map("$cors_permits", "$cors_methods", methods)
    yield _map("$cors_permits", "$cors_headers", headers)


def _and(listed: str, variable: str) -> str:
    """Write a list and what was asked for."""
    return f'"{listed}, {variable}"' if listed else variable


def _vary(edge: Edge) -> Iterator[_Row]:
    for rule, policy in edge.governed:
        status = policy.policy.preflight_status
        if policy.vary:
            yield f'"{rule.name}:"', quoted(", ".join(policy.vary))
        if policy.preflight_vary:
            yield f'"{rule.name}:{status}"', quoted(", ".join(policy.preflight_vary))


def _own_maps(edge: Edge) -> Iterator[list[str]]:
    """What the application itself sends where CORS is off, since it is hidden everywhere."""
    for name in RESPONSE_HEADERS if edge.has_exempt_paths else ():
        variable = name.lower().replace("-", "_")
        yield _map("$cors_policy", _own(name), [('""', f"$upstream_http_{variable}")])


def _own(name: str) -> str:
    return f"$cors_own_{name.lower().removeprefix('access-control-').replace('-', '_')}"


def _server(edge: Edge) -> Iterator[str]:
    for name, variable in _VARIABLES.items():
        yield f"add_header {name} {variable} always;"
    for name in RESPONSE_HEADERS if edge.has_exempt_paths else ():
        yield f"add_header {name} {_own(name)} always;"
    statuses = {policy.policy.preflight_status for _, policy in edge.governed}
    for status in sorted(statuses | ({204} if edge.by_path else set())):
        answer = "204" if status == 204 else f'{status} ""'
        yield f"if ($cors_preflight = {status}) {{ return {answer}; }}"
