"""From a zip file everything works, the list of public suffixes too."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import publicsuffixlist

import cors_wsgi

PROGRAM = """
import cors_wsgi, publicsuffixlist
assert ".zip" in cors_wsgi.__file__ and ".zip" in publicsuffixlist.__file__
try:
    cors_wsgi.Policy(allow_origins="https://*.github.io", allow_credentials=True)
except cors_wsgi.InvalidPolicy as error:
    print(*(problem.code for problem in error.problems))
"""


def test_a_pattern_with_credentials_is_checked_from_a_zip_file(tmp_path: Path) -> None:
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
    command[-1] += PROGRAM
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert result.stdout == "origin-public-suffix\n"
