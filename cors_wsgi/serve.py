"""Any WSGI application behind a policy, by environment variables alone: no Python to write.

    CORS_APP=stock:app CORS_ALLOW_ORIGINS=https://app.example gunicorn cors_wsgi.serve:application

`CORS_APP` is the application as a server would name it: `module:name`, `module:create_app()` with
any literal arguments, or `module` for its `application`. The path of a `.wsgi` file may stand for
the module. The other variables are those of `policy_from_environ`.

Importing this module builds `application`. What is wrong is an error there, so the server does not
start.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import CORSMiddleware, policy_from_environ
from cors_wsgi._choosing import is_asynchronous
from cors_wsgi._importing import CannotImport, imported
from cors_wsgi._policy.sources import unquoted

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE: Final = "CORS_APP"
_EXAMPLES: Final = "CORS_APP=module:application, or CORS_APP=/path/to/file.wsgi"


def _application(environ: Mapping[str, str]) -> CORSMiddleware:
    """Build the application that the variables describe."""
    variables = dict(environ)
    path = unquoted(variables.pop(_VARIABLE, ""))
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
    try:
        return imported(path)
    except CannotImport as error:
        start = f" Start the server where it is, or put its folder into PYTHONPATH. {_EXAMPLES}"
        raise _wrong(error.name, f"{error}{start if error.is_module else ''}") from error


def _wrong(path: str, problem: str) -> RuntimeError:
    return RuntimeError(f"{_VARIABLE}={path}: {problem}")


application = _application(os.environ)
