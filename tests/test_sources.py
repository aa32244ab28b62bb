"""Policies written as a mapping, as TOML and as environment variables."""

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cors_wsgi import (
    HostPolicies,
    InvalidPolicy,
    PathPolicies,
    Policy,
    policy_from_environ,
    policy_from_mapping,
    policy_from_toml,
)

APP = "https://app.example"
SIMPLE = Policy(allow_origins=APP)
FULL = Policy(
    allow_origins=[APP, "https://*.b.example"],
    allow_methods=["PUT", "DELETE"],
    allow_headers="*",
    allow_credentials=True,
    max_age=60,
    preflight_status=200,
)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        pytest.param({"allow_origins": APP}, SIMPLE, id="one policy"),
        pytest.param(
            {"/api": {"allow_origins": APP}, "/b": SIMPLE, "/c": None, "/d": False},
            PathPolicies({"/api": SIMPLE, "/b": SIMPLE, "/c": None, "/d": None}),
            id="policies by path",
        ),
    ],
)
def test_a_mapping(mapping: dict[str, Any], expected: Any) -> None:
    assert policy_from_mapping(mapping) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"""
            allow_origins = ["{APP}", "https://*.b.example"]
            allow_methods = ["PUT", "DELETE"]
            allow_headers = "*"
            allow_credentials = true
            max_age = 60
            preflight_status = 200
            """,
            FULL,
            id="one policy",
        ),
        pytest.param(
            f"""
            "/internal" = false
            ["/api"]
            allow_origins = "{APP}"
            """,
            PathPolicies({"/internal": None, "/api": SIMPLE}),
            id="policies by path",
        ),
    ],
)
def test_toml(text: str, expected: Any, tmp_path: Path) -> None:
    file = tmp_path / "cors.toml"
    file.write_text(text)
    assert policy_from_toml(file) == expected


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param('allow_origins = "null"', "dangerously_allow_null_origin=true", id="a flag"),
        pytest.param(
            'allow_origins = "moz-extension://7-7"\nallow_credentials = "yes"',
            "true or false",
            id="no flag",
        ),
        pytest.param(
            'allow_origins = "moz-extension://*"\nallow_credentials = true',
            "allow_credentials=false",
            id="credentials",
        ),
        pytest.param(
            f'"/api" = "{APP}"', f"{{allow_origins=['{APP}']}}", id="an origin for a policy"
        ),
        pytest.param('"/api" = 7', "false", id="a number for a policy"),
    ],
)
def test_a_hint_for_toml_is_written_as_toml_is(text: str, written: str, tmp_path: Path) -> None:
    file = tmp_path / "cors.toml"
    file.write_text(text)
    with pytest.raises(InvalidPolicy) as caught:
        policy_from_toml(file)
    (problem,) = caught.value.problems
    assert written in problem.hint
    assert not re.search("True|False|None|Policy", problem.hint)


def test_toml_with_the_byte_order_mark_that_editors_on_windows_write(tmp_path: Path) -> None:
    file = tmp_path / "cors.toml"
    file.write_text(f'allow_origins = "{APP}"', encoding="utf-8-sig")
    assert policy_from_toml(file) == SIMPLE


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"CORS_ALLOW_ORIGINS": APP, "PATH": "/bin"}, SIMPLE, id="one value"),
        pytest.param(
            {
                "CORS_ALLOW_ORIGINS": f"{APP}, https://*.b.example",
                "CORS_ALLOW_METHODS": "PUT,DELETE",
                "CORS_ALLOW_HEADERS": "*",
                "CORS_ALLOW_CREDENTIALS": "True",
                "CORS_MAX_AGE": "60",
                "CORS_PREFLIGHT_STATUS": " 200 ",
            },
            FULL,
            id="several, of every kind",
        ),
        pytest.param(
            {
                "CORS_ALLOW_ORIGINS": f'["{APP}", "https://*.b.example"]',
                "CORS_ALLOW_METHODS": '["PUT", "DELETE"]',
                "CORS_ALLOW_HEADERS": '["*"]',
                "CORS_ALLOW_CREDENTIALS": "1",
                "CORS_MAX_AGE": "60",
                "CORS_PREFLIGHT_STATUS": "200",
            },
            FULL,
            id="JSON lists",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": APP, "CORS_ALLOW_HEADERS": "", "CORS_MAX_AGE": " "},
            SIMPLE,
            id="empty variables are not set",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": APP, "CORS_SERVICE_HOST": "10.0.0.1", "CORS_PORT": "tcp://x"},
            SIMPLE,
            id="variables of a Kubernetes service called cors",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": APP, "CORS_POLICY_DEBUG": "1"}, SIMPLE, id="another setting"
        ),
    ],
)
def test_environment_variables(variables: dict[str, str], expected: Policy) -> None:
    assert policy_from_environ(variables) == expected


def test_the_prefix_of_environment_variables() -> None:
    assert policy_from_environ({"X_ALLOW_ORIGINS": APP, "CORS_Y": "z"}, prefix="X_") == SIMPLE


@pytest.mark.parametrize(
    ("read", "source", "problems"),
    [
        pytest.param(
            policy_from_mapping,
            {"allow_origin": APP},
            [("key-unknown", "allow_origin", "Did you mean 'allow_origins'?")],
            id="a misspelt key",
        ),
        pytest.param(
            policy_from_mapping,
            {"allow_origins": APP, "wibble": 1},
            [("key-unknown", "wibble", "A policy has: allow_origins, allow_methods")],
            id="a key that is like no other",
        ),
        pytest.param(
            policy_from_mapping,
            {"allow_origins": APP, "self": 1},
            [("key-unknown", "self", "A policy has: allow_origins, allow_methods")],
            id="a key that Python's methods have",
        ),
        pytest.param(
            policy_from_mapping,
            {"allow_origins": APP, "supports_credentials": True},
            [("key-unknown", "supports_credentials", "'allow_credentials'")],
            id="a key of Flask-CORS",
        ),
        pytest.param(policy_from_mapping, {}, [("origins-missing", "allow_origins", "")], id="{}"),
        pytest.param(
            policy_from_mapping,
            {"/api": {"allow_origins": "x"}, "b": {}, "/c": {"max_age": -1}},
            [("path-never-matches", "paths", "Write '/b'; or, for every path, the fields without"),
             ("origin-scheme-missing", "/api: allow_origins", "'https://x'"),
             ("origins-missing", "b: allow_origins", ""),
             ("origins-missing", "/c: allow_origins", ""),
             ("max-age-negative", "/c: max_age", "")],
            id="a path without its slash",
        ),
        pytest.param(
            policy_from_mapping,
            {"/api": {"allow_origins": APP}, "allow_origins": APP, "credentials": True},
            [("path-mixed", "/api", "'/' is every path"),
             ("key-unknown", "credentials", "Write 'allow_credentials'.")],
            id="paths and fields",
        ),
        pytest.param(
            policy_from_mapping,
            {"cors": {"allow_origins": APP}},
            [("path-never-matches", "paths", "the fields without 'cors' around them.")],
            id="a policy under a name, as in a table of TOML",
        ),
        pytest.param(
            policy_from_mapping,
            {"shop.api.example": SIMPLE},
            [("path-never-matches", "paths", "HostPolicies for a host")],
            id="a policy under a host",
        ),
        pytest.param(
            policy_from_mapping,
            {"/api": {"/v1": SIMPLE}},
            [("path-policy", "paths", "Write '/api/v1' beside it.")],
            id="paths within a path",
        ),
        pytest.param(
            policy_from_mapping,
            {"/": {"/v1": SIMPLE}},
            [("path-policy", "paths", "Write '/v1' beside it.")],
            id="paths within the root",
        ),
        pytest.param(
            policy_from_mapping,
            {"/api": [APP], "/b": Policy},
            [("path-policy", "paths", f"Write Policy(allow_origins=['{APP}'])"),
             ("path-policy", "paths", "Write Policy(allow_origins=['https://app.example'])")],
            id="origins and a class in the place of policies",
        ),
        pytest.param(
            policy_from_mapping,
            {b"/api": SIMPLE, 1: SIMPLE},
            [("path-never-matches", "paths", "Write '/api';")] * 2,
            id="paths that are no text",
        ),
        *(
            pytest.param(
                policy_from_mapping,
                {path: None},
                [("path-never-matches", "paths", hint)],
                id=f"{path} as routers write it",
            )
            for path, hint in [
                ("/api/<int:id>", "Write '/api';"),
                ("/api/{id}", "Write '/api';"),
                ("/api/:id", "Write '/api';"),
                ("/files/<path:name>/raw", "Write '/files';"),
                ("/(api|auth)", "Write each path as an entry of its own"),
            ]
        ),
        pytest.param(
            policy_from_mapping,
            {"/api": {"allow_origins": "x"}, "/a//b": None, "/c": 7},
            [
                ("path-never-matches", "paths", "routes on"),
                ("origin-scheme-missing", "/api: allow_origins", "'https://x'"),
                ("path-policy", "paths", "Write Policy("),
            ],
            id="problems of several paths",
        ),
        pytest.param(
            policy_from_environ,
            {},
            [("origins-missing", "CORS_ALLOW_ORIGINS", "CORS_ALLOW_ORIGINS=https://app.example")],
            id="no variable",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOW_ORIGINS": f"{APP}, https://b.example,", "CORS_ALLOW_METHODS": "PUT,"},
            [
                ("origin-list", "CORS_ALLOW_ORIGINS", f"Write '{APP},https://b.example'."),
                ("name-token", "CORS_ALLOW_METHODS", "Write 'PUT'."),
            ],
            id="a comma at the end",
        ),
        pytest.param(
            partial(policy_from_environ, prefix="API"),
            {"API_ALLOW_ORIGINS": APP, "API_MAX_AGE": "60"},
            [
                ("key-unknown", "API_ALLOW_ORIGINS", "prefix='API_'"),
                ("key-unknown", "API_MAX_AGE", "prefix='API_'"),
            ],
            id="a prefix without its underscore",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOW_ORIGINS": ""},
            [("origins-missing", "CORS_ALLOW_ORIGINS", "CORS_ALLOW_ORIGINS=https://app.example")],
            id="an empty variable",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOW_ORIGINS": APP, "CORS_MAX_AGE": "1h", "CORS_ALLOW_CREDENTIALS": "maybe"},
            [("flag-type", "CORS_ALLOW_CREDENTIALS", ""), ("max-age-type", "CORS_MAX_AGE", "")],
            id="variables that are neither number nor flag",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOW_ORIGINS": APP, "CORS_ALLOW_METHOD": "PUT", "CORS_MAX_AGE": "-1"},
            [("key-unknown", "CORS_ALLOW_METHOD", "Did you mean CORS_ALLOW_METHODS?"),
             ("max-age-negative", "CORS_MAX_AGE", "")],
            id="a misspelt variable, and another problem",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOWED_ORIGINS": APP},
            [("key-unknown", "CORS_ALLOWED_ORIGINS", "Did you mean CORS_ALLOW_ORIGINS?")],
            id="only a misspelt variable",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_SUPPORTS_CREDENTIALS": "true", "CORS_ALLOW_ORIGINS": APP},
            [("key-unknown", "CORS_SUPPORTS_CREDENTIALS", "CORS_ALLOW_CREDENTIALS?")],
            id="a variable of Flask-CORS",
        ),
        pytest.param(
            policy_from_environ,
            {"cors_allow_origins": APP},
            [("key-unknown", "cors_allow_origins", "Did you mean CORS_ALLOW_ORIGINS?")],
            id="a variable in small letters",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOW_ORIGINS": APP, "CORS_PREFLIGHT_MAX_AGE": "60"},
            [("key-unknown", "CORS_PREFLIGHT_MAX_AGE", "Did you mean CORS_MAX_AGE?")],
            id="a variable of django-cors-headers",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ALLOW_ALL_ORIGINS": "True"},
            [("key-unknown", "CORS_ALLOW_ALL_ORIGINS", "Write CORS_ALLOW_ORIGINS=* for every")],
            id="a flag of django-cors-headers",
        ),
        pytest.param(
            policy_from_environ,
            {"CORS_ORIGIN_ALLOW_ALL": "0"},
            [("key-unknown", "CORS_ORIGIN_ALLOW_ALL", "Remove it."),
             ("origins-missing", "CORS_ALLOW_ORIGINS", "CORS_ALLOW_ORIGINS=https://app.example")],
            id="the same flag, off",
        ),
    ],
)  # fmt: skip
def test_all_problems_at_once(read: Any, source: Any, problems: list[tuple[str, str, str]]) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read(source)
    found = caught.value.problems
    assert [(p.code, p.field) for p in found] == [(code, field) for code, field, _ in problems]
    assert all(hint in p.hint for p, (_, _, hint) in zip(found, problems, strict=True))


# What the options are called elsewhere, and a part of the hint.
ELSEWHERE = {
    "Flask-CORS": [
        ("supports_credentials", "'allow_credentials'"),
        ("resources", "PathPolicies({'/api': "),
        ("always_send", "Remove it"),
        ("intercept_exceptions", "answer_crashes=False"),
    ],
    "django-cors-headers": [
        ("CORS_ALLOWED_ORIGINS", "'allow_origins'"),
        ("CORS_ALLOWED_ORIGIN_REGEXES", "Add re.compile("),
        ("CORS_ALLOW_ALL_ORIGINS", "Write allow_origins='*'."),
        ("CORS_PREFLIGHT_MAX_AGE", "'max_age'"),
        ("CORS_URLS_REGEX", "PathPolicies({'/api': "),
    ],
    "Starlette": [
        ("allow_origin_regex", "Add re.compile('https://.*') to the list of allow_origins.")
    ],
    "Express": [
        ("origin", "'allow_origins'"),
        ("allowedHeaders", "'allow_headers'"),
        ("exposedHeaders", "'expose_headers'"),
        ("credentials", "'allow_credentials'"),
        ("maxAge", "'max_age'"),
        ("optionsSuccessStatus", "'preflight_status'"),
        ("preflightContinue", "Remove it"),
    ],
    "rack-cors": [("methods", "'allow_methods'"), ("expose", "'expose_headers'")],
    "Spring": [
        ("allowedOriginPatterns", "'allow_origins'"),
        ("allowCredentials", "'allow_credentials'"),
        ("allowPrivateNetwork", "Remove it"),
    ],
    "jub0bs/cors": [
        ("Origins", "'allow_origins'"),
        ("Credentialed", "'allow_credentials'"),
        ("RequestHeaders", "'allow_headers'"),
        ("ResponseHeaders", "'expose_headers'"),
        ("MaxAgeInSeconds", "'max_age'"),
    ],
    "here, but beside the policy": [("debug", "CORS(app, policy, debug='https://.*')")],
    "the protocol": [("Access-Control-Allow-Headers", "'allow_headers'")],
}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param(*row, id=f"{row[0]}, {package}")
        for package, rows in ELSEWHERE.items()
        for row in rows
    ],
)
def test_the_names_of_other_packages_are_one_problem_each(name: str, hint: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        policy_from_mapping({"allow_origins": APP, name: "https://.*"})
    assert [problem.code for problem in caught.value.problems] == ["key-unknown"]
    assert hint in caught.value.problems[0].hint


def test_an_expression_alone_is_the_whole_list() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        policy_from_mapping({"allow_origin_regex": "https://.*"})
    hints = [problem.hint for problem in caught.value.problems]
    assert hints == ["Write allow_origins=[re.compile('https://.*')]."]


@pytest.mark.parametrize(
    ("variables", "fields"),
    [
        pytest.param({"CORS_ALLOW_ORIGINS": f"'{APP}'"}, {}, id="quotes, which Docker keeps"),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": f"'{APP}', \"https://b.example\""},
            {"allow_origins": [APP, "https://b.example"]},
            id="a hint, as it is printed",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": APP, "CORS_ALLOW_HEADERS": "'X-One', 'X-Two'"},
            {"allow_headers": ["X-One", "X-Two"]},
            id="quotes around names",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": APP, "CORS_MAX_AGE": '"60"', "CORS_ALLOW_CREDENTIALS": "'true'"},
            {"max_age": 60, "allow_credentials": True},
            id="quotes around a number and a flag",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": APP, "CORS_MAX_AGE": None, "CORS_ALLOW_CREDENTIALS": True},
            {"allow_credentials": True},
            id="values that are no text, as other loaders have them",
        ),
    ],
)
def test_variables_as_they_are_found(variables: dict[str, Any], fields: dict[str, Any]) -> None:
    assert policy_from_environ(variables) == Policy(**{"allow_origins": APP, **fields})


@pytest.mark.parametrize(
    ("read", "given", "message"),
    [
        pytest.param(
            policy_from_mapping,
            os.environ,
            r"Write policy_from_environ\(os.environ\)",
            id="environ",
        ),
        pytest.param(
            policy_from_toml,
            {"allow_origins": APP},
            r"policy_from_toml\('cors.toml'\)",
            id="a mapping",
        ),
        pytest.param(policy_from_toml, None, r"policy_from_toml\('cors.toml'\)", id="None"),
        pytest.param(
            PathPolicies, {"allow_origins": APP}, "'allow_origins' is a field of one", id="fields"
        ),
        pytest.param(
            HostPolicies, {"allow_origins": APP}, r"Write HostPolicies\({'shop", id="fields by host"
        ),
    ],
)
def test_one_source_in_the_place_of_another(read: Any, given: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        read(given)


@pytest.mark.parametrize(
    ("variables", "hint"),
    [
        pytest.param(
            {"CORS_ALLOW_ORIGINS": f"{APP};https://b.example"},
            f"Write '{APP},https://b.example'.",
            id="a list with semicolons",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": '["https://b.example",]'},
            "Write 'https://b.example'.",
            id="a list with a comma at its end",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": r"https://[a-z]{1,9}\.app\.example"},
            "Write 'https://*.app.example', or in Python "
            r"re.compile(r'https://[a-z]{1,9}\.app\.example').",
            id="an expression with a comma",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": "moz-extension://*", "CORS_ALLOW_CREDENTIALS": "true"},
            "List the ids, or let the extension send a token without credentials: "
            "CORS_ALLOW_CREDENTIALS=false, CORS_ALLOW_HEADERS=Authorization.",
            id="any extension",
        ),
        pytest.param({"CORS_MAX_AGE": "1h"}, "Write 600.", id="no number"),
        pytest.param(
            *({"CORS_MAX_AGE": "9" * 5000}, "Write 86400 or less."),
            id="more digits than Python reads",
        ),
        pytest.param(
            {"CORS_ALLOW_ORIGINS": "null"},
            "Leave it out (or set CORS_DANGEROUSLY_ALLOW_NULL_ORIGIN=true).",
            id="null",
        ),
    ],
)
def test_the_hint_for_a_variable_can_be_pasted_into_it(
    variables: dict[str, str], hint: str
) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        policy_from_environ({"CORS_ALLOW_ORIGINS": APP, **variables})
    (problem,) = caught.value.problems
    assert problem.hint == hint
    changes = dict(re.findall(r"(CORS_\w+)=(\w+)", hint))
    assert not changes or policy_from_environ({**variables, **changes})
    for written in re.findall(r"Write '?([^' ]+)\b", hint):
        assert policy_from_environ({"CORS_ALLOW_ORIGINS": APP, problem.field: written})
