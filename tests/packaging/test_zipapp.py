"""From a zip file everything works, the list of public suffixes too."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import publicsuffixlist
import pytest

import cors_wsgi

HEAD = """
import cors_wsgi, publicsuffixlist
assert ".zip" in cors_wsgi.__file__ and ".zip" in publicsuffixlist.__file__
"""
POLICY = """
try:
    cors_wsgi.Policy(allow_origins="https://*.github.io", allow_credentials=True)
except cors_wsgi.InvalidPolicy as error:
    print(*(problem.code for problem in error.problems))
"""
MODEL = """
from cors_wsgi.browser import _sites
print(_sites.same_site("https://a.app.example", "https://b.app.example"))
"""
CHECK = """
from cors_wsgi.doctor import hosts
print(hosts.site_of("https://a.github.io", "https://b.github.io/"))
"""


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        pytest.param(POLICY, "origin-public-suffix", id="a pattern with credentials"),
        pytest.param(MODEL, "True", id="the sites of the browser model"),
        pytest.param(CHECK, "cross-site", id="the sites of the command"),
    ],
)
def test_public_suffixes_are_read_from_a_zip_file(
    program: str, printed: str, tmp_path: Path
) -> None:
    archive = tmp_path / "application.zip"
    with ZipFile(archive, "w") as file:
        for package in (cors_wsgi, publicsuffixlist):
            root = Path(str(package.__file__)).parent
            for path in root.rglob("*"):
                if path.suffix in (".py", ".dat", ".toml", ".json"):
                    file.write(path, path.relative_to(root.parent))
    command = [
        sys.executable,
        "-S",
        "-E",
        "-c",
        f"import sys; sys.path.insert(0, {str(archive)!r})",
    ]
    command[-1] += HEAD + program
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert result.stdout == f"{printed}\n"
