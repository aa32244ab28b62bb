"""Packages from npm's registry that the tests run, installed once for this user."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def require() -> None:
    """Skip the calling test without npm; on CI, fail it."""
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("npm is not installed here", pytrace=False)
        pytest.skip("npm is not installed here")


def install(*packages: str) -> Path:
    """Return the `node_modules` that has these packages, such as `"express@4"`."""
    home = Path(tempfile.gettempdir()) / f"cors-wsgi-npm-{os.getuid()}" / "-".join(packages)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One process installs, and the others wait for it. npm writes its lock file last.
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "package-lock.json").exists():
            command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix"]
            subprocess.run([*command, str(home), *packages], check=True, timeout=300)
    return home / "node_modules"
