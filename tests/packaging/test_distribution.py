"""What is in the wheel and the sdist, and what is not."""

import os
import re
import stat
import sys
import tarfile
import zipfile
from email.parser import Parser
from importlib import import_module
from pathlib import Path, PurePosixPath

import pytest

PACKAGES = {"cors_wsgi", "flask_cors_wsgi", "django_cors_wsgi", "fastapi_cors_wsgi"}
SOURCE_ROOTS = {
    "cors_wsgi",
    "adapters/flask_cors_wsgi",
    "adapters/django_cors_wsgi",
    "adapters/fastapi_cors_wsgi",
}
SOURCE_DIRECTORIES = {"adapters", "cors_wsgi", "docs", "example_projects", "tests"}


@pytest.fixture
def wheel(dist: Path) -> zipfile.ZipFile:
    (path,) = dist.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture
def sdist(dist: Path) -> tarfile.TarFile:
    (path,) = dist.glob("*.tar.gz")
    return tarfile.open(path)


def code(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def sources(sdist: tarfile.TarFile) -> set[str]:
    """The sdist's files, without the directory that they are all in."""
    return {member.name.partition("/")[2] for member in sdist if member.isfile()}


def test_the_wheel_has_four_typed_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {PurePosixPath(name).parts[0] for name in code(wheel)} == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= code(wheel)


def test_the_wheel_has_all_of_the_packages(wheel: zipfile.ZipFile, sdist: tarfile.TarFile) -> None:
    of_packages = {
        name.removeprefix("adapters/")
        for name in sources(sdist)
        if any(name.startswith(f"{root}/") for root in SOURCE_ROOTS)
    }
    assert code(wheel) == of_packages


def test_the_sdist_can_be_built_tested_and_documented(sdist: tarfile.TarFile) -> None:
    needed = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", "noxfile.py"}
    assert needed <= sources(sdist)
    directories = {PurePosixPath(name).parts[0] for name in sources(sdist) if "/" in name}
    assert directories == {".github", *SOURCE_DIRECTORIES}


def test_nobody_but_the_owner_may_write_what_is_installed(wheel: zipfile.ZipFile) -> None:
    # CVE-2024-27456: a CORS library whose files any user of the machine could change.
    modes = {
        entry.filename: oct(stat.S_IMODE(entry.external_attr >> 16)) for entry in wheel.infolist()
    }
    assert modes == dict.fromkeys(modes, "0o644")


def test_nobody_but_the_owner_may_write_what_is_unpacked(sdist: tarfile.TarFile) -> None:
    loose = {member.name: oct(member.mode) for member in sdist if member.mode & 0o022}
    assert loose == {}


def test_the_metadata(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(wheel.read(name).decode())
    required = metadata.get_all("Requires-Dist", [])
    assert [line for line in required if "extra ==" not in line] == ["publicsuffixlist>=1.0"]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    assert {"flask", "django", "fastapi"} <= set(metadata.get_all("Provides-Extra", []))
    # Each brings what it is called after.
    for extra in ("flask", "django", "fastapi", "starlette"):
        assert any(
            re.match(rf"{extra}\W.*extra == '{extra}'", one)
            for one in metadata.get_all("Requires-Dist", [])
        ), extra


def test_the_description_has_the_readme_and_no_link_that_an_index_would_break(
    wheel: zipfile.ZipFile,
) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    description = str(Parser().parsestr(wheel.read(name).decode()).get_payload())
    assert "## Install" in description
    assert "What CORS is, in ten minutes" in description
    assert re.findall(r"\]\((?!https?:)[^)]*\)", description) == []


@pytest.mark.skipif(
    "TESTED_DIST" not in os.environ,
    reason="only make test installs the wheel; here the checkout is what is tested",
)
@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_what_is_tested_is_the_installed_wheel(package: str) -> None:
    assert Path(str(import_module(package).__file__)).is_relative_to(sys.prefix)
