"""The files that a code host, an editor or a package index reads are where it looks, and valid."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
# The same schemas as the hosts use; the tool brings them along and downloads nothing.
SCHEMAS = [
    pytest.param("vendor.github-workflows", ".github/workflows/*.yml", id="workflows"),
    pytest.param("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml", id="issue forms"),
    pytest.param(
        "vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml", id="issue chooser"
    ),
    pytest.param("vendor.dependabot", ".github/dependabot.yml", id="dependabot"),
    pytest.param("vendor.readthedocs", ".readthedocs.yaml", id="Read the Docs"),
    pytest.param("vendor.citation-file-format", "CITATION.cff", id="citation"),
]
PAGES = ["CONTRIBUTING.md", "SECURITY.md", "LICENSE", ".github/pull_request_template.md"]


def pyproject() -> dict[str, dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def yaml_of(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("schema", "pattern"), SCHEMAS)
def test_a_file_is_valid(schema: str, pattern: str) -> None:
    paths = [str(path) for path in ROOT.glob(pattern)]
    assert paths
    command = [sys.executable, "-m", "check_jsonschema", "--output-format", "json"]
    options = ["--builtin-schema", schema, "--default-filetype", "yaml"]
    ran = subprocess.run([*command, *options, *paths], capture_output=True, text=True, check=False)
    assert json.loads(ran.stdout)["status"] == "ok"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_where_it_is_looked_for(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("form", ["blocked-request", "bug"])
def test_a_form_about_a_fault_asks_for_the_check(form: str) -> None:
    labels = {
        one["attributes"].get("label")
        for one in yaml_of(f".github/ISSUE_TEMPLATE/{form}.yml")["body"]
    }
    assert "Output of `cors-wsgi check --json`" in labels


def test_the_workflow_tests_every_python_that_is_supported() -> None:
    sessions = yaml_of(".github/workflows/tests.yml")["jobs"]["session"]["strategy"]["matrix"]
    prefix = "Programming Language :: Python :: 3."
    _oldest, *newer = [
        f"tests-3.{classifier.removeprefix(prefix)}"
        for classifier in pyproject()["project"]["classifiers"]
        if classifier.startswith(prefix)
    ]
    assert sessions["session"] == ["lint", "oldest", *newer]


def test_the_citation_names_the_version() -> None:
    assert yaml_of("CITATION.cff")["version"] == pyproject()["project"]["version"]


def test_hooks_run_the_tools_of_the_environment() -> None:
    (repository,) = yaml_of(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}


def test_all_is_every_other_extra() -> None:
    extras = pyproject()["project"]["optional-dependencies"]
    (everything,) = extras.pop("all")
    assert everything == f"cors-wsgi[{','.join(extras)}]"
