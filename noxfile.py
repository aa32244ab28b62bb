"""What must hold, each in an environment of its own; `make test` runs it all.

The tests run against the built wheel, never against the checkout.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nox

PYPROJECT = nox.project.load_toml("pyproject.toml")
DIST = Path(".nox", "dist").absolute()

nox.options.reuse_existing_virtualenvs = True
nox.options.default_venv_backend = "uv|virtualenv"  # installs in seconds what takes pip a minute
# Or a program that the tests start a hundred times is compiled a hundred times.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pythons() -> list[str]:
    """Return those of the supported Pythons that really run here, oldest first."""
    if pyenv := shutil.which("pyenv"):
        # Its shims fail for all versions but those that are switched on.
        versions = subprocess.run(
            [pyenv, "versions", "--bare"], capture_output=True, text=True, check=True
        ).stdout.split()
        os.environ["PYENV_VERSION"] = ":".join(reversed(versions))
    found = []
    for version in nox.project.python_versions(PYPROJECT):
        name = f"python{version}"
        if shutil.which(name) and not subprocess.run([name, "-c", ""], check=False).returncode:
            found.append(version)
        else:
            print(f"Python {version} is not installed here: no tests on it.")
    return found


PYTHONS = pythons()
OLDEST, *NEWER = PYTHONS

# What is slow or many, and does not depend on the version of Python, runs on the newest alone.
SLOW = (
    *("benchmarks", "browser", "engines", "export", "fuzz", "servers", "site"),
    *(f"doctor/test_check_{name}.py" for name in ("broken_servers", "converges", "hostile")),
    *("doctor/test_check_converges_on_servers.py", "doctor/test_check_examples.py"),
    *("doctor/test_verify.py", "doctor/test_verify_mistakes.py"),
    *("doctor/test_console_lines.py", "doctor/test_recognise.py", "doctor/test_error_box.py"),
    *(f"doctor/test_migrate_{name}.py" for name in ("corsheaders", "flask_cors")),
    *("doctor/test_console_of_the_model.py", "doctor/test_printed_code.py"),
    *(f"docs/test_{name}.py" for name in ("docstrings", "served", "words")),
    *("doctor/test_error_pages.py", "examples/test_demo.py", "examples/test_tenants.py"),
    *(f"tenants/test_{name}.py" for name in ("announcements", "django", "live")),
    *("test_matcher_equals_plain.py", "test_origin_spellings.py", "test_properties.py"),
)
ONCE = [f"--ignore=tests/{name}" for name in SLOW]
# What an application runs is tested on every Python, with the oldest frameworks on the oldest and
# the newest frameworks on the others. The tools around it are tested on the oldest and the newest.
IN_APPLICATIONS = (
    *sorted(str(file) for file in Path("tests").glob("test_*.py") if file.name not in SLOW),
    *(f"tests/{name}_adapter" for name in ("django", "fastapi", "flask")),
    *(f"tests/{name}" for name in ("conformance", "packaging", "tenants")),
)


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, layers and words."""
    session.install("--editable", ".[flask,django,cli]", *group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("basedpyright", "--pythonpath", str(Path(session.bin, "python")))
    session.run("lint-imports", "--no-cache")
    session.run("pytest", "--quiet", "tests/docs/test_words.py")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation, as its tests do, to be read."""
    session.install("--editable", ".[flask,django,fastapi,cli]", *group("docs"))
    session.run("sphinx-build", "--fail-on-warning", "--quiet", "docs", "docs/_build")


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist, and the wheel from it."""
    session.install("build[uv]")
    shutil.rmtree(DIST, ignore_errors=True)
    session.run("python", "-m", "build", "--installer=uv", "--outdir", str(DIST), silent=True)


@nox.session(python=[OLDEST], requires=["build"])
def oldest(session: nox.Session) -> None:
    """Run the tests with the oldest frameworks that are supported."""
    install(session, group("oldest"))
    run_tests(session, *ONCE)


@nox.session(python=NEWER or [OLDEST], requires=["build"])
def tests(session: nox.Session) -> None:
    """Run the tests with the newest frameworks: all of them on the newest Python."""
    if session.python != PYTHONS[-1]:
        install(session, [])
        run_tests(session, *ONCE, paths=IN_APPLICATIONS)
        return
    install(session, [*group("servers"), *group("cloud")])
    run_tests(session)


def install(session: nox.Session, constraints: list[str]) -> None:
    """Install the wheel, as it was built last, and what its tests need."""
    (wheel,) = DIST.glob("*.whl")
    # uWSGI alone comes as source. To optimise it would take longer than to test it.
    unoptimised = {"CFLAGS": "-O0"}
    session.install(f"{wheel}[flask,django,cli]", *group("test"), *constraints, env=unoptimised)
    session.install("--force-reinstall", "--no-deps", str(wheel))


def run_tests(session: nox.Session, *options: str, paths: Sequence[str] = ()) -> None:
    """Run the tests."""
    session.run(
        "pytest",
        "--numprocesses=3",  # for two cores: many tests wait for a server or a browser
        "--dist=loadfile",  # what a module starts is started once
        "--no-loadscope-reorder",
        *options,
        *(session.posargs or paths),
        env={"TESTED_DIST": str(DIST)},
    )
