"""Asks a server what browsers and strangers ask, and compares it with the policy.

The browser model decides what a page gets to see; the policy says what it should see.
"""

import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote

from export.misbehaviour import CRASH, MARK, OWN, OWN_500, STATUSES, VARY

from cors_wsgi import PathPolicies, Policy, Request
from cors_wsgi.browser import (
    Browser,
    HTTPRequest,
    HTTPResponse,
    NoAnswer,
    fetch,
    fetch_request,
    run,
)

Source = Policy | PathPolicies

NEAR_MISSES = (
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com.evil.example",
    "https://evilexample.com",
    "https://example.com",
    "https://app.example.com:8444",
    "https://appXexample.com",
    "http://localhost.evil.example",
    "http://localhost:99999",
    "http://localhost:080",
    "null",
)
#: No browser sends these; a proxy may be talked into taking them for an allowed one.
HOSTILE = (
    "https://app.example.com,https://evil.example",
    "https://evil.example,https://app.example.com",
    "https://evil.example/.example.com",
    "https://evil.example?.example.com",
    "https://evil.example#.example.com",
    "https://evil.example\\.example.com",
    "https://evil@app.example.com",
    "https://app.example.com.",
    "https://.example.com",
    "https://a..example.com",
    "HTTPS://APP.EXAMPLE.COM",
    "https://app.example.com/",
    "https://*.example.com",
    "*",
)
AMBIGUOUS = (
    "{0}//ok",
    "{0}/./ok",
    "{0}/..{0}/ok",
    "{0}/%2e%2e{0}/ok",
    "{0}/%2E/ok",
    "{0}%2fok",
    "{0}/%252e%252e/ok",
    "{0}/a%5cok",
)


@dataclass
class Judge:
    """Asks one server, and collects where it differs from the policy.

    Attributes:
        port: Where it listens.
        source: The policy.
        reflects_star: Whether the origin may come in the place of `*`.
        preflights_vary: Whether `Vary` must be on preflights, too.
        crash_status: The status of an answer to an application that crashes.
        differences: What was found.
    """

    port: int
    source: Source
    reflects_star: bool = False
    crash_status: int = 502
    preflights_vary: bool = True
    refuses_ambiguous: bool = True
    differences: list[str] = field(default_factory=list)
    requests: int = 0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def ask(
        self, method: str, target: str, headers: dict[str, str] | list[tuple[str, str]]
    ) -> HTTPResponse:
        """Send one request as it is."""
        self.requests += 1
        for attempt in (1, 2):
            try:
                self.connection.putrequest(method, target, skip_accept_encoding=True)
                for name, value in headers.items() if isinstance(headers, dict) else headers:
                    self.connection.putheader(name, value.encode("latin-1"))
                self.connection.endheaders()
                response = self.connection.getresponse()
                body = response.read()
                return HTTPResponse(response.status, tuple(response.getheaders()), body)
            except (ConnectionError, http.client.HTTPException):
                # The server closed a connection that was kept alive.
                self.connection.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def send(self, request: HTTPRequest) -> HTTPResponse | NoAnswer:
        """Carry the browser model's requests."""
        target = "/" + request.url.split("/", 3)[3]
        body = [("Content-Length", str(len(request.body)))] if request.body else []
        assert not body
        return self.ask(request.method, target, list(request.headers))

    def differs(self, text: str) -> None:
        self.differences.append(text)


def policy_at(source: Source, path: str) -> Policy | None:
    """Return what governs a decoded path."""
    if isinstance(source, Policy):
        return source
    return source.policy_for({"PATH_INFO": path.encode().decode("latin-1")})


def differences(judge: Judge) -> list[str]:
    """Ask all there is to ask; return where the server differs from the policy."""
    for path in places(judge.source):
        policy = policy_at(judge.source, path)
        target = quote(path, safe="/")
        if policy is None:
            _judge_exempt(judge, target)
            continue
        _judge_fetches(judge, policy, target)
        _judge_statuses(judge, policy, target)
        _judge_hostile(judge, policy, target)
        _judge_caching(judge, policy, target)
    if isinstance(judge.source, PathPolicies) and judge.refuses_ambiguous:
        _judge_ambiguous(judge)
        _judge_encoded(judge)
    return judge.differences


def places(source: Source) -> list[str]:
    """Return a path below each prefix, one beside it, and one below none."""
    if isinstance(source, Policy):
        return ["/any/thing"]
    below = [f"{prefix.rstrip('/')}/ok" for prefix in source.policies]
    beside = [f"{prefix}x/ok" for prefix in source.policies if prefix != "/"]
    exact = [prefix for prefix in source.policies if prefix != "/"][:1]
    return [*below, *beside[:2], *exact, "/elsewhere"]


def allowed_origins(policy: Policy) -> Iterator[str]:
    """Return some origins that a policy allows."""
    if policy.origins.any:
        yield "https://anybody.example"
    yield from sorted(policy.origins.exact)[:3]
    for pattern in policy.origins.patterns:
        host = f"a.b-c.{pattern.host}" if pattern.subdomains else pattern.host
        host = host.replace("*", "x1-y")
        port = ":4321" if pattern.port == "*" else pattern.port and f":{pattern.port}"
        yield f"{pattern.scheme}://{host}{port}"
    candidates = (
        "https://pr-12.preview.example.com",
        "https://web-12ab.example.com:8443",
        "https://v12.example.com",
    )
    yield from (o for o in candidates if policy.origins.regexes and policy.allows_origin(o))


def _judge_fetches(judge: Judge, policy: Policy, target: str) -> None:
    methods = [*dict.fromkeys([*policy.allow_methods, "GET", "POST", "PUT", "PROPFIND"])]
    methods = ["PUT" if method == "*" else method for method in methods]
    names = ["X-Stranger" if n == "*" else n for n in policy.allow_headers] or ["X-Stranger"]
    good = list(dict.fromkeys(allowed_origins(policy)))
    for origin in good:
        for credentials in (True, False):
            _fetch(judge, policy, target, origin, "GET", (), credentials=credentials)
        _fetch(judge, policy, target, origin, methods[0], names)
    for method in methods:
        _fetch(judge, policy, target, good[0], method, ())
    for header in [*names, "Authorization", "X-Stranger", "X-Request-Id"]:
        _fetch(judge, policy, target, good[0], "GET", [header])
    for origin in NEAR_MISSES:
        _fetch(judge, policy, target, origin, "GET", ())
        _fetch(judge, policy, target, origin, methods[0], names)


def _fetch(  # noqa: PLR0917 - what a page asks for
    judge: Judge,
    policy: Policy,
    target: str,
    origin: str,
    method: str,
    headers: list[str] | tuple[str, ...],
    *,
    credentials: bool = True,
) -> None:
    credentials = credentials and policy.allow_credentials
    try:
        request = fetch_request(
            origin,
            f"http://127.0.0.1:{judge.port}{target}",
            method=method,
            headers=[(name, "1") for name in headers],
            credentials="include" if credentials else "omit",
        )
    except ValueError:
        return _raw_refusal(judge, policy, target, origin)
    outcome = run(fetch(request, Browser(), now=0.0), judge.send)
    should = _should_share(policy, origin, request.method, headers, credentials=credentials)
    what = f"{request.method} {target} from {origin} with {headers}, {credentials=}"
    if outcome.shared != should:
        return judge.differs(f"{what}: shared is {outcome.shared}: {outcome}")
    if should and (outcome.status, MARK) != (200, MARK):
        return judge.differs(f"{what}: status is {outcome.status}")
    if should:
        exposed = {name.lower() for name in policy.expose_headers}
        if ("x-request-id" in outcome.headers) != (bool({"x-request-id", "*"} & exposed)):
            judge.differs(f"{what}: exposed are {sorted(outcome.headers)}")
    return None


def _should_share(
    policy: Policy, origin: str, method: str, headers: object, *, credentials: bool
) -> bool:
    names = ",".join(sorted(str(name).lower() for name in headers))  # type: ignore[attr-defined]
    decided = [policy.explain(Request(origin, method))]
    if method not in ("GET", "HEAD", "POST") or names:
        decided.append(policy.explain(Request.preflight(origin, method, names or None)))
    if credentials and not policy.allow_credentials:
        return False
    return all(decision.allowed for decision in decided)


def _raw_refusal(judge: Judge, policy: Policy, target: str, origin: str) -> None:
    for method, asked in (("GET", {}), ("OPTIONS", {"Access-Control-Request-Method": "PUT"})):
        response = judge.ask(method, target, {"Origin": origin, **asked})
        given = _values(response, "access-control-allow-origin")
        allowed = ["*"] if policy.origins.any and not judge.reflects_star else [origin]
        if given != (allowed if policy.allows_origin(origin) else []):
            judge.differs(f"{method} {target} from {origin!r}: Allow-Origin is {given}")


def _judge_statuses(judge: Judge, policy: Policy, target: str) -> None:
    origin = next(allowed_origins(policy))
    for place in (*STATUSES, CRASH, OWN, OWN_500, VARY):
        for asking in (origin, "https://evil.example"):
            allowed = policy.allows_origin(asking)
            response = judge.ask("GET", f"{target.rstrip('/')}/{place}", {"Origin": asking})
            expected = {CRASH: judge.crash_status, OWN_500: 500}.get(
                place, int(place) if place.isdigit() else 200
            )
            what = f"GET {target}/{place} from {asking}"
            if response.status != expected:
                judge.differs(f"{what}: status is {response.status}")
            own = "*" if policy.origins.any and not judge.reflects_star else asking
            if _values(response, "access-control-allow-origin") != ([own] if allowed else []):
                judge.differs(f"{what}: {_cors(response)}")
            others = [name for name, _ in _cors(response)]
            if len(others) != len(set(others)) or (not allowed and others):
                judge.differs(f"{what}: {_cors(response)}")
            if "TRACE" in str(_cors(response)) or "X-Inner" in str(_cors(response)):
                judge.differs(f"{what}: the application's own headers: {_cors(response)}")
            if place == VARY and not {"accept-encoding", "cookie"} <= _vary(response):
                judge.differs(f"{what}: lost the application's Vary")


def _judge_hostile(judge: Judge, policy: Policy, target: str) -> None:
    for origin in HOSTILE:
        _raw_refusal(judge, policy, target, origin)
    if not policy.origins.any:
        pair = [("Origin", next(allowed_origins(policy))), ("Origin", "https://evil.example")]
        for headers in (pair, pair[::-1]):
            response = judge.ask("GET", target, headers)
            given = _values(response, "access-control-allow-origin")
            if "https://evil.example" in str(given):
                judge.differs(f"two Origins on {target}: {given}")


def _judge_caching(judge: Judge, policy: Policy, target: str) -> None:
    constant = policy.origins.any and not judge.reflects_star
    good = next(allowed_origins(policy))
    for origin in (None, good, "https://evil.example"):
        headers = {} if origin is None else {"Origin": origin}
        response = judge.ask("GET", target, headers)
        if not constant and "origin" not in _vary(response):
            judge.differs(f"GET {target} from {origin}: no Vary: Origin")
        if origin is None:
            continue
        headers |= {"Access-Control-Request-Method": "PUT"}
        response = judge.ask("OPTIONS", target, headers)
        if judge.preflights_vary and not constant and "origin" not in _vary(response):
            judge.differs(f"preflight {target} from {origin}: no Vary: Origin")
        if MARK[0].lower() in {name.lower() for name, _ in response.headers}:
            judge.differs(f"preflight {target} from {origin} reaches the application")
        if response.status not in (200, 204):
            judge.differs(f"preflight {target} from {origin}: {response.status}")
        if origin == good and _values(response, "access-control-max-age") != [str(policy.max_age)]:
            judge.differs(f"preflight {target} from {origin}: {_cors(response)}")
    plain = judge.ask("OPTIONS", target, {"Origin": good})
    if MARK not in plain.headers and (MARK[0].lower(), MARK[1]) not in plain.headers:
        judge.differs(f"OPTIONS {target} that is no preflight does not reach the application")


def _judge_exempt(judge: Judge, target: str) -> None:
    for origin in (
        *(o for p in _policies(judge.source) for o in allowed_origins(p)),
        "https://evil.example",
    ):
        response = judge.ask("GET", target, {"Origin": origin})
        if _cors(response):
            judge.differs(f"GET {target}, which is exempt, from {origin}: {_cors(response)}")
        headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        response = judge.ask("OPTIONS", target, headers)
        if _cors(response):
            judge.differs(f"preflight {target}, which is exempt: {_cors(response)}")
        own = judge.ask("GET", f"{target}/{OWN}", {"Origin": origin})
        if _values(own, "access-control-allow-origin") != ["*"]:
            judge.differs(f"GET {target}/own: CORS is off, and the application's headers changed")


def _policies(source: Source) -> list[Policy]:
    given = [source] if isinstance(source, Policy) else source.policies.values()
    return [policy for policy in given if policy]


def _judge_ambiguous(judge: Judge) -> None:
    assert isinstance(judge.source, PathPolicies)
    for prefix, policy in judge.source.policies.items():
        if policy is None:
            continue
        for shape in AMBIGUOUS:
            target = shape.format(quote(prefix.rstrip("/"), safe="/"))
            for method, asked in (
                ("GET", {}),
                ("OPTIONS", {"Access-Control-Request-Method": "PUT"}),
            ):
                headers = {"Origin": next(allowed_origins(policy)), **asked}
                response = judge.ask(method, target, headers)
                if given := _values(response, "access-control-allow-origin"):
                    judge.differs(f"{method} {target}, which is ambiguous: {given}")


def _judge_encoded(judge: Judge) -> None:
    """An encoded letter is that letter."""
    assert isinstance(judge.source, PathPolicies)
    for prefix, policy in judge.source.policies.items():
        if not prefix[1:2].isalnum() or not prefix[1].isascii():
            continue
        target = f"/%{ord(prefix[1]):02X}{quote(prefix[2:], safe='/')}/ok"
        origins = list(allowed_origins(policy)) if policy else ["https://evil.example"]
        response = judge.ask("GET", target, {"Origin": origins[0]})
        given = _values(response, "access-control-allow-origin")
        wanted = policy is not None
        if bool(given) != wanted:
            judge.differs(f"GET {target} from {origins[0]}: {given}")


def _values(response: HTTPResponse, name: str) -> list[str]:
    return [value for key, value in response.headers if key.lower() == name]


def _cors(response: HTTPResponse) -> list[tuple[str, str]]:
    return sorted(
        (name.lower(), value)
        for name, value in response.headers
        if name.lower().startswith("access-control-")
    )


def _vary(response: HTTPResponse) -> set[str]:
    value = ",".join(_values(response, "vary"))
    return {name.strip().lower() for name in value.split(",")}
