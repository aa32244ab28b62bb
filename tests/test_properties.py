"""What holds for every request, whatever is in it."""

import logging
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cors_wsgi import CORSMiddleware, Policy, Request
from cors_wsgi._headers import merge_headers, merge_vary, owned_names

APP = "https://app.example"
POLICIES = [
    Policy(allow_origins=APP, allow_methods="PUT", allow_headers="X-A", expose_headers="X-B"),
    Policy(allow_origins=[APP, "https://*.x.example:*"], allow_credentials=True, max_age=0),
    Policy(allow_origins=APP, allow_credentials=True, allow_methods="*", allow_headers="*"),
    Policy(allow_origins="*", allow_methods="*", allow_headers="*", preflight_status=200),
    Policy(allow_origins="*", allow_methods=["PUT", "patch"], expose_headers="*"),
    Policy(allow_origins=re.compile(r"\Ahttps://[a-z0-9-]+\.x\.example\Z")),
    Policy(allow_origins=["null", "http://localhost:*"], dangerously_allow_null_origin=True),
]
USUAL_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

# Text as a server passes it on: bytes shown as latin-1 (PEP 3333).
ANY_TEXT = st.binary(max_size=60).map(lambda data: data.decode("latin-1"))
ORIGINS = (
    ANY_TEXT
    | st.sampled_from(
        [APP, f"{APP}:1", "https://a.x.example:8443", "https://x.example", "null", "*", ""],
    )
    | st.sampled_from(
        ["", "http://localhost:3000", "https://a,b", f"{APP}\r\nX: y", "https://b c"],
    )
    | st.just(f"https://{'a' * 300}.x.example")
)
METHODS = ANY_TEXT | st.sampled_from([*USUAL_METHODS, "patch", "PROPFIND", "PUT, GET", "*", ""])
NAMES = st.lists(
    st.sampled_from(["x-a", "X-A", "authorization", "content-type", " x-b\t", "", '"x"', "x y"])
    | ANY_TEXT,
    max_size=5,
).map(",".join)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": draw(st.sampled_from(["OPTIONS", "OPTIONS", "GET", "PUT"]) | ANY_TEXT),
        "PATH_INFO": draw(ANY_TEXT),
        "SERVER_NAME": "192.0.2.1",
    }
    optional = {
        "HTTP_ORIGIN": ORIGINS,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": METHODS,
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": NAMES,
    }
    for name, values in optional.items():
        if draw(st.integers(0, 3)):
            environ[name] = draw(values)
    return environ


APPLICATION_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["Content-Type", "X-Own", "Set-Cookie", "vary", "Vary", "VARY", "Age", "Allow"],
        )
        | st.sampled_from(
            ["Access-Control-Allow-Origin", "access-control-expose-headers", "Accept-Ranges", ""]
        ),
        st.sampled_from(["a", "Cookie", "origin", "Origin, Cookie", "*", "", "a,, b"]),
    ),
    max_size=6,
)


def serve(
    policy: Policy, environ: dict[str, Any], own: list[tuple[str, str]], **options: bool
) -> tuple[str, list[tuple[str, str]]]:
    answers = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", own)
        return []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        answers.append((status, headers))

    list(CORSMiddleware(application, policy, **options)(environ, start_response))
    (answer,) = answers
    return answer


# ---- the plain evaluation, written from the standard and the house's rules, one request
# ---- at a time, and slow. It shares nothing with the middleware but the policy's fields.


LONGEST = 8190  # what is reflected, in characters


def token(text: str) -> bool:
    return len(text) <= LONGEST and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text) is not None


def plain_cors(policy: Policy, environ: dict[str, Any]) -> tuple[str | None, dict[str, str]]:
    """Return the status of a preflight's response, or `None`, and all CORS headers."""
    any_origin = policy.allow_origins == ("*",)
    origin = environ.get("HTTP_ORIGIN")
    requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
    is_preflight = (
        environ["REQUEST_METHOD"] == "OPTIONS" and origin is not None and requested is not None
    )
    headers: dict[str, str] = {}
    vary = [] if any_origin else ["Origin"]
    if any_origin or (origin is not None and policy.allows_origin(origin)):
        headers["Access-Control-Allow-Origin"] = "*" if any_origin else str(origin)
        if policy.allow_credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        if is_preflight:
            headers |= plain_preflight(policy, environ)
        elif policy.expose_headers:
            headers["Access-Control-Expose-Headers"] = ", ".join(policy.expose_headers)
    if is_preflight:
        vary += ["Access-Control-Request-Method"] * ("*" in policy.allow_methods)
        vary += ["Access-Control-Request-Headers"] * ("*" in policy.allow_headers)
        if policy.preflight_status == 200:
            headers |= {"Content-Length": "0", "Content-Type": "text/plain; charset=utf-8"}
    if vary:
        headers["Vary"] = ", ".join(vary)
    if not is_preflight:
        return None, headers
    return {200: "200 OK", 204: "204 No Content"}[policy.preflight_status], headers


def plain_preflight(policy: Policy, environ: dict[str, Any]) -> dict[str, str]:
    headers = {"Access-Control-Max-Age": str(policy.max_age)}
    methods = list(policy.allow_methods)
    if "*" in methods:
        requested = environ["HTTP_ACCESS_CONTROL_REQUEST_METHOD"]
        methods = USUAL_METHODS + ["*"] * (not policy.allow_credentials)
        if requested not in USUAL_METHODS and token(requested):
            methods.append(requested)
    names = ", ".join(policy.allow_headers)
    if "*" in policy.allow_headers:
        requested = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        parts = requested.split(",") if len(requested) <= LONGEST else []
        asked = [name for part in parts if (name := part.strip(" \t"))]
        names = "" if policy.allow_credentials else "*, Authorization"
        if asked and all(map(token, asked)):
            names += ", " * bool(names) + ",".join(asked)
    if methods:
        headers["Access-Control-Allow-Methods"] = ", ".join(methods)
    if names:
        headers["Access-Control-Allow-Headers"] = names
    return headers


@given(st.sampled_from(POLICIES), requests())
@settings(max_examples=1500, deadline=None)
def test_the_compiled_policy_equals_the_plain_evaluation(
    policy: Policy, environ: dict[str, Any]
) -> None:
    expected_status, expected = plain_cors(policy, environ)
    status, headers = serve(policy, environ, [])
    assert status == (expected_status or "200 OK")
    assert sorted(headers) == sorted(expected.items())


@given(st.sampled_from(POLICIES), requests(), APPLICATION_HEADERS, st.booleans())
@settings(max_examples=1000, deadline=None)
def test_no_request_makes_an_invalid_or_a_duplicate_header(
    policy: Policy, environ: dict[str, Any], own: list[tuple[str, str]], debug: bool
) -> None:
    _, headers = serve(policy, environ, own, debug=debug)
    ours = [(n, v) for n, v in headers if n.lower().startswith(("access-control", "vary", "x-c"))]
    assert len({name.lower() for name, _ in ours}) == len(ours)
    assert all(re.fullmatch(r"[ -~]*", value) for _, value in ours)


@given(APPLICATION_HEADERS, st.sampled_from(POLICIES), requests())
@settings(max_examples=1000, deadline=None)
def test_merging_keeps_what_the_application_set(
    own: list[tuple[str, str]], policy: Policy, environ: dict[str, Any]
) -> None:
    given = list(own)
    _, headers = serve(policy, environ, given)
    assert given == own
    if environ["REQUEST_METHOD"] == "OPTIONS" and plain_cors(policy, environ)[0]:
        return
    kept = [h for h in own if h[0].lower() != "vary" and not h[0].lower().startswith("access-")]
    assert [header for header in headers if header in kept] == kept
    names = {part.strip().lower() for n, v in own if n.lower() == "vary" for part in v.split(",")}
    merged = {
        part.strip().lower() for n, v in headers if n.lower() == "vary" for part in v.split(",")
    }
    assert "*" in merged or names - {""} <= merged


@given(st.sampled_from(POLICIES), requests(), st.booleans())
@settings(max_examples=500, deadline=None)
def test_one_escaped_line_is_logged_for_a_refusal(
    policy: Policy, environ: dict[str, Any], debug: bool
) -> None:
    # CVE-2024-1681
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("cors_wsgi")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        serve(policy, environ, [], debug=debug)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    refused = not policy.explain(Request.from_environ(environ)).allowed
    assert len(lines) == ("HTTP_ORIGIN" in environ and refused)
    assert all(re.fullmatch(r"[ -~]+", line) for line in lines)


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        (["Cookie", "Origin"], "Cookie, Origin"),
        (["Cookie, Accept", "cookie", "Origin"], "Cookie, Accept, Origin"),
        (["*", "Origin"], "*"),
        (["Cookie, *"], "*"),
        (["", " , ,", "Origin"], "Origin"),
    ],
)
def test_vary_is_merged_by_name(values: list[str], merged: str) -> None:
    assert merge_vary(*values) == merged


def test_vary_and_cors_headers_are_owned_in_any_case() -> None:
    names = ["Date", "VARY", "Vary-Not", "X-Vary", "access-Control-X", "Access-Control", "vary"]
    names += ["", "Accept", "Age"]
    assert owned_names(names) == ["VARY", "access-Control-X", "vary"]


CORS = [("Access-Control-Allow-Origin", "*"), ("Vary", "Origin")]


@pytest.mark.parametrize(
    ("own", "kept", "vary", "replaced"),
    [
        ([("Vary", "a")], [], "a, Origin", []),
        ([("vary", "a")], [], "a, Origin", []),
        ([("Date", "1"), ("Vary", "a"), ("Server", "2")], [0, 2], "a, Origin", []),
        ([("Vary", "a"), ("X", "y"), ("Vary", "b")], [1], "a, b, Origin", []),
        ([("Vary", "a"), ("X", "y")], [1], "a, Origin", []),
        (
            [("Vary", "a"), ("ACCESS-CONTROL-Max-Age", "1")],
            [],
            "a, Origin",
            ["ACCESS-CONTROL-Max-Age"],
        ),
        ([("Access-Control-A", "1"), ("Vary", "a")], [], "a, Origin", ["Access-Control-A"]),
        ([("Accept-Ranges", "none")], [0], "Origin", []),
        ([("Date", "1"), ("X", "y")], [0, 1], "Origin", []),
    ],
)
def test_headers_are_merged(
    own: list[tuple[str, str]], kept: list[int], vary: str, replaced: list[str]
) -> None:
    expected = [*(own[index] for index in kept), CORS[0], ("Vary", vary)]
    reported: list[str] = []
    assert merge_headers(own, CORS, reported.extend) == expected
    assert reported == replaced


def test_without_a_vary_of_the_policy_the_own_one_stays() -> None:
    assert merge_headers([("Vary", "a")], CORS[:1], print) == [CORS[0], ("Vary", "a")]


@pytest.mark.parametrize(
    ("allow_credentials", "before", "nothing"),
    [(True, "", None), (False, "*, Authorization, ", "*, Authorization")],
)
def test_what_is_reflected_is_of_this_request(
    allow_credentials: bool, before: str, nothing: str | None
) -> None:
    policy = Policy(allow_origins=APP, allow_headers="*", allow_credentials=allow_credentials)
    middleware = CORSMiddleware(lambda environ, start_response: [], policy)
    heads: list[list[tuple[str, str]]] = []
    for requested, names in [
        ("x-a", f"{before}x-a"),
        ("x-a", f"{before}x-a"),
        ("x-b", f"{before}x-b"),
        ("x b", nothing),
        ("x b", nothing),
        ("x-a", f"{before}x-a"),
        ("x" * 8190, before + "x" * 8190),
        ("x" * 8191, nothing),
        ("x" * 8190, before + "x" * 8190),
        (None, nothing),
        ("", nothing),
    ]:
        environ = {
            "REQUEST_METHOD": "OPTIONS",
            "HTTP_ORIGIN": APP,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
        }
        if requested is not None:
            environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = requested
        middleware(environ, lambda _status, headers: heads.append(headers))  # type: ignore[arg-type]
        assert dict(heads.pop()).get("Access-Control-Allow-Headers") == names
