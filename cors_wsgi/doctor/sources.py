"""Where a policy is written: a file, the environment, a module, an application, settings."""

from __future__ import annotations

import os
import tomllib
from importlib import import_module
from pathlib import Path

from cors_wsgi import InvalidPolicy, policy_from_environ, policy_from_toml
from cors_wsgi.adapting import CannotRead, GovernedApplication
from cors_wsgi.doctor.governed import governed_by, governed_object
from cors_wsgi.doctor.importing import (
    check_is_module,
    import_error,
    import_object,
    module_of,
    prints_aside,
    see_current_directory,
)


def from_toml(path: str) -> GovernedApplication:
    """Read a TOML file."""
    try:
        return GovernedApplication(path, policy_from_toml(path))
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    except tomllib.TOMLDecodeError as error:
        raise CannotRead(f"{path} is not TOML: {error}{_in_python(path)}") from error
    except UnicodeDecodeError as error:
        raise CannotRead(f"{path} is not in UTF-8: save it as UTF-8, as TOML is") from error
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror}{_in_python(path)}") from error


def _in_python(path: str) -> str:
    """Say what to write for a policy in Python, if a path may be meant as a module."""
    module = module_of(path)
    is_other_file = Path(path).is_file() and not path.endswith(".py")
    is_path = all(map(str.isidentifier, module.split(".")))
    if is_other_file or path.endswith(".toml") or not is_path:
        return ""
    return f". For what is in Python, write {module}:NAME, with the name that it has there"


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
        CannotRead: If there is none.
    """
    try:
        found = import_object(path)
    except InvalidPolicy as error:
        return GovernedApplication(path, None, error.problems)
    return governed_object(found, path)


def from_django(module: str) -> GovernedApplication:
    """Read Django's settings."""
    set_up_django(module)
    return governed_by("django")


def set_up_django(module: str) -> None:
    """Set Django up with a settings module.

    Raises:
        CannotRead: If Django, or the settings, cannot be imported.
    """
    check_is_module(module)
    if ":" in module:
        raise CannotRead(
            f"{module} is no settings module: write its name alone, as in shop.settings"
        )
    see_current_directory()
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        with prints_aside():
            import_module("django").setup()
    except Exception as error:
        raise CannotRead(import_error(module, error)) from error
