"""The command `cors-wsgi export`, and `policy --from` on what it wrote."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from cors_wsgi.doctor.cli import cli
from cors_wsgi.export import CAPABILITIES
from cors_wsgi.export.codes import CODES
from cors_wsgi.export.readers import READABLE

POLICY = """
["/api"]
allow_origins = ["https://app.example", "https://*.pages.example"]
allow_methods = ["PUT"]
allow_headers = ["Authorization"]
allow_credentials = true
"""
SAYABLE = """
allow_origins = ["https://app.example"]
allow_methods = ["PUT"]
allow_credentials = true
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("cors.toml").write_text(POLICY)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_without_arguments_it_lists_the_targets_and_what_each_cannot_say() -> None:
    result = run("export")

    assert result.exit_code == 0
    assert all(f"\n{target} " in result.stdout for target in CAPABILITIES)
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_files_are_written_and_it_says_where_each_belongs() -> None:
    result = run("export", "haproxy", "cors.toml", "--out", "edge")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "edge/cors.cfg    its lines come first in the frontend\n"
        "\n"
        "Then: haproxy -c -f haproxy.cfg && cors-wsgi verify https://api.example cors.toml\n"
    )
    assert [path.name for path in Path("edge").iterdir()] == ["cors.cfg"]


def test_one_file_goes_to_standard_output_and_nothing_else() -> None:
    result = run("export", "istio", "cors.toml")

    assert result.exit_code == 0
    assert result.stdout.startswith("# CORS for Istio, exported by cors-wsgi from cors.toml")
    assert "[no-vary]" in result.stderr
    assert "[no-vary]" not in result.stdout


def test_several_files_need_a_directory() -> None:
    result = run("export", "nginx", "cors.toml")

    assert result.exit_code == 2
    assert "add --out DIRECTORY" in result.stderr


def test_an_error_writes_nothing() -> None:
    result = run("export", "s3", "cors.toml", "--out", "edge")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing was written" in result.stderr
    assert "[pattern-wider]" in result.stderr
    assert not Path("edge").exists()


def test_check_is_content_with_what_was_written() -> None:
    run("export", "nginx", "cors.toml", "--out", "edge")
    result = run("export", "nginx", "cors.toml", "--check", "edge")

    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda path: path.write_text("else"), "differs", id="it was edited"),
        pytest.param(lambda path: path.unlink(), "No such file", id="it is missing"),
    ],
)
def test_check_names_the_file_that_differs(change: object, said: str) -> None:
    run("export", "nginx", "cors.toml", "--out", "edge")
    change(Path("edge/cors-proxy.conf"))  # type: ignore[operator]
    result = run("export", "nginx", "cors.toml", "--check", "edge")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "edge/cors-proxy.conf" in result.stderr
    assert said in result.stderr
    assert "cors-http.conf" not in result.stderr


def test_files_are_replaced_together_or_not_at_all() -> None:
    run("export", "nginx", "cors.toml", "--out", "edge")
    before = {path: path.read_text() for path in Path("edge").glob("*.conf")}
    Path("edge/cors-server.conf").unlink()
    Path("edge/cors-server.conf").mkdir()
    Path("edge/cors-server.conf/in-the-way").touch()
    Path("cors.toml").write_text(POLICY.replace("PUT", "DELETE"))
    result = run("export", "nginx", "cors.toml", "--out", "edge")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing was written" in result.stderr
    kept = {path: path.read_text() for path in before if path.is_file()}
    assert kept == {path: text for path, text in before.items() if path in kept}
    assert len(kept) == 2
    assert not list(Path("edge").glob(".cors-wsgi-*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["ngnix", "cors.toml"], "Did you mean 'nginx'?", id="an unknown target"),
        pytest.param(["nginx"], "give a policy", id="no policy"),
        pytest.param(["nginx", "no.toml"], "no.toml: No such file", id="a missing file"),
        pytest.param(["nginx", "no:policy"], "no:policy", id="a missing module"),
        pytest.param(
            ["nginx", "cors.toml", "--out", "cors.toml/edge"],
            "nothing was written",
            id="a directory that cannot be made",
        ),
        pytest.param(
            ["nginx", "cors.toml", "--out", "a", "--check", "a"], "not both", id="two directories"
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: list[str], said: str) -> None:
    result = run("export", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_policy_that_is_wrong_is_not_exported() -> None:
    Path("cors.toml").write_text('allow_origins = "https://*"')
    result = run("export", "nginx", "cors.toml", "--out", "edge")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "[origin-" in result.stderr
    assert not Path("edge").exists()


@pytest.mark.parametrize("target", ["nginx", "s3"])
def test_json_keeps_to_its_schema(target: str) -> None:
    schema = json.loads(files("cors_wsgi.doctor.export").joinpath("export.schema.json").read_text())
    result = run("export", target, "cors.toml", "--json")
    printed = json.loads(result.stdout)

    assert list(Draft202012Validator(schema).iter_errors(printed)) == []
    assert result.exit_code == (1 if target == "s3" else 0)
    assert {finding["code"] for finding in printed["findings"]} <= CODES.keys()


@pytest.mark.parametrize("target", READABLE)
def test_policy_reads_what_export_wrote(target: str) -> None:
    Path("cors.toml").write_text(SAYABLE)
    Path("exported").write_text(run("export", target, "cors.toml").stdout)
    result = run(
        "policy", "--from", target, "exported", "--explain", "PUT https://app.example /api"
    )

    assert result.exit_code == 0
    assert "https://app.example" in result.stdout


def test_what_no_policy_says_allows_nobody() -> None:
    Path("s3.json").write_text(
        '{"CORSRules": [{"AllowedOrigins": ["https://*.a.example"], "AllowedMethods": ["GET"]}]}'
    )
    result = run("policy", "--from", "s3", "s3.json", "--explain", "GET https://x.a.example /")

    assert result.exit_code == 1
    assert "BLOCKED" in result.stdout


def test_a_file_of_another_kind_is_one_sentence() -> None:
    result = run("policy", "--from", "s3", "cors.toml")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
