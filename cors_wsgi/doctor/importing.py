"""Importing what a path of the command line leads to, as WSGI servers do."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from cors_wsgi import InvalidPolicy
from cors_wsgi.adapting import CannotRead


def import_object(path: str) -> Any:
    """Import what a path leads to, from the current directory too, as servers do.

    Raises:
        CannotRead: if it cannot be imported.
        InvalidPolicy: if importing it builds a policy that is wrong.
    """
    see_current_directory()
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


def see_current_directory() -> None:
    """Let imports find modules in the current directory."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
