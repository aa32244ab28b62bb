"""The result of a translation, and the table of what can be translated.

A reader is a module with one function, `read`. It fills a `Draft` for each path, which refuses what
is dangerous, and lets `code` write what is printed and build the same policy.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

from cors_wsgi import PathPolicies
from cors_wsgi.adapting import CannotRead, GovernedView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cors_wsgi import Policy

# What `--from` accepts, and the module whose `read(source: str) -> Migration` translates it. A
# module is imported when its library is asked for, since it may need a framework.
READERS: Final = {
    "flask-cors": "cors_wsgi.doctor.migrate.flask_cors",
    "corsheaders": "cors_wsgi.doctor.migrate.corsheaders",
    "starlette": "cors_wsgi.doctor.migrate.starlette",
    "wsgicors": "cors_wsgi.doctor.migrate.wsgicors",
}
# The modules that a reader or the code that it reads may need, and what installs each.
_PACKAGES: Final = {
    "corsheaders": "django-cors-headers",
    "django": "django",
    "flask": "flask",
    "flask_cors": "flask-cors",
    "starlette": "starlette",
    "wsgicors": "wsgicors",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One behaviour that is not the same afterwards.

    Attributes:
        option: The other library's option, or what this is about.
        was: What the other library did.
        becomes: What the printed policy does.
        to_decide: Whether the translation is incomplete here, and somebody has to decide.
        about: The paths, blueprints and views that it is about; nothing for the application.
    """

    option: str
    was: str
    becomes: str
    to_decide: bool = False
    about: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The option, and what it is about unless that is every path."""
        if self.about in ((), ("/",)):
            return self.option
        return f"{self.option} ({', '.join(self.about)})"


@dataclass(frozen=True, slots=True)
class Migration:
    """The translation of another library's settings.

    Attributes:
        library: The other library's name.
        where: Where its settings were read.
        source: The policy, or the policies by path, that `python` builds.
        python: The code to paste.
        changes: Every behaviour that changes, those to decide first.
        views: The views that `python` gives policies of their own; where each is, in Python.
    """

    library: str
    where: str
    source: Policy | PathPolicies
    python: str
    changes: tuple[Change, ...]
    views: tuple[GovernedView, ...] = ()

    @property
    def unfinished(self) -> bool:
        """Whether somebody has to decide something before the code is used."""
        return any(change.to_decide for change in self.changes)


def translate(library: str, source: str) -> Migration:
    """Translate another library's settings.

    Args:
        library: A name in `READERS`.
        source: Where the settings are, as `--from` takes it.

    Raises:
        CannotRead: If there is nothing to translate. Code that is not ours runs here, and objects
            may not be what they look like, so that whatever it raises ends as this.
    """
    try:
        migration: Migration = import_module(READERS[library]).read(source)
        return replace(migration, changes=(*migration.changes, *_from_environment(migration)))
    except (Exception, SystemExit) as error:
        if package := _not_installed(error):
            raise CannotRead(
                f"{source} cannot be read without {package}, which is not installed here. Run this "
                f"with the packages that your server has, or install it: pip install {package}"
            ) from error
        if isinstance(error, CannotRead):
            raise
        raise CannotRead(f"{source} cannot be read: {_description(error)}") from error


def _not_installed(error: BaseException) -> str | None:
    """Return the package without which nothing can be read, if that is what an error means."""
    cause = error.__cause__ if isinstance(error, CannotRead) else error
    name = cause.name if isinstance(cause, ModuleNotFoundError) else None
    return _PACKAGES.get(name) if name else None


def _from_environment(migration: Migration) -> Iterator[Change]:
    """Say which origins stand in the environment, since the code has them written out."""
    source = migration.source
    policies = source.policies.values() if isinstance(source, PathPolicies) else (source,)
    written = [*policies, *(view.policy for view in migration.views)]
    origins = {origin for policy in written if policy for origin in policy.allow_origins}
    names = sorted(
        name
        for name, value in os.environ.items()
        if any(
            isinstance(origin, str) and "://" in origin and origin in value for origin in origins
        )
    )
    if names:
        yield Change(
            "allow_origins",
            f"the environment has some of the origins, in {', '.join(names)}",
            "written out: read the variable there instead, if other places set it otherwise",
        )


def _description(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an exception of the application's, with a `__str__` that fails
        text = ""
    first_line = text.strip().partition("\n")[0]
    return f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
