"""Importing what a path of the command line leads to, as WSGI servers do."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from cors_wsgi import InvalidPolicy
from cors_wsgi._importing import CannotImport, imported, names_file
from cors_wsgi.adapting import CannotRead

# What applications, and the functions that make them, are mostly called.
_USUAL_NAMES: Final = ("app", "application", "api", "create_app", "make_app")


def import_object(path: str) -> Any:
    """Import what a path leads to, from the current directory too, as servers do.

    Args:
        path: `module:object`, or `module:factory(...)` with literal arguments; or a `.wsgi` file,
            with a name in it or for its `application`.

    Raises:
        CannotRead: if it cannot be imported.
        InvalidPolicy: if importing it builds a policy that is wrong.
    """
    see_current_directory()
    try:
        if names_file(path):
            return imported(path)
        check_is_module(path)
        module, _, expression = path.partition(":")
        names, arguments = _parsed(path, expression)
        found: Any = import_module(module)
        for name in names:
            found = getattr(found, name)
        if arguments is None:
            return found
        positional, named = arguments
        return found(*positional, **named)
    except (CannotRead, InvalidPolicy):
        raise
    except CannotImport as error:
        raise CannotRead(f"{path}: {error}") from error
    except Exception as error:
        raise CannotRead(import_error(path, error)) from error


def check_is_module(path: str) -> None:
    """Refuse the path of a file, and say what to write instead.

    Raises:
        CannotRead: if it is one.
    """
    file, colon, name = path.partition(":")
    if "/" in file or file.endswith(".py"):
        module = file.removesuffix(".py").strip("./").replace("/", ".")
        raise CannotRead(f"{path} is a file: write the import path, {module}{colon}{name}")


def import_error(path: str, error: Exception) -> str:
    """Say why something cannot be imported, and what helps."""
    module = path.partition(":")[0]
    if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
        hint = "Run this in the folder that has it"
    elif isinstance(error, AttributeError) and error.obj is sys.modules.get(module):
        hint = _names_in(module)
    elif isinstance(error, TypeError) and path.endswith("()"):
        hint = f"If it needs arguments, write them, as in \"{path[:-1]}'production')\""
    else:
        hint = "Run this with the packages and the environment variables that your server has"
    said = f"{path}: {type(error).__name__}: {error}"
    return f"{said.rstrip('.')}. {hint}" if hint else said


def not_called(path: str, found: Any) -> str:
    """Say that a path leads to a function which makes what is wanted, if it may be so."""
    return f". If it makes one, write {path}()" if callable(found) and "(" not in path else ""


def see_current_directory() -> None:
    """Let imports find modules in the current directory."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)


def _parsed(
    path: str, expression: str
) -> tuple[list[str], tuple[list[Any], dict[str, Any]] | None]:
    """Return the names that lead to an object, and what to call it with, if anything."""
    try:
        node = ast.parse(expression, mode="eval").body
        arguments = None
        if isinstance(node, ast.Call):
            arguments = (
                [ast.literal_eval(each) for each in node.args],
                {each.arg: ast.literal_eval(each.value) for each in node.keywords if each.arg},
            )
            node = node.func
        names = ast.unparse(node).split(".")
    except (SyntaxError, ValueError):
        names, arguments = [], None
    if not names or not all(name.isidentifier() for name in names):
        raise CannotRead(
            f"{path} names no object: write module:app, or 'module:create_app()' for a function "
            "that makes it"
        )
    return names, arguments


def _names_in(module: str) -> str:
    found = [name for name in _USUAL_NAMES if hasattr(sys.modules[module], name)]
    paths = [f"{module}:{name}()" if "_" in name else f"{module}:{name}" for name in found]
    return f"It has {' and '.join(paths)}" if paths else ""
