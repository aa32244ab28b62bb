"""How an application, or anything else in a module, is named on a command line or in a variable.

`module:name`, `module:create_app()`, or `module` for its `application`; the path of a `.wsgi` file
may stand for the module, as for mod_wsgi.
"""

import ast
import difflib
import re
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

# What applications, and the functions that make them, are mostly called.
_USUAL_NAMES: Final = ("app", "application", "api", "create_app", "make_app")
_SUFFIX: Final = ".wsgi"
_IN_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")


class CannotImport(Exception):  # noqa: N818 - says what is wrong
    """There is nothing by this name; the message says what is missing.

    Attributes:
        name: What is missing: a module, a file, or a name in one of them.
        is_module: Whether it is a module.
    """

    def __init__(self, name: str, problem: str, *, is_module: bool = False) -> None:
        super().__init__(problem)
        self.name = name
        self.is_module = is_module


def names_file(path: str) -> bool:
    """Return whether a path is one of a `.wsgi` file, with a name in it or without.

    `shop.wsgi` is also how a module of a package is written: Django makes one in each project.
    """
    source, name = parts_of(path)
    if not source.endswith(_SUFFIX):
        return False
    is_file = "/" in source or "\\" in source or Path(source).is_file()
    return is_file or not (name or _is_module(source))


def parts_of(path: str) -> tuple[str, str]:
    """Split a path into the module or file, and the name in it: `C:` of Windows is no module."""
    drive = path[:2] if _IN_DRIVE.match(path) else ""
    source, _, name = path.removeprefix(drive).partition(":")
    return f"{drive}{source}", name


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of the package
        return False


def imported(path: str) -> Any:
    """Import what a path leads to, and call it if it is written as a call.

    Args:
        path: `module:name`, or `module:factory(...)` with literal arguments; without a name, the
            module's `application` is meant.

    Raises:
        CannotImport: If there is nothing there. What the module itself raises is passed on.
    """
    source, expression = parts_of(path)
    names, arguments = _parsed(path, expression or "application")
    module = _run(source) if names_file(path) else _import(source)
    found: Any = module
    for name in names:
        if not hasattr(found, name):
            wanted = ".".join(names)
            raise CannotImport(path, f"{source} has no {wanted!r}. {_hint(source, module, name)}")
        found = getattr(found, name)
    if arguments is None:
        return found
    positional, named = arguments
    return found(*positional, **named)


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
        raise CannotImport(
            path,
            f"{expression!r} names no object. Write module:app, or 'module:create_app()' for a "
            "function that makes it.",
        )
    return names, arguments


def _hint(source: str, module: ModuleType, name: str) -> str:
    if near := difflib.get_close_matches(name, vars(module), n=1):
        return f"Did you mean {source}:{near[0]}?"
    usual = [name for name in _USUAL_NAMES if hasattr(module, name)]
    paths = [f"{source}:{name}()" if "_" in name else f"{source}:{name}" for name in usual]
    return f"It has {' and '.join(paths)}." if paths else f"Write {source}:NAME."


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # The application's own imports may fail, too: that is for its traceback to say.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        if name.endswith(".py"):
            problem = f"a file of Python is named by its module: {Path(name).stem}:NAME."
            raise CannotImport(name, problem) from error
        problem = f"there is no module {error.name!r} here."
        raise CannotImport(name, problem, is_module=True) from error


def _run(path: str) -> ModuleType:
    """Run a `.wsgi` file as mod_wsgi does: as a module of its own, which nobody imports by name."""
    file = Path(path)
    if not file.is_file():
        raise CannotImport(path, f"there is no file {str(file.absolute())!r}.")
    module = ModuleType(f"_wsgi_file_{file.stem}")
    module.__file__ = str(file.absolute())
    sys.modules[module.__name__] = module
    exec(compile(file.read_bytes(), module.__file__, "exec"), vars(module))  # noqa: S102 - as above
    return module
