"""How an application, or anything else in a module, is named on a command line or in a variable.

`module:name`, `module:create_app()`, or `module` for its `application`; the path of a `.wsgi` file
may stand for the module, as for mod_wsgi.
"""

import difflib
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_USUAL: Final = "application"
_SUFFIX: Final = ".wsgi"


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
    source, name_follows, _ = path.partition(":")
    if not source.endswith(_SUFFIX):
        return False
    is_file = "/" in source or Path(source).is_file()
    return is_file or not (name_follows or _is_module(source))


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of the package
        return False


def imported(path: str) -> Any:
    """Import what a path leads to, or call the function that makes it.

    Raises:
        CannotImport: if there is nothing there. What the module itself raises is passed on.
    """
    source, _, name = path.partition(":")
    module = _run(source) if names_file(path) else _import(source)
    wanted = name.removesuffix("()") or _USUAL
    found: Any = module
    for part in wanted.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, vars(module), n=1)
            hint = f"Did you mean {source}:{near[0]}?" if near else f"Write {source}:NAME."
            raise CannotImport(path, f"{source} has no {wanted!r}. {hint}")
        found = getattr(found, part)
    return found() if name.endswith("()") else found


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # The application's own imports may fail, too: that is for its traceback to say.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
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
