"""Caddy: maps decide, `header` adds at once, and `handle` answers preflights.

Headers that are added at once stay when a later handler fails; deferred ones do not. A map
sees several `Origin` lines as one value, joined by commas, where a matcher would look at
each of them.
"""

from collections.abc import Iterable, Iterator

from cors_wsgi.export.edge import AMBIGUOUS, RESPONSE_HEADERS, TOKEN, TOKENS, Edge, EdgePolicy, Rule
from cors_wsgi.export.expression import chunks, literal
from cors_wsgi.export.files import File, comment

_LONGEST = 3000
_ORIGIN = "{http.request.header.Origin}"
_REQUEST_METHOD = "{http.request.header.Access-Control-Request-Method}"
_REQUEST_HEADERS = "{http.request.header.Access-Control-Request-Headers}"
_PREFLIGHT = (
    "method OPTIONS",
    "header Origin *",
    "header Access-Control-Request-Method *",
)

_Row = tuple[str, str]


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the two snippets."""
    body = [
        *_choose_policy(edge),
        *_choose_origin(edge),
        *(line for rule, policy in edge.governed for line in _headers(rule.name, policy)),
        *_answer_preflights(edge),
    ]
    text = "\n".join(
        [
            *(f"# {line}" for line in comment(edge, title)),
            *_block("(cors)", body),
            *_block("(cors_proxy)", _remove_own(edge)),
        ]
    )
    where = (
        "import it at the top of the Caddyfile; `import cors` comes first in route { }, and"
        " `import cors_proxy` in reverse_proxy { }"
    )
    return {"cors.caddy": File(text + "\n", where)}


def quoted(text: str) -> str:
    r"""Write a word in quotes, within which only `\"` is special; ours have no quotes."""
    return f'"{text}"'


def matching(expression: str) -> str:
    """Write the input of a map's row that compares by an expression."""
    return quoted(f"~{expression}")


def _path(rule: Rule) -> str:
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_"
    prefix = rule.prefix if rule.prefix != "/" else ""
    escaped = "".join(c if c in plain else rf"\x{{{ord(c):x}}}" for c in prefix)
    return matching(f"^{escaped}(?:/|$)")


def _block(head: str, body: Iterable[str]) -> list[str]:
    return [f"{head} {{", *(f"\t{line}" for line in body), "}"]


def _map(source: str, target: str, rows: Iterable[_Row], default: str = "no") -> list[str]:
    body = [f"{key} {value}" for key, value in rows]
    return _block(f"map {source} {target}", [*body, f"default {default}"])


def _choose_policy(edge: Edge) -> Iterator[str]:
    """Set the number of the policy that governs the path, decoded once."""
    rows = [(_path(rule), rule.name if rule.policy else "off") for rule in edge.rules]
    yield from _map("{path}", "{cors_path}", rows, "off")
    yield "# Paths that the application may read otherwise: nobody is allowed."
    ambiguous = [(matching(AMBIGUOUS), "yes")] if edge.by_path else []
    yield from _map("{uri}", "{cors_ambiguous}", ambiguous)
    chosen = ((f"no:{rule.name}", rule.name) for rule, _ in edge.governed)
    yield from _map(
        quoted("{cors_ambiguous}:{cors_path}"),
        "{cors_policy}",
        [*chosen, ("no:off", "off")],
        "refused",
    )


def _choose_origin(edge: Edge) -> Iterator[str]:
    """Set the number of the policy that allows the origin.

    A matcher can look at one such variable only: of several, Caddy 2.6 asks for any.
    """
    rows: list[_Row] = []
    for rule, policy in edge.governed:
        if policy.any_origin:
            rows.append((matching(f"^{rule.name} "), rule.name))
        rows += [
            (matching(f"^{rule.name} {expression}$"), rule.name)
            for expression in chunks(policy.expressions, _LONGEST)
        ]
    yield from _map(quoted(f"{{cors_policy}} {_ORIGIN}"), "{cors_allowed}", rows)


def _headers(name: str, policy: EdgePolicy) -> Iterator[str]:
    """Set the headers of one policy."""
    allowed = f"vars {{cors_allowed}} {name}"
    yield from _block(f"@cors_governs_{name}", [f"vars {{cors_policy}} {name}"])
    yield from _block(f"@cors_allowed_{name}", [allowed])
    yield from _block(f"@cors_permits_{name}", [allowed, *_PREFLIGHT])
    if policy.vary:
        yield f"header @cors_governs_{name} +Vary Origin"
    for vary in policy.preflight_vary[len(policy.vary) :]:
        yield f"header @cors_permits_{name} +Vary {vary}"
    origin = quoted("*") if policy.any_origin else _ORIGIN
    yield f"header @cors_allowed_{name} Access-Control-Allow-Origin {origin}"
    for header, value in policy.actual_headers:
        yield f"header @cors_allowed_{name} {header} {quoted(value)}"
    yield f"header @cors_permits_{name} Access-Control-Max-Age {policy.max_age}"
    usual = "|".join(map(literal, policy.methods))
    for header, listed, asked, source, rows in (
        (
            "Methods",
            policy.methods,
            policy.any_method,
            _REQUEST_METHOD,
            [(f"^{name} (?:{usual})$", "no"), (f"^{name} {TOKEN}$", "yes")],
        ),
        (
            "Headers",
            policy.headers,
            policy.any_header,
            _REQUEST_HEADERS,
            [(f"^{name} {TOKENS}$", "yes")],
        ),
    ):
        allow = f"Access-Control-Allow-{header}"
        if listed:
            yield f"header @cors_permits_{name} {allow} {quoted(', '.join(listed))}"
        if asked:
            matcher = f"cors_{header.lower()}_{name}"
            whole = ((matching(expression), result) for expression, result in rows)
            yield from _map(quoted(f"{{cors_allowed}} {source}"), f"{{{matcher}}}", whole)
            yield from _block(f"@{matcher}", [f"vars {{{matcher}}} yes", *_PREFLIGHT])
            yield f"header @{matcher} {allow} {quoted(', '.join([*listed, source]))}"


def _answer_preflights(edge: Edge) -> Iterator[str]:
    for rule, policy in edge.governed:
        if policy.policy.preflight_status != 204:
            governs = f"vars {{cors_policy}} {rule.name}"
            yield from _block(f"@cors_preflight_{rule.name}", [governs, *_PREFLIGHT])
            yield from _block(f"handle @cors_preflight_{rule.name}", ["respond 200"])
    yield from _block("@cors_preflight", ["not vars {cors_policy} off", *_PREFLIGHT])
    yield from _block("handle @cors_preflight", ["respond 204"])
    if edge.has_exempt_paths:
        yield "# Where CORS is off, no header has this name, so none is removed."
        rows = [("off", "No")]
        yield from _map("{cors_policy}", "{cors_own}", rows, "Access-Control")


def _remove_own(edge: Edge) -> Iterator[str]:
    for name in RESPONSE_HEADERS:
        own = name.replace("Access-Control", "{cors_own}") if edge.has_exempt_paths else name
        yield f"header_down -{own}"
