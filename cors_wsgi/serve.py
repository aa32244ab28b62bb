"""Any WSGI application behind a policy, by environment variables alone: no Python to write.

    CORS_APP=stock:app CORS_ALLOW_ORIGINS=https://app.example gunicorn cors_wsgi.serve:application

`CORS_APP` is the application as a server would name it: `module:name`, `module:create_app()`, or
`module` for its `application`. It may also be the path of a `.wsgi` file. The other variables are
those of `policy_from_environ`.

Importing this module builds `application`. What is wrong is an error there, so the server does not
start.
"""

from __future__ import annotations

import difflib
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import CORSMiddleware, policy_from_environ
from cors_wsgi._choosing import is_asynchronous

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE: Final = "CORS_APP"
_EXAMPLES: Final = "CORS_APP=module:application, or CORS_APP=/path/to/file.wsgi"


def _application(environ: Mapping[str, str]) -> CORSMiddleware:
    """Build the application that the variables describe."""
    variables = dict(environ)
    path = variables.pop(_VARIABLE, "").strip()
    if not path:
        raise RuntimeError(f"{_VARIABLE} is not set. Name your application: {_EXAMPLES}")
    policy = policy_from_environ(variables)
    app = _imported(path)
    if is_asynchronous(app):
        raise _wrong(
            path,
            f"{app!r:.80} is an ASGI application. cors_wsgi.serve serves WSGI applications only; "
            "wrap this one with cors_wsgi.asgi.CORSMiddleware.",
        )
    try:
        return CORSMiddleware(app, policy)
    except TypeError as error:
        hint = f"If it makes the application, write {_VARIABLE}={path}()."
        if not callable(app):
            hint = "Name the application itself."
        raise _wrong(path, f"{error}. {hint}") from error


def _imported(path: str) -> Any:
    """Import the application, or call the function that makes it."""
    source, _, name = path.partition(":")
    module = _file(source) if source.endswith(".wsgi") else _module(source)
    wanted = name.removesuffix("()") or "application"
    found: Any = module
    for part in wanted.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, vars(module), n=1)
            hint = f"Did you mean {source}:{near[0]}?" if near else f"Write {source}:NAME."
            raise _wrong(path, f"{source} has no {wanted!r}. {hint}")
        found = getattr(found, part)
    return found() if name.endswith("()") else found


def _module(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # The application's own imports may fail, too: that is for its traceback to say.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        hint = f"Start the server where it is, or put its folder into PYTHONPATH. {_EXAMPLES}"
        raise _wrong(name, f"there is no module {error.name!r} here. {hint}") from error


def _file(path: str) -> ModuleType:
    """Run a `.wsgi` file as mod_wsgi does: as a module of its own, which nobody imports by name."""
    file = Path(path)
    if not file.is_file():
        raise _wrong(path, f"there is no file {str(file.absolute())!r}.")
    module = ModuleType(f"_wsgi_file_{file.stem}")
    module.__file__ = str(file.absolute())
    sys.modules[module.__name__] = module
    exec(compile(file.read_bytes(), module.__file__, "exec"), vars(module))  # noqa: S102 - as above
    return module


def _wrong(path: str, problem: str) -> RuntimeError:
    return RuntimeError(f"{_VARIABLE}={path}: {problem}")


application = _application(os.environ)
