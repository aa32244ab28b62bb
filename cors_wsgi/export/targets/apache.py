"""Apache httpd: variables decide, headers follow them, and a rewrite rule answers preflights.

`SetEnvIfExpr` sets the variables before authentication, in a virtual host and in `.htaccess`,
and again after an internal redirect (to a front controller or an ErrorDocument): what was set
before then has `REDIRECT_` in front of its name. `Header always` reaches Apache's own answers
too. Headers of the application are in one of two tables, so they are removed from both.
"""

from collections.abc import Iterator

from cors_wsgi.export.edge import AMBIGUOUS, RESPONSE_HEADERS, TOKEN, TOKENS, Edge, EdgePolicy, Rule
from cors_wsgi.export.expression import chunks, literal
from cors_wsgi.export.files import File, comment, lines

_LONGEST = 3000

# `req_novary` does not make Apache add a line to `Vary`.
_ORIGIN = "req_novary('Origin')"
_METHOD = "req_novary('Access-Control-Request-Method')"
_HEADERS = "req_novary('Access-Control-Request-Headers')"
_IS_PREFLIGHT = f"%{{REQUEST_METHOD}} == 'OPTIONS' && {_ORIGIN} != '' && {_METHOD} != ''"


def write(edge: Edge, title: str) -> dict[str, File]:
    """Write the file for a virtual host."""
    parts = _head(edge, title), *_body(edge)
    return {"cors.conf": File(lines(*parts), "include it first in the virtual host")}


def write_htaccess(edge: Edge, title: str) -> dict[str, File]:
    """Write the file for the document root."""
    parts = _head(edge, title), _before_authentication(edge), *_body(edge)
    where = "in the document root; the application's own rules follow in the same file"
    return {".htaccess": File(lines(*parts), where)}


def quoted(text: str) -> str:
    r"""Write an argument of a directive, in quotes.

    Within them Apache knows `\"` and `\\`; our expressions write both as `\x22` and `\x5c`.
    """
    return f'"{text}"'


def matches(what: str, expression: str) -> str:
    """Write a comparison by an expression; none of ours has a semicolon."""
    return f"{what} =~ m;{expression};"


def value(text: str) -> str:
    """Write a header's value, in which `%` begins a format specifier."""
    return quoted(text.replace("%", "%%"))


def _path(rule: Rule) -> str:
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_"
    prefix = rule.prefix.encode() if rule.prefix != "/" else b""
    escaped = "".join(chr(b) if chr(b) in plain else rf"\x{b:02x}" for b in prefix)
    # When `SetEnvIfExpr` runs in a virtual host, Apache has not decoded the path yet.
    return matches("unescape(%{REQUEST_URI})", rf"^{escaped}(?:/|\z)")


def _set(variable: str, *conditions: str, to: str = "1") -> str:
    condition = " && ".join(filter(None, conditions)) or "true"
    return f"SetEnvIfExpr {quoted(condition)} {variable}={to}"


def _head(edge: Edge, title: str) -> list[str]:
    return [f"# {line}" for line in comment(edge, title)]


def _body(edge: Edge) -> Iterator[Iterator[str]]:
    if not edge.is_one_for_all:
        yield _choose_policy(edge)
    yield _choose_origin(edge)
    yield _answer_preflights()
    yield _remove_own("" if edge.is_one_for_all else " env=CORS_GOVERNED")
    for rule, policy in edge.governed:
        yield _headers(rule.name, policy)


def _choose_policy(edge: Edge) -> Iterator[str]:
    """Set CORS_POLICY to what governs the path: the last line that matches decides."""
    yield "# The policy that governs the path."
    yield _set("CORS_POLICY", to="off")
    for rule in reversed(edge.rules):
        yield _set("CORS_POLICY", _path(rule), to=rule.name if rule.policy else "off")
    if edge.by_path:
        yield "# Paths that the application may read otherwise: nobody is allowed."
        yield _set("CORS_POLICY", matches("%{THE_REQUEST}", AMBIGUOUS), to="refused")
    yield "# An internal redirect changes the path, not the policy."
    for name in ("off", "refused", *(rule.name for rule, _ in edge.governed)):
        yield _set("CORS_POLICY", f"reqenv('REDIRECT_CORS_POLICY') == '{name}'", to=name)
    yield _set("CORS_GOVERNED", "reqenv('CORS_POLICY') != 'off'")


def _choose_origin(edge: Edge) -> Iterator[str]:
    """Set a variable for each policy if it governs and allows the origin."""
    governed = "" if edge.is_one_for_all else "reqenv('CORS_GOVERNED') == '1'"
    yield _set("CORS_PREFLIGHT", governed, _IS_PREFLIGHT)
    for rule, policy in edge.governed:
        if not edge.is_one_for_all:
            yield f"# {rule.prefix!a}"
        governs = "" if edge.is_one_for_all else f"reqenv('CORS_POLICY') == '{rule.name}'"
        yield _set(f"CORS_GOVERNS_{rule.name}", governs)
        allowed = f"CORS_ALLOWED_{rule.name}"
        if policy.any_origin:
            yield _set(allowed, governs)
        else:
            for expression in chunks(policy.expressions, _LONGEST):
                yield _set(allowed, governs, matches(_ORIGIN, f"^{expression}$"))
        permits = f"reqenv('{allowed}') == '1' && reqenv('CORS_PREFLIGHT') == '1'"
        yield _set(f"CORS_PERMITS_{rule.name}", permits)
        if policy.any_method:
            usual = "|".join(map(literal, policy.methods))
            asked = f"{matches(_METHOD, f'^{TOKEN}$')} && !({matches(_METHOD, f'^(?:{usual})$')})"
            yield _set(f"CORS_METHOD_{rule.name}", permits, asked)
        if policy.any_header:
            asked = matches(_HEADERS, f"^{TOKENS}$")
            yield _set(f"CORS_HEADERS_{rule.name}", permits, asked)


def _answer_preflights() -> Iterator[str]:
    yield "RewriteEngine On"
    yield "RewriteCond %{ENV:CORS_PREFLIGHT} =1"
    yield "RewriteRule ^ - [R=204,L]"


def _before_authentication(edge: Edge) -> Iterator[str]:
    """Let preflights pass: in `.htaccess`, rewrite rules run after authentication."""
    yield "# Preflights carry no credentials, so they must not be asked for any."
    condition = _IS_PREFLIGHT
    if not edge.is_one_for_all:
        governed = " || ".join(f"({_governs(rule, edge)})" for rule, _ in edge.governed)
        condition += f" && ({governed})"
    yield f"<If {quoted(condition)}>"
    yield "    Require all granted"
    yield "</If>"


def _governs(rule: Rule, edge: Edge) -> str:
    """Write the condition that a path is below a prefix, and not below an exempt one in it."""
    inside = f"{rule.prefix.rstrip('/')}/"
    exempt = (r for r in edge.rules if r.policy is None and f"{r.prefix}/".startswith(inside))
    return " && ".join([_path(rule), *(f"!({_path(r)})" for r in exempt)])


def _remove_own(condition: str) -> Iterator[str]:
    for name in RESPONSE_HEADERS:
        for table in ("onsuccess", "always"):
            yield f"Header {table} unset {name}{condition}"


def _headers(name: str, policy: EdgePolicy) -> Iterator[str]:
    """Set the headers of one policy."""
    allowed, permits = f"env=CORS_ALLOWED_{name}", f"env=CORS_PERMITS_{name}"

    def header(header: str, written: str, condition: str) -> str:
        return f"Header always set {header} {written} {condition}"

    origin = quoted("*" if policy.any_origin else "expr=%{req_novary:Origin}")
    yield header("Access-Control-Allow-Origin", origin, allowed)
    for constant, text in policy.actual_headers:
        yield header(constant, value(text), allowed)
    for vary in policy.vary:
        yield f"Header always merge Vary {vary} env=CORS_GOVERNS_{name}"
    for vary in policy.preflight_vary[len(policy.vary) :]:
        yield f"Header always merge Vary {vary} {permits}"
    for listed, asked, target in (
        (policy.methods, policy.any_method, "Method"),
        (policy.headers, policy.any_header, "Headers"),
    ):
        allow = f"Access-Control-Allow-{'Methods' if target == 'Method' else target}"
        if listed:
            yield header(allow, value(", ".join(listed)), permits)
        if asked:
            requested = f"%{{req_novary:Access-Control-Request-{target}}}"
            all_of_them = quoted("expr=" + ", ".join([*listed, requested]))
            yield header(allow, all_of_them, f"env=CORS_{target.upper()}_{name}")
    yield header("Access-Control-Max-Age", policy.max_age, permits)
