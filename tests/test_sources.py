"""Policies written as a mapping, as TOML and as environment variables."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cors_wsgi import (
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
            {"allow_origins": APP, "supports_credentials": True},
            [("key-unknown", "supports_credentials", "'allow_credentials'")],
            id="a key of Flask-CORS",
        ),
        pytest.param(policy_from_mapping, {}, [("origins-missing", "allow_origins", "")], id="{}"),
        pytest.param(
            policy_from_mapping,
            {"/api": {"allow_origins": "x"}, "b": {}, "/c": {"max_age": -1}},
            [("path-mixed", "/api", "'/' is every path"), ("key-unknown", "b", ""),
             ("path-mixed", "/c", ""), ("origins-missing", "allow_origins", "")],
            id="keys of both kinds",
        ),
        pytest.param(
            policy_from_mapping,
            {"/api": {"allow_origins": "x"}, "/a//b": None, "/c": 7},
            [
                ("path-never-matches", "paths", "routes on"),
                ("origin-scheme-missing", "/api: allow_origins", "'https://x'"),
                ("path-policy", "paths", "a Policy"),
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
                ("origin-list", "CORS_ALLOW_ORIGINS", f"Write '{APP}', 'https://b.example', each"),
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
    ],
)  # fmt: skip
def test_all_problems_at_once(read: Any, source: Any, problems: list[tuple[str, str, str]]) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read(source)
    found = caught.value.problems
    assert [(p.code, p.field) for p in found] == [(code, field) for code, field, _ in problems]
    assert all(hint in p.hint for p, (_, _, hint) in zip(found, problems, strict=True))
