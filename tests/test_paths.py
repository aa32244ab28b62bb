"""Which policy governs a path."""

import re
import time
from typing import Any

import pytest

from cors_wsgi import InvalidPolicy, PathPolicies, Policy, Request

API = Policy(allow_origins="https://api-user.example")
V2 = Policy(allow_origins="https://v2-user.example")
ROOT = Policy(allow_origins="https://anybody.example")
CAFE = Policy(allow_origins="https://cafe.example")

PATHS = PathPolicies({"/api": API, "/api/v2/": V2, "/api/internal": None, "/café": CAFE})
WITH_ROOT = PathPolicies({"/": ROOT, "/api": API})

DOT = "its path has a dot segment"
EMPTY = "its path has an empty segment ('//')"
NO_SLASH = "its path does not begin with a slash"


def governing(paths: PathPolicies, request: dict[str, Any]) -> Any:
    """Return the policy that governs, or why nobody is allowed."""
    policy = paths.policy_for(request)
    if policy is not None and not policy.origins:
        assert not policy.allows_origin("https://api-user.example")
        reason = policy.explain(Request("https://api-user.example")).reason
        return reason.removeprefix("nobody is allowed here: ")
    return policy


def wsgi(path: str) -> dict[str, Any]:
    return {"PATH_INFO": path, "SCRIPT_NAME": "/mounted"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/api", API, id="the prefix itself"),
        pytest.param("/api/", API, id="with a slash"),
        pytest.param("/api/users/7", API, id="below it"),
        pytest.param("/apis", None, id="not a part of a segment"),
        pytest.param("/api-v2", None, id="nor with a hyphen"),
        pytest.param("/API", None, id="by case (CVE-2024-6866)"),
        pytest.param("/api/v2", V2, id="the longer prefix first (CVE-2024-6839)"),
        pytest.param("/api/v2/x", V2, id="and below it"),
        pytest.param("/api/v22", API, id="but not beside it"),
        pytest.param("/api/internal/x", None, id="switched off"),
        pytest.param("/api/internals", API, id="but not what begins like the longest prefix"),
        pytest.param("/", None, id="no prefix"),
        pytest.param("", None, id="no path"),
        pytest.param("/caf\xc3\xa9/menu", CAFE, id="past ASCII, as WSGI has it"),
        pytest.param("/api/a+b", API, id="+ is a plus (CVE-2024-6844)"),
        pytest.param("/api/a%b", API, id="a stray percent sign"),
        pytest.param("/api/x.y/.hidden", API, id="dots within segments"),
        pytest.param("/api/..", DOT, id="dots at the end"),
        pytest.param("/api/x/../internal", DOT, id="dots (CVE-2019-18978, CVE-2020-25032)"),
        pytest.param("/api/./internal", DOT, id="one dot"),
        pytest.param("/api//internal", EMPTY, id="an empty segment"),
        pytest.param("//api", EMPTY, id="an empty segment first"),
        pytest.param("/api/%2e%2e/internal", "its path has an encoded dot", id="encoded dots"),
        pytest.param("/api%2finternal", "its path has an encoded slash", id="an encoded slash"),
        pytest.param(
            "/api%5Cinternal", "its path has an encoded backslash", id="an encoded backslash"
        ),
        pytest.param("/api\\..\\internal", "its path has a backslash", id="backslashes"),
        pytest.param("api/internal", NO_SLASH, id="no leading slash, which Flask would add"),
        pytest.param("*", NO_SLASH, id="the asterisk of OPTIONS *"),
        pytest.param("/api" + "/a" * 5000, API, id="5,000 segments"),
    ],
)
def test_a_policy_is_chosen_by_whole_segments(path: str, expected: Any) -> None:
    assert governing(PATHS, wsgi(path)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/", ROOT, id="the root"),
        pytest.param("/x/y", ROOT, id="all else"),
        pytest.param("", ROOT, id="no path"),
        pytest.param("/api/x", API, id="but what is longer"),
    ],
)
def test_the_root_governs_what_no_other_prefix_does(path: str, expected: Any) -> None:
    assert governing(WITH_ROOT, wsgi(path)) == expected


@pytest.mark.parametrize(
    ("root_path", "path", "expected"),
    [
        pytest.param("", "/api/x", API, id="no root"),
        pytest.param("/v1", "/v1/api/x", API, id="the root is in the path"),
        pytest.param("/v1", "/api/x", API, id="or it is not"),
        pytest.param("/v1", "/v1x/api", None, id="only whole segments of it"),
        pytest.param("/api", "/api/api/x", API, id="a root that looks like a prefix"),
        pytest.param("", "/café/menu", CAFE, id="past ASCII, as ASGI has it"),
        pytest.param("", "/api//internal", EMPTY, id="ambiguous"),
    ],
)
def test_a_policy_is_chosen_by_the_path_of_an_asgi_scope(
    root_path: str, path: str, expected: Any
) -> None:
    scope = {"type": "http", "root_path": root_path, "path": path, "headers": []}
    assert governing(PATHS, scope) == expected


@pytest.mark.parametrize("path", ["a", "/a", "/", "/a.", "/%"], ids=repr)
def test_choosing_costs_no_more_than_the_length_of_the_path(path: str) -> None:
    def seconds(length: int) -> float:
        request = wsgi(path * (length // len(path)))
        times = []
        for _ in range(5):
            start = time.process_time()
            PATHS.policy_for(request)
            times.append(time.process_time() - start)
        return min(times)

    # A quarter of a megabyte took twenty seconds when each character was a step of its own.
    assert seconds(250_000) < 0.05


@pytest.mark.parametrize(
    ("prefixes", "codes"),
    [
        pytest.param([], ["path-missing"], id="none"),
        pytest.param(["api"], ["path-never-matches"], id="no slash"),
        pytest.param([""], ["path-never-matches"], id="nothing"),
        pytest.param(["/api/../x"], ["path-never-matches"], id="dots"),
        pytest.param(["//api"], ["path-never-matches"], id="an empty segment"),
        pytest.param(["/a%2Fb"], ["path-never-matches"], id="an encoded slash"),
        pytest.param(["/a%20b"], ["path-never-matches"], id="an escape"),
        pytest.param(["/api/*"], ["path-never-matches"], id="a wildcard"),
        pytest.param(["/api?x"], ["path-never-matches"], id="a query"),
        pytest.param(["/api", "/api/"], ["path-duplicate"], id="twice"),
        pytest.param(["api", "/a//b"], ["path-never-matches", "path-never-matches"], id="two"),
    ],
)
def test_a_prefix_that_can_never_match_is_refused(prefixes: list[str], codes: list[str]) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        PathPolicies(dict.fromkeys(prefixes, API))
    assert [problem.code for problem in caught.value.problems] == codes


@pytest.mark.parametrize(
    ("prefix", "meant"),
    [
        ("api", "/api"),
        ("/api/*", "/api"),
        ("/api*", "/api"),
        ("/api/v2?x=1", "/api/v2"),
        (r"^/api/.*$", "/api"),
        ("https://api.example/v2/", "/v2"),
        ("https://api.example", "/"),
        ("*", "/"),
        ("/.well-known/*", "/.well-known"),
        (".well-known", "/.well-known"),
        ("../api/", "/api"),
        ("/caf%C3%A9", "/café"),
        ("/my%20files/*", "/my files"),
        ("/api/(.*)", "/api"),
        (":id", "/"),
        (r"^api/v\d+/", "/api"),
        (r"api//[0-9]+", "/api"),
        (re.compile(r"\A/api/v\d+"), "/api"),
    ],
)
def test_what_to_write_instead_of_a_prefix_works(prefix: Any, meant: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        PathPolicies({prefix: API})
    (problem,) = caught.value.problems
    assert f"Write {meant!r}" in problem.hint
    assert PathPolicies({meant: API})


def test_a_mapping_is_a_policy_and_anything_else_is_not() -> None:
    assert PathPolicies({"/api": {"allow_origins": "https://api-user.example"}, "/x": False}) == (
        PathPolicies({"/api": API, "/x": None})
    )
    with pytest.raises(InvalidPolicy) as caught:
        PathPolicies({"/api": 7, "/x": {"allow_origins": "x"}})  # type: ignore[dict-item]
    assert [(problem.code, problem.field) for problem in caught.value.problems] == [
        ("path-policy", "paths"),
        ("origin-scheme-missing", "/x: allow_origins"),
    ]


def test_prefixes_that_override_others_are_reported() -> None:
    assert [(w.code, w.value) for w in PATHS.warnings] == [
        ("path-overlap", "/api/v2"),
        ("path-overlap", "/api/internal"),
    ]
    assert WITH_ROOT.warnings == ()


@pytest.mark.parametrize(
    ("prefix", "meant"),
    [
        pytest.param("/api/[0-9]+", "/api", id="a range"),
        pytest.param("/api/v[a-z_]/x", "/api", id="a range within a segment"),
        pytest.param("/api/x{3}", "/api", id="a number of times"),
        pytest.param("/api/x{2,}", "/api", id="at least a number of times"),
        pytest.param("/api/(ab)+", "/api", id="a group that repeats"),
        pytest.param("/api/v2$", "/api/v2", id="the end"),
    ],
)
def test_a_prefix_that_looks_like_an_expression_is_reported(prefix: str, meant: str) -> None:
    (warning,) = PathPolicies({prefix: API}).warnings
    assert (warning.code, warning.value) == ("path-expression", prefix)
    assert f"Write {meant!r}" in warning.hint
    assert PathPolicies({meant: API}).warnings == ()


@pytest.mark.parametrize(
    "prefix",
    ["/c++", "/x$y{z}", "/$metadata", "/a{b}", "/f(x)", "/x[1]", "/a-b", "/(group)/page", "/a+b"],
)
def test_a_prefix_of_odd_characters_is_no_expression(prefix: str) -> None:
    assert PathPolicies({prefix: API}).warnings == ()


def test_the_warnings_of_its_policies_are_its_own() -> None:
    policy = Policy(allow_origins="https://app.example", allow_methods="patch")
    (warning,) = policy.warnings
    assert PathPolicies({"/api/": policy}).warnings == (warning.at("/api"),)


def test_it_compares_by_value_and_prints_itself() -> None:
    assert PathPolicies({"/a/": API}) == PathPolicies({"/a": API}) != PathPolicies({"/a": None})
    assert repr(PathPolicies({"/a": None})) == "PathPolicies({'/a': None})"


def test_policies_that_would_go_on_as_before_cannot_be_changed() -> None:
    paths = PathPolicies({"/api": API})
    with pytest.raises(TypeError):
        paths.policies["/api"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        paths.policies = {"/api": None}  # type: ignore[misc]
    assert governing(paths, {"PATH_INFO": "/api"}) == API
