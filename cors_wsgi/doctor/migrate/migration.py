"""The result of a translation, and the table of what can be translated.

A reader is a module with one function, `read`. It fills a `Draft` for each path, which refuses what
is dangerous, and lets `code` write what is printed and build the same policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from cors_wsgi.adapting import CannotRead, GovernedView

if TYPE_CHECKING:
    from cors_wsgi import PathPolicies, Policy

# What `--from` accepts, and the module whose `read(source: str) -> Migration` translates it. A
# module is imported when its library is asked for, since it may need a framework.
READERS: Final = {
    "flask-cors": "cors_wsgi.doctor.migrate.flask_cors",
    "corsheaders": "cors_wsgi.doctor.migrate.corsheaders",
    "starlette": "cors_wsgi.doctor.migrate.starlette",
    "wsgicors": "cors_wsgi.doctor.migrate.wsgicors",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One behaviour that is not the same afterwards.

    Attributes:
        option: the other library's option, or what this is about.
        was: what the other library did.
        becomes: what the printed policy does.
        to_decide: whether the translation is incomplete here, and somebody has to decide.
        about: the paths, blueprints and views that it is about; nothing for the application.
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
        library: the other library's name.
        where: where its settings were read.
        source: the policy, or the policies by path, that `python` builds.
        python: the code to paste.
        changes: every behaviour that changes, those to decide first.
        views: the views that `python` gives policies of their own; where each is, in Python.
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
        library: a name in `READERS`.
        source: where the settings are, as `--from` takes it.

    Raises:
        CannotRead: if there is nothing to translate. Code that is not ours runs here, and objects
            may not be what they look like, so that whatever it raises ends as this.
    """
    try:
        migration: Migration = import_module(READERS[library]).read(source)
    except CannotRead:
        raise
    except (Exception, SystemExit) as error:
        raise CannotRead(f"{source} cannot be read: {_description(error)}") from error
    return migration


def _description(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an exception of the application's, with a `__str__` that fails
        text = ""
    first_line = text.strip().partition("\n")[0]
    return f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
