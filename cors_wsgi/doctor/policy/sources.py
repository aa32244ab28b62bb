"""Where a policy is written: a file, the environment, a module, an application, settings."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cors_wsgi import (
    InvalidPolicy,
    PathPolicies,
    Policy,
    Problem,
    policy_from_environ,
    policy_from_toml,
)
from cors_wsgi.adapting import governing, policy_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cors_wsgi.adapting import PolicySource

FLASK_EXTENSION = "cors_wsgi"


class CannotRead(Exception):  # noqa: N818 - says what is wrong
    """There is no policy to be had from a source; its text says why, for people."""


@dataclass(frozen=True, slots=True)
class MarkedView:
    """A view with a policy of its own.

    Attributes:
        where: the file and line of its mark.
        policy: what governs it; `None` exempts it.
    """

    where: str
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class Governed:
    """What governs an application, as far as it can be read.

    Attributes:
        where: where it is written.
        source: the policy, policies by path, or a function; `None` if it has problems.
        problems: what is wrong with it.
        views: the views with policies of their own.
        resolve: what chooses a policy for an environ, views included; by default the source.
    """

    where: str
    source: PolicySource | None
    problems: tuple[Problem, ...] = ()
    views: tuple[MarkedView, ...] = ()
    resolve: Callable[[Mapping[str, Any]], Policy | None] | None = field(default=None)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is questionable in any of the policies."""
        own = self.source.warnings if isinstance(self.source, Policy | PathPolicies) else ()
        views = (warning for view in self.views if view.policy for warning in view.policy.warnings)
        return (*own, *views)

    def policy_for(self, environ: Mapping[str, Any]) -> Policy | None:
        """Return the policy that governs a request."""
        if self.resolve is not None:
            return self.resolve(environ)
        return None if self.source is None else governing(self.source, environ)


def from_toml(path: str) -> Governed:
    """Read a TOML file."""
    import tomllib  # noqa: PLC0415 - only for what it raises

    try:
        return Governed(path, policy_from_toml(path))
    except InvalidPolicy as error:
        return Governed(path, None, error.problems)
    except tomllib.TOMLDecodeError as error:
        raise CannotRead(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise CannotRead(f"{path}: {error.strerror}") from error


def from_environment(prefix: str) -> Governed:
    """Read the environment."""
    if not any(name.startswith(prefix) for name in os.environ):
        raise CannotRead(f"no environment variable begins with {prefix}")
    try:
        return Governed(f"the variables {prefix}*", policy_from_environ(os.environ, prefix))
    except InvalidPolicy as error:
        return Governed(f"the variables {prefix}*", None, error.problems)


def from_object(path: str) -> Governed:
    """Read what an import path leads to: a policy, a mapping of one, or an application.

    Args:
        path: `module:object`; or `module:factory()`.

    Raises:
        CannotRead: if there is none.
    """
    try:
        found = import_object(path)
    except InvalidPolicy as error:
        return Governed(path, None, error.problems)
    if hasattr(found, "wsgi_app") and hasattr(found, "extensions"):
        if FLASK_EXTENSION not in found.extensions:
            raise CannotRead(f"{path} is a Flask application without flask_cors_wsgi.CORS(app)")
        governed: Governed = import_module("flask_cors_wsgi._cli").governed(found, path)
        return governed
    # What CORSMiddleware returns has it as an attribute.
    given = getattr(found, "policy", found)
    try:
        return Governed(path, policy_source(given))
    except InvalidPolicy as error:
        return Governed(path, None, error.problems)
    except TypeError as error:
        kind = type(found).__name__
        raise CannotRead(f"{path} is a {kind}: neither a policy nor behind one") from error


def from_django(module: str) -> Governed:
    """Read Django's settings."""
    set_up_django(module)
    governed: Governed = import_module("django_cors_wsgi.management.commands.cors").governed()
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
