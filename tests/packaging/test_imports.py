"""What `import cors_wsgi` costs: nothing is loaded before somebody needs it."""

import subprocess
import sys

import pytest

# Each is for some: a log that is on, TOML, subdomain patterns, a wrong key, IPv6.
FOR_SOME = [
    "asgiref",
    "cors_wsgi.browser",
    "cors_wsgi.testing",
    "difflib",
    "django",
    "flask",
    "http",
    "httpx",
    "ipaddress",
    "logging",
    "publicsuffixlist",
    "pytest",
    "socket",
    "tomllib",
    "werkzeug",
]

# What nearly every application's first policy is.
A_POLICY = "cors_wsgi.Policy(allow_origins=['https://app.example'], allow_credentials=True)"


def loaded_by(program: str) -> set[str]:
    """The modules that a program has loaded, beside those that Python starts with."""
    script = (
        f"import sys; before = set(sys.modules); {program}\nprint(*(set(sys.modules) - before))"
    )
    command = [sys.executable, "-I", "-c", script]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import cors_wsgi", id="the import"),
        pytest.param(f"import cors_wsgi; {A_POLICY}", id="and a policy"),
    ],
)
def test_loads_only_what_everybody_needs(program: str) -> None:
    loaded = loaded_by(program)
    assert "cors_wsgi" in loaded
    assert sorted(loaded.intersection(FOR_SOME)) == []


@pytest.mark.parametrize(
    ("framework", "door"),
    [("flask", "flask_cors_wsgi"), ("django", "django_cors_wsgi.middleware")],
)
def test_a_door_loads_no_other_framework(framework: str, door: str) -> None:
    loaded = loaded_by(f"import {door}")
    assert loaded & {"flask", "django", "rest_framework"} == {framework}
