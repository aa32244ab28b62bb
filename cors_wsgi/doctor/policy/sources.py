"""Where a policy is written: a file, the environment, a module, an application, settings."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from cors_wsgi import (
    InvalidPolicy,
    policy_from_environ,
    policy_from_toml,
)
from cors_wsgi.adapting import CannotRead, GovernedApplication, as_policy_source


def from_toml(path: str) -> GovernedApplication:
    """Read a TOML file."""
    import tomllib  # noqa: PLC0415 - only for what it raises

    try:
        return GovernedApplication(path, policy_from_toml(path))
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    except tomllib.TOMLDecodeError as error:
        raise CannotRead(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror}") from error


def from_environment(prefix: str) -> GovernedApplication:
    """Read the environment."""
    if not any(name.startswith(prefix) for name in os.environ):
        raise CannotRead(f"no environment variable begins with {prefix}")
    try:
        return GovernedApplication(
            f"the variables {prefix}*", policy_from_environ(os.environ, prefix)
        )
    except InvalidPolicy as error:
        return GovernedApplication(f"the variables {prefix}*", None, error.problems)


def from_object(path: str) -> GovernedApplication:
    """Read what an import path leads to: a policy, a mapping of one, or an application.

    Args:
        path: `module:object`; or `module:factory()`.

    Raises:
        CannotRead: if there is none.
    """
    try:
        found = import_object(path)
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    if hasattr(found, "wsgi_app") and hasattr(found, "extensions"):
        return governed_by("flask", found, path)
    # A CORSMiddleware has it as an attribute.
    given = getattr(found, "policy", found)
    try:
        return GovernedApplication(path, as_policy_source(given))
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    except TypeError as error:
        kind = type(found).__name__
        raise CannotRead(f"{path} is a {kind}: neither a policy nor behind one") from error


def from_django(module: str) -> GovernedApplication:
    """Read Django's settings."""
    set_up_django(module)
    return governed_by("django")


def governed_by(framework: str, *arguments: object) -> GovernedApplication:
    """Ask an adapter what governs an application of its framework.

    Args:
        framework: The name of the adapter's entry point.
        arguments: What it takes.

    Raises:
        CannotRead: If it finds no policy.
    """
    (adapter,) = entry_points(group="cors_wsgi.applications", name=framework)
    governed: GovernedApplication = adapter.load()(*arguments)
    return governed


def set_up_django(module: str) -> None:
    """Set Django up with a settings module.

    Raises:
        CannotRead: if Django, or the settings, cannot be imported.
    """
    _see_current_directory()
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        import_module("django").setup()
    except Exception as error:
        raise CannotRead(f"{module}: {type(error).__name__}: {error}") from error


def import_object(path: str) -> Any:
    """Import what a path leads to, from the current directory too, as servers do.

    Raises:
        CannotRead: if it cannot be imported.
        InvalidPolicy: if importing it builds a policy that is wrong.
    """
    _see_current_directory()
    module, _, name = path.partition(":")
    try:
        found: Any = import_module(module)
        for part in name.removesuffix("()").split("."):
            found = getattr(found, part)
        return found() if name.endswith("()") else found
    except InvalidPolicy:
        raise
    except Exception as error:
        raise CannotRead(f"{path}: {type(error).__name__}: {error}") from error


def _see_current_directory() -> None:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
