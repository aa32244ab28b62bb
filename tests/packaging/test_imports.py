"""What `import cors_wsgi` costs: nothing is loaded before somebody needs it."""

import subprocess
import sys
from importlib import import_module

import pytest

# What takes long to load, and what only some applications need.
FOR_SOME = [
    "asgiref",
    "cors_wsgi._origins.mistakes",
    "cors_wsgi._origins.regexes",
    "cors_wsgi._origins.suffixes",
    "cors_wsgi._origins.syntax",
    "cors_wsgi.browser",
    "cors_wsgi.catalogue",
    "cors_wsgi.testing",
    "cors_wsgi.transports",
    "difflib",
    "django",
    "fastapi",
    "flask",
    "http",
    "httpx",
    "ipaddress",
    "publicsuffixlist",
    "pytest",
    "socket",
    "starlette",
    "tomllib",
    "werkzeug",
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
        pytest.param("import cors_wsgi", FOR_SOME, id="the import"),
        pytest.param(f"import cors_wsgi; {A_POLICY}", FOR_SOME, id="and a policy"),
    ],
)
def test_loads_only_what_everybody_needs(program: str, not_needed: list[str]) -> None:
    # Before 3.13, urllib.parse itself loads ipaddress.
    loaded = loaded_by(program, first="import urllib.parse")
    assert "cors_wsgi" in loaded
    assert sorted(loaded.intersection(not_needed)) == []


@pytest.mark.parametrize(
    ("framework", "adapter"),
    [
        ("flask", "flask_cors_wsgi"),
        ("django.core.handlers.wsgi", "django_cors_wsgi.middleware"),
        ("starlette.applications", "fastapi_cors_wsgi"),
    ],
)
def test_an_adapter_loads_nothing_on_top_of_its_framework(framework: str, adapter: str) -> None:
    loaded = loaded_by(f"import {adapter}", first=f"import {framework}")
    assert adapter in loaded
    assert sorted(loaded.intersection(FOR_SOME)) == []
    packages = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert packages == {"cors_wsgi", adapter.partition(".")[0]}


@pytest.mark.parametrize("name", [name for name in FOR_SOME if "cors_wsgi" in name])
def test_what_is_for_some_can_be_loaded(name: str) -> None:
    import_module(name)
