"""Importing what a path of the command line leads to, as WSGI servers do."""

from __future__ import annotations

import contextlib
import inspect
import sys
from pathlib import Path
from typing import Any, TextIO

from cors_wsgi import InvalidPolicy
from cors_wsgi._importing import CannotImport, imported, names_file
from cors_wsgi.adapting import CannotRead


def import_object(path: str) -> Any:
    """Import what a path leads to, from the current directory too, as servers do.

    Args:
        path: `module:object`, or `module:factory(...)` with literal arguments; or a `.wsgi` file,
            with a name in it or for its `application`.

    Raises:
        CannotRead: If it cannot be imported.
        InvalidPolicy: If importing it builds a policy that is wrong.
    """
    see_current_directory()
    if not names_file(path):
        check_is_module(path)
    try:
        with prints_aside():
            return imported(path)
    except InvalidPolicy:
        raise
    except CannotImport as error:
        hint = " Run this in the folder that has it" if error.is_module else ""
        raise CannotRead(f"{path}: {error}{hint}") from error
    except Exception as error:
        raise CannotRead(import_error(path, error)) from error


def prints_aside() -> contextlib.redirect_stdout[TextIO]:
    """Send what an application prints to stderr: stdout is the command's, and may be JSON."""
    return contextlib.redirect_stdout(sys.stderr)


def check_is_module(path: str) -> None:
    """Refuse the path of a file, and say what to write instead.

    Raises:
        CannotRead: If it is one.
    """
    file, colon, name = path.partition(":")
    if "/" in file or file.endswith(".py"):
        raise CannotRead(f"{path} is a file: write the import path, {module_of(file)}{colon}{name}")


def module_of(file: str) -> str:
    """Return the import path of the module in a file, relative to the current directory."""
    path = file.replace("\\", "/").removesuffix(".py").removesuffix("/__init__")
    return path.strip("./").replace("/", ".")


def import_error(path: str, error: Exception) -> str:
    """Say why something cannot be imported, and what helps."""
    module = path.partition(":")[0]
    if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
        hint = "Run this in the folder that has it"
    elif isinstance(error, TypeError) and path.endswith("()"):
        hint = f"If it needs arguments, write them, as in \"{path[:-1]}'production')\""
    else:
        hint = "Run this with the packages and the environment variables that your server has"
    said = f"{path}: {type(error).__name__}: {error}"
    return f"{said.rstrip('.')}. {hint}"


def not_called(path: str, found: Any) -> str:
    """Say that a path leads to a function which makes what is wanted, if it may be so."""
    makes_one = inspect.isroutine(found) or inspect.isclass(found)
    return f". If it makes one, write {path}()" if makes_one and "(" not in path else ""


def see_current_directory() -> None:
    """Let imports find modules in the current directory."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
