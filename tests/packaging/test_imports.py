"""What `import cors_wsgi` costs: nothing is loaded before somebody needs it."""

import subprocess
import sys
from importlib import import_module

import pytest

# Each is for some: a log that is on, TOML, subdomain patterns, a wrong key, IPv6, a check.
FOR_SOME = [
    "asgiref",
    "cors_wsgi._policy.decision",
    "cors_wsgi._origins.nearest",
    "cors_wsgi._origins.mistakes",
    "cors_wsgi._origins.regexes",
    "cors_wsgi._origins.strangers",
    "cors_wsgi._origins.suffixes",
    "cors_wsgi._policy.sources",
    "cors_wsgi._policy.reflection",
    "cors_wsgi.browser",
    "cors_wsgi.testing",
    "difflib",
    "django",
    "django_cors_wsgi.checks",
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

# The middleware for WSGI, which Django's does without.
FOR_WSGI = ["cors_wsgi._log", "cors_wsgi._wsgi"]

# What reads and checks a policy that is written, which no request needs.
FOR_WRITTEN = [
    "cors_wsgi._policy.fields",
    "cors_wsgi._fetch_standard",
    "cors_wsgi._policy.dangers",
    "cors_wsgi._origins.entries",
    "cors_wsgi._origins.matcher",
]

# What nearly every application's first policy is.
A_POLICY = "cors_wsgi.Policy(allow_origins=['https://app.example'], allow_credentials=True)"


def loaded_by(program: str, first: str = "pass") -> set[str]:
    """The modules that a program has loaded, beside those that were there `first`."""
    script = (
        f"{first}\nimport sys; before = set(sys.modules); {program}\n"
        "print(*(set(sys.modules) - before))"
    )
    command = [sys.executable, "-I", "-c", script]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    ("program", "not_needed"),
    [
        pytest.param("import cors_wsgi", FOR_SOME + FOR_WSGI + FOR_WRITTEN, id="the import"),
        pytest.param(f"import cors_wsgi; {A_POLICY}", FOR_SOME + FOR_WSGI, id="and a policy"),
    ],
)
def test_loads_only_what_everybody_needs(program: str, not_needed: list[str]) -> None:
    loaded = loaded_by(program)
    assert "cors_wsgi" in loaded
    assert sorted(loaded.intersection(not_needed)) == []


@pytest.mark.parametrize(
    ("framework", "adapter"),
    [("flask", "flask_cors_wsgi"), ("django.core.handlers.wsgi", "django_cors_wsgi.middleware")],
)
def test_a_adapter_loads_nothing_on_top_of_its_framework(framework: str, adapter: str) -> None:
    loaded = loaded_by(f"import {adapter}", first=f"import {framework}")
    assert adapter in loaded
    assert sorted(loaded.intersection(FOR_SOME + FOR_WRITTEN)) == []
    assert {name.partition(".")[0] for name in loaded} == {"cors_wsgi", adapter.partition(".")[0]}


@pytest.mark.parametrize("name", [name for name in FOR_SOME + FOR_WRITTEN if "cors_wsgi" in name])
def test_what_is_for_some_can_be_loaded(name: str) -> None:
    import_module(name)
