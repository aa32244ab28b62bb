"""nginx: maps in `http`, headers in `server`, and what hides the application's own headers.

An `add_header` whose value is empty adds nothing, so maps decide, and no `if` is needed but
the one that answers preflights. Its `return` runs before authentication. It evaluates the
maps, and nginx remembers what they found for the whole request, error pages included.

Variables are global in nginx, where a later map silently takes the place of an earlier one.
So their names end in digits of the policy's digest, and each server may have a policy of
its own. With all of its digits, nginx would warn that its table of variables is too small.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from cors_wsgi.export.edge import AMBIGUOUS, RESPONSE_HEADERS, TOKEN, TOKENS, Edge
from cors_wsgi.export.expression import chunks, literal
from cors_wsgi.export.files import File, comment, lines

# nginx takes at most 4,096 bytes as one parameter.
_LONGEST = 3000
# A map that fits on a line of this length is written on one.
_SHORT_ROWS, _SHORT_LINE = 2, 96

_ORIGIN = "$http_origin"
_METHOD = "$http_access_control_request_method"
_HEADERS = "$http_access_control_request_headers"

_OUR_VARIABLE = re.compile(r"\$\{?cors_\w+")

_Row = tuple[str, str]


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the three files."""
    head = [f"# {line}" for line in comment(edge, title)]
    headers = dict(_headers(edge))
    maps = *_policy_maps(edge), *_origin_maps(edge), *headers.values(), *_own_maps(edge)
    http = lines(head, *_joined(maps))
    if "${cors_dollar}" in http:
        http = lines([http.rstrip()], ['geo $cors_dollar { default "$"; }'])
    proxy = (f"proxy_hide_header {name};" for name in RESPONSE_HEADERS)
    server = lines(head, _server(edge, headers))
    return {
        "cors-http.conf": File(_named(http, edge), "include it in http { }"),
        "cors-server.conf": File(_named(server, edge), "include it first in server { }"),
        "cors-proxy.conf": File(lines(head, proxy), "include it beside every proxy_pass"),
    }


def _named(text: str, edge: Edge) -> str:
    """Return a text in which the names of our variables are this policy's alone."""
    return _OUR_VARIABLE.sub(rf"\g<0>_{edge.digest[:6]}", text)


def quoted(text: str) -> str:
    r"""Write text as a value: in quotes, with `$`, which nginx cannot escape, as a variable.

    Args:
        text: Visible ASCII and spaces, without `"` and `\`, as lists of tokens are.
    """
    return '"' + text.replace("$", "${cors_dollar}") + '"'


def matching(expression: str) -> str:
    r"""Write the key of a map's row that compares by an expression, by case.

    Within quotes nginx reads `\\`, `\"`, `\n`, `\r` and `\t` itself, so an expression has
    none of them.
    """
    return f'"~{expression}"'


def _path_expression(prefix: str) -> str:
    """Return the expression of the decoded paths below a prefix, compared byte by byte."""
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_"
    escaped = (chr(b) if chr(b) in plain else rf"\x{b:02x}" for b in prefix.encode())
    return rf"^{''.join(escaped)}(?:/|\z)"


def _map(source: str, variable: str, rows: Iterable[_Row], default: str = "") -> list[str]:
    """Write a map; one without a default stands for nothing where no row matches."""
    entries = [f"{key} {value};" for key, value in rows]
    entries = [f"default {default};", *entries] if default else entries
    whole = f"map {source} {variable} {{ {' '.join(entries)} }}"
    if len(entries) <= _SHORT_ROWS and len(whole) <= _SHORT_LINE:
        return [whole]
    return [f"map {source} {variable} {{", *(f"    {entry}" for entry in entries), "}"]


def _joined(maps: Iterable[list[str]]) -> Iterator[list[str]]:
    """Join the maps that are one line each, so that no empty line parts them."""
    for is_short, group in groupby(maps, lambda one: len(one) == 1):
        together = list(group)
        yield from [[one[0] for one in together]] if is_short else together


def _policy_maps(edge: Edge) -> Iterator[list[str]]:
    """Yield which policy governs: its number; nothing where CORS is off."""
    if edge.is_one_for_all:
        return
    rows, default = [], ""
    for rule in edge.rules:
        number = f'"{rule.name}"' if rule.policy else '""'
        if rule.prefix == "/":
            default = number
        else:
            rows.append((matching(_path_expression(rule.prefix)), number))
    yield _map("$uri", "$cors_path", rows, default)
    # Where a target cannot be read at all, nginx has none, and answers 400 itself.
    refused = [('""', '"refused"'), (matching(AMBIGUOUS), '"refused"')]
    yield [
        "# Paths that the application may read otherwise: nobody is allowed.",
        *_map("$request_uri", "$cors_policy", refused, "$cors_path"),
    ]


def _origin_maps(edge: Edge) -> Iterator[list[str]]:
    """Yield which origin is allowed, and whether this is a preflight."""
    allowed = []
    for rule, policy in edge.governed:
        variable = "$cors_origin" if edge.is_one_for_all else f"$cors_origin_{rule.name}"
        allowed.append((f'"{rule.name}"', variable))
        if policy.any_origin:
            yield _map(_ORIGIN, variable, (), '"*"')
            continue
        expressions = chunks(policy.expressions, _LONGEST)
        yield _map(_ORIGIN, variable, ((matching(f"^{e}$"), _ORIGIN) for e in expressions))
    if not edge.is_one_for_all:
        yield _map("$cors_policy", "$cors_origin", allowed)
    number = '"1"' if edge.is_one_for_all else "$cors_policy"
    yield _map("$cors_origin", "$cors_allowed", [('""', '""')], number)
    policy_too = "" if edge.is_one_for_all else "$cors_policy:"
    yield [
        "# A preflight has an Origin and an Access-Control-Request-Method.",
        *_map(
            f'"{policy_too}$request_method:{_METHOD}:{_ORIGIN}"',
            "$cors_preflight",
            (
                (matching(f"^{key}OPTIONS:[^:]+:."), f'"{status}"')
                for key, status in _statuses(edge)
            ),
        ),
    ]
    yield _map('"$cors_preflight:$cors_allowed"', "$cors_permits", [("~^:", '""')], "$cors_allowed")


def _statuses(edge: Edge) -> Iterator[tuple[str, int]]:
    """Yield what preflights are answered with, by the policy that governs them."""
    for rule, policy in edge.governed:
        yield "" if edge.is_one_for_all else f"{rule.name}:", policy.policy.preflight_status
    if edge.by_path:
        yield "refused:", 204


def _headers(edge: Edge) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield which headers are sent, each with its variable, and the maps of that variable."""
    yield ("Access-Control-Allow-Origin", "$cors_origin"), []
    for name, variable in (
        ("Access-Control-Allow-Credentials", "$cors_credentials"),
        ("Access-Control-Expose-Headers", "$cors_expose"),
    ):
        values = ((rule, dict(policy.actual_headers).get(name)) for rule, policy in edge.governed)
        rows = [(f'"{rule.name}"', quoted(value)) for rule, value in values if value]
        if rows:
            yield (name, variable), _map("$cors_allowed", variable, rows)
    for name, variable, rows, maps in (
        ("Access-Control-Allow-Methods", "$cors_methods", *_methods(edge)),
        ("Access-Control-Allow-Headers", "$cors_headers", *_request_headers(edge)),
    ):
        if rows:
            yield (name, variable), [*maps, *_map("$cors_permits", variable, rows)]
    ages = [(f'"{rule.name}"', quoted(policy.max_age)) for rule, policy in edge.governed]
    yield (
        ("Access-Control-Max-Age", "$cors_max_age"),
        _map("$cors_permits", "$cors_max_age", ages),
    )
    rows = list(_vary(edge))
    if edge.is_one_for_all and edge.single.vary == edge.single.preflight_vary:
        if edge.single.vary:
            yield ("Vary", quoted(", ".join(edge.single.vary))), []
    elif rows:
        source = "$cors_preflight" if edge.is_one_for_all else '"$cors_policy:$cors_preflight"'
        yield ("Vary", "$cors_vary"), _map(source, "$cors_vary", rows)


def _methods(edge: Edge) -> tuple[list[_Row], list[str]]:
    """Return what Allow-Methods says by policy, and the maps that need maps of their own."""
    rows, maps = [], []
    for rule, policy in edge.governed:
        listed = ", ".join(policy.methods)
        value = quoted(listed)
        if policy.any_method:
            value = f"$cors_methods_{rule.name}"
            usual = "|".join(map(literal, policy.methods))
            known = (matching(f"^(?:{usual})$"), quoted(listed))
            asked = (matching(f"^{TOKEN}$"), _and(listed, _METHOD))
            maps += _map(_METHOD, value, [known, asked], quoted(listed))
        if listed:
            rows.append((f'"{rule.name}"', value))
    return rows, maps


def _request_headers(edge: Edge) -> tuple[list[_Row], list[str]]:
    """Return the same for Allow-Headers."""
    rows, maps = [], []
    for rule, policy in edge.governed:
        listed = ", ".join(policy.headers)
        value = quoted(listed)
        if policy.any_header:
            value = f"$cors_headers_{rule.name}"
            asked = (matching(f"^{TOKENS}$"), _and(listed, _HEADERS))
            maps += _map(_HEADERS, value, [asked], quoted(listed))
        if listed or policy.any_header:
            rows.append((f'"{rule.name}"', value))
    return rows, maps


def _and(listed: str, variable: str) -> str:
    """Write a list and what was asked for."""
    return f'"{listed}, {variable}"' if listed else variable


def _vary(edge: Edge) -> Iterator[_Row]:
    for rule, policy in edge.governed:
        name = "" if edge.is_one_for_all else f"{rule.name}:"
        status = policy.policy.preflight_status
        if policy.vary:
            yield f'"{name}"', quoted(", ".join(policy.vary))
        if policy.preflight_vary:
            yield f'"{name}{status}"', quoted(", ".join(policy.preflight_vary))


def _own_maps(edge: Edge) -> Iterator[list[str]]:
    """Yield what the application itself sends where CORS is off, since it is hidden everywhere."""
    for name in RESPONSE_HEADERS if edge.has_exempt_paths else ():
        variable = name.lower().replace("-", "_")
        yield _map("$cors_policy", _own(name), [('""', f"$upstream_http_{variable}")])


def _own(name: str) -> str:
    return f"$cors_own_{name.lower().removeprefix('access-control-').replace('-', '_')}"


def _server(edge: Edge, headers: Iterable[_Row]) -> Iterator[str]:
    for name, variable in headers:
        yield f"add_header {name} {variable} always;"
    for name in RESPONSE_HEADERS if edge.has_exempt_paths else ():
        yield f"add_header {name} {_own(name)} always;"
    for status in sorted({status for _, status in _statuses(edge)}):
        answer = "204" if status == 204 else f'{status} ""'
        yield f"if ($cors_preflight = {status}) {{ return {answer}; }}"
